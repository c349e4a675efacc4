/**
 * Text work on this desk: what the agent does with messages. Notes are kept in this tab at every key, as a call's are, and go to
 * the server a moment later.
 */
import { computed, effect, signal } from "@preact/signals";
import { Failure, get, post } from "../shared/api";
import { tab } from "../shared/keep";
import type { Done, Person, Pop, WorkView } from "../shared/types";
import { live, me } from "./session";
import * as sound from "./sound";
import { attempt, trouble } from "./work";
import { w } from "./text";
import { where } from "./where";

export const pieces = computed<readonly WorkView[]>(() => live.view.value?.work ?? []);

interface Draft {
  note: string;
  outcome: string | null;
  /** Whom the agent confirmed. */
  customer: string | null;
  /** The note as the server has it. */
  stored: string;
}

const KEY = "hotline.pieces";
const PAUSE_MS = 1200;
const EMPTY: Draft = { note: "", outcome: null, customer: null, stored: "" };

function keptDrafts(): Record<string, Draft> {
  try {
    return JSON.parse(tab.kept(KEY) ?? "{}") as Record<string, Draft>;
  } catch {
    return {};
  }
}

const drafts = signal<Record<string, Draft>>(keptDrafts());

export const draft = (piece: string): Draft => drafts.value[piece] ?? EMPTY;

function change(piece: string, part: Partial<Draft>): void {
  drafts.value = { ...drafts.value, [piece]: { ...draft(piece), ...part } };
  tab.keep(KEY, JSON.stringify(drafts.value));
}

export const setNote = (piece: string, note: string): void => change(piece, { note });
export const setOutcome = (piece: string, outcome: string | null): void => change(piece, { outcome });

/** What was written about pieces that are on this desk no more is not kept. */
effect(() => {
  if (!live.view.value) return;
  const here = new Set(pieces.value.map((one) => one.piece));
  const gone = Object.keys(drafts.peek()).filter((piece) => !here.has(piece));
  if (gone.length === 0) return;
  drafts.value = Object.fromEntries(Object.entries(drafts.peek()).filter(([piece]) => here.has(piece)));
  tab.keep(KEY, JSON.stringify(drafts.value));
});

effect(() => {
  const unsent = Object.entries(drafts.value).filter(([, one]) => one.note !== one.stored);
  if (unsent.length === 0 || live.link.value.state !== "live") return undefined;
  const timer = setTimeout(() => {
    for (const [piece, { note }] of unsent) {
      post<Done>(`/interactions/${encodeURIComponent(piece)}/note`, { note }).then(
        () => drafts.peek()[piece] && change(piece, { stored: note }),
        () => undefined,
      );
    }
  }, PAUSE_MS);
  return () => clearTimeout(timer);
});

// --- who left it

/** Who left each piece that was opened; `failed`: could not be read. */
export const pops = signal<Record<string, Pop | "failed">>({});

export async function readPop(piece: string): Promise<void> {
  const got = await get<Pop>(path(piece, "pop")).catch(() => "failed" as const);
  pops.value = { ...pops.value, [piece]: got };
}

/** The person shown: whom the agent confirmed, else the likeliest. */
export function personOf(piece: string): Person | null {
  const pop = pops.value[piece];
  if (!pop || pop === "failed") return null;
  return pop.people.find((one) => one.customer === draft(piece).customer) ?? pop.people[0] ?? null;
}

/** Say who of several it was; null: open again. */
export async function confirm(piece: string, customer: string | null): Promise<void> {
  change(piece, { customer });
  if (await attempt(() => post<Done>(`/interactions/${encodeURIComponent(piece)}/customer`, { customer }))) void readPop(piece);
}

// --- what is done with it

const path = (piece: string, what: string): string => `/work/${encodeURIComponent(piece)}/${what}`;

/** Open it, and show it. */
export async function open(piece: WorkView): Promise<void> {
  if (piece.state !== "open" && !(await take(piece.piece))) return;
  where.value = { is: "work", piece: piece.piece };
}

async function take(piece: string): Promise<boolean> {
  let full = false;
  const done = await attempt(async () => {
    try {
      return await post<Done>(path(piece, "open"));
    } catch (error) {
      full = error instanceof Failure && error.problem?.type === "no-room";
      throw error;
    }
  });
  // The desk can't show by itself why nothing follows.
  if (full) trouble.value = { text: w().noRoom, at: Date.now() };
  return done !== null;
}

export const decline = (piece: string): void => void attempt(() => post<Done>(path(piece, "decline")));

/** Leave the page of a piece, if it stands there, when it has left the hand. */
async function away(piece: string, what: string, body: object = {}): Promise<boolean> {
  const done = await attempt(() => post<Done>(path(piece, what), body));
  const shown = where.value;
  if (done && shown.is === "work" && shown.piece === piece) where.value = { is: "here" };
  return done !== null;
}

export const putBack = (piece: string): Promise<boolean> => away(piece, "back");
export const keep = (piece: string, until: number): Promise<boolean> => away(piece, "later", { until });

/** False: the one it was to be given to has no room any more. */
export async function give(piece: string, to: { agent: string } | { queue: string }): Promise<boolean> {
  return away(piece, "give", to);
}

/** End it with the outcome and the note as they stand. */
export async function finish(piece: string): Promise<void> {
  const { outcome, note, customer } = draft(piece);
  const pop = pops.value[piece];
  const only = pop && pop !== "failed" && pop.people.length === 1 ? (pop.people[0]?.customer ?? null) : null;
  await away(piece, "done", { outcome, note: note.trim(), customer: customer ?? only });
}

// --- a new one is heard once

let heard: string | null = null;
effect(() => {
  const fresh = pieces.value.find((one) => one.state === "offered")?.piece ?? null;
  if (fresh !== null && fresh !== heard && me.peek()?.state === "ready") sound.chime();
  heard = fresh;
});
