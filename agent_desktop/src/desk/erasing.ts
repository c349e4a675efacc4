/** Handing out everything of one person, and erasing them: what is under way, and what is said of it. For administrators. */
import { effect, signal } from "@preact/signals";
import { download, Failure, get, remove, withQuery } from "../shared/api";
import * as f from "../shared/format";
import { words } from "../shared/i18n";
import type { Erased, Erasure, Person } from "../shared/types";
import { isErased, readCustomer } from "./customer";
import { who } from "./session";
import { eraseOpen } from "./where";
import { en, zhHans, zhHant } from "./words/erase";

export const e = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant });

/** In place of the customer of a case, as the server writes it. */
export const ERASED = "erased";

/** Much may have to be read from end to end. */
const LONG_MS = 30 * 60_000;
/** An address of a file that was handed to the browser stays good for so long. */
const SAVING_MS = 60_000;

const path = (id: string): string => `/customers/${encodeURIComponent(id)}`;

// --- handing out

export interface Exporting {
  id: string;
  since: number;
  is: "made" | "comes" | "saved" | "failed";
  got: number;
  /** 0: not known. */
  of: number;
  /** What the server said, in its own words. */
  why: string;
}

export const exporting = signal<Exporting | null>(null);
let cancel: AbortController | null = null;

export const isExporting = (): boolean => exporting.value?.is === "made" || exporting.value?.is === "comes";

export async function exportAll(id: string): Promise<void> {
  if (isExporting()) return;
  const mine = new AbortController();
  cancel = mine;
  const told = (part: Partial<Exporting>): void => {
    if (cancel === mine) exporting.value = { id, since: Date.now(), is: "made", got: 0, of: 0, why: "", ...exporting.value, ...part };
  };
  exporting.value = null;
  told({});
  try {
    const file = await download(`${path(id)}/export`, (got, of) => told({ is: "comes", got, of }), mine.signal);
    if (cancel !== mine) return;
    save(file, fileName(id));
    told({ is: "saved", got: file.size });
  } catch (error) {
    told({ is: "failed", why: error instanceof Failure ? (error.problem?.title ?? "") : "" });
    if (error instanceof Failure && error.status === 404) readCustomer(id);
  }
}

/** Of their id, not of their name: it lies in a folder for others to see. */
export const fileName = (id: string): string => `customer-${id.replace(/[^\w-]+/g, "-")}.zip`;

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAVING_MS);
}

// --- erasing

/** `talking`: a call with them is under way. `another`: they are made of other records by now. `away`: nobody knows what came of it. */
export type Wrong = { is: "talking" | "another" | "away" | "gone" } | { is: "failed"; why: string };

export interface Erasing {
  id: string;
  /** What would go; null: it is being counted. */
  what: Erasure | null;
  /** By the browser's clock; null: not begun. */
  since: number | null;
  wrong: Wrong | null;
}

export const erasing = signal<Erasing | null>(null);
/** Whom this desk has erased last, and what went. */
export const erasedHere = signal<Erased | null>(null);

export const isErasing = (id: string): boolean => erasing.value?.id === id && erasing.value.since !== null;

export function wrongOf(error: unknown): Wrong {
  if (!(error instanceof Failure) || error.status === 0) return { is: "away" };
  if (error.status === 404) return { is: "gone" };
  if (error.problem?.type === "still-talking") return { is: "talking" };
  if (error.problem?.type === "another-now") return { is: "another" };
  return { is: "failed", why: error.problem?.title ?? error.message };
}

/** Count what would go. What went wrong before stays said, if it is why one counts again. */
export async function count(id: string, wrong: Wrong | null = null): Promise<void> {
  const mine: Erasing = { id, what: null, since: null, wrong };
  erasing.value = mine;
  const found = await get<Erasure>(`${path(id)}/erasure`, undefined, LONG_MS).catch(wrongOf);
  if (erasing.peek() !== mine) return;
  if ("goes" in found) erasing.value = { ...mine, what: found };
  else if (found.is === "gone") gone(id);
  else erasing.value = { ...mine, wrong: found };
}

export async function erase(id: string, what: Erasure): Promise<void> {
  erasing.value = { id, what, since: Date.now(), wrong: null };
  const done = await remove<Erased>(withQuery(path(id), { mark: what.mark }), {}, LONG_MS).catch(wrongOf);
  if (who.peek() === null) return;
  if ("members" in done) erasedHere.value = done;
  if ("members" in done || done.is === "gone") gone(id);
  else if (done.is === "another") void count(id, done);
  else erasing.value = { id, what, since: null, wrong: done };
}

function gone(id: string): void {
  if (eraseOpen.peek() === id) eraseOpen.value = null;
  if (erasing.peek()?.id === id) erasing.value = null;
  readCustomer(id);
}

/** What is to be typed before somebody is erased: their name, else a number or address of theirs, else their id. */
export function phrase(person: Pick<Person, "name" | "numbers" | "customer">): string {
  return [person.name, ...person.numbers].find((one) => core(one) !== "") ?? person.customer;
}

export const isTyped = (typed: string, asked: string): boolean => core(typed) === core(asked) && core(typed) !== "";

/** Letters and digits: how wide they are, capitals, blanks and dashes are no reason to refuse. */
const core = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** What goes or went, one line a kind. Who they are goes always, and is said first. */
export function goes(what: Erased): string[] {
  const lines: readonly (readonly [number, string])[] = [
    [1, e().who(what.identifiers, f.count(what.identifiers))],
    [what.members.length - 1, e().merged(what.members.length - 1)],
    [what.interactions, e().contacts(what.interactions, f.count(what.interactions))],
    [what.messages, e().mails(what.messages, f.count(what.messages), what.attachments, f.count(what.attachments))],
    [what.files, e().recordings(what.files, f.count(what.files))],
    [what.cases, e().cases(what.cases, f.count(what.cases), f.count(what.open_cases))],
    [what.promises, e().promises(what.promises, f.count(what.promises), f.count(what.open_promises))],
    [what.kept, e().unread(what.kept, f.count(what.kept))],
  ];
  return lines.filter(([n]) => n > 0).map(([, line]) => line);
}

export function stays(what: Erased): string[] {
  return [e().figures, ...(what.shared > 0 ? [e().shared(what.shared, f.count(what.shared))] : []), e().others, e().audited, e().elsewhere];
}

// Whoever erased them: there is nothing to decide any more.
effect(() => {
  if (eraseOpen.value !== null && isErased(eraseOpen.value)) eraseOpen.value = null;
});

// Who signs out leaves nothing of anybody on the screen, nor a file on its way.
effect(() => {
  if (who.value !== null) return;
  cancel?.abort();
  cancel = null;
  exporting.value = null;
  erasing.value = null;
  erasedHere.value = null;
  eraseOpen.value = null;
});
