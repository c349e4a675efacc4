/**
 * What the agent does with the call on the desk: whom it was, the note, the outcome. Kept in this tab at every key, so that
 * a reload or a lost connection loses nothing; sent at the end of wrap-up, and shortly before it ends by itself.
 */
import { computed, effect, signal } from "@preact/signals";
import { Failure, post } from "../shared/api";
import { now, serverNow } from "../shared/clock";
import { keep, kept, tab } from "../shared/keep";
import type { Done, Person } from "../shared/types";
import { call, comes, live, me, outcomes, pop } from "./session";

export interface Work {
  interaction: string;
  note: string;
  outcome: string | null;
  /** Whom of the people behind the number the pop shows; null: the likeliest. */
  person: string | null;
  /** Whom the agent confirmed, and when. */
  confirmed: { customer: string; at: number } | null;
  /** The note as the server has it; null: nothing sent yet. */
  stored: string | null;
  sent: boolean;
}

const KEY = "hotline.work";
/** A wrap-up about to end by itself is sent this long before. */
const BEFORE_END_MS = 1500;
const AGAIN_MS = 3000;
/** How long no key is pressed before a note is sent. */
const PAUSE_MS = 1200;

export const work = signal<Work | null>(null);

function fresh(interaction: string): Work {
  try {
    const before = JSON.parse(tab.kept(KEY) ?? "null") as Work | null;
    if (before?.interaction === interaction) return before;
  } catch {
    // Nothing kept, or something else.
  }
  return { interaction, note: "", outcome: null, person: null, confirmed: null, stored: null, sent: false };
}

effect(() => {
  const interaction = call.value?.interaction ?? null;
  const before = work.peek();
  if ((before?.interaction ?? null) === interaction) return;
  work.value = interaction === null ? null : fresh(interaction);
});

function change(part: Partial<Work>): void {
  if (!work.value) return;
  work.value = { ...work.value, ...part };
  tab.keep(KEY, JSON.stringify(work.value));
}

export const setNote = (note: string): void => change({ note });
export const setOutcome = (outcome: string | null): void => change({ outcome });

/** Add a text to the note, on a line of its own. */
export function addToNote(text: string): void {
  const note = work.value?.note ?? "";
  setNote(note && !note.endsWith("\n") ? `${note}\n${text}` : note + text);
}

/** The note goes to the server a moment after the last key, also while talking: whatever happens to this browser, it is there. */
effect(() => {
  const mine = work.value;
  if (!mine || mine.sent || mine.note === (mine.stored ?? "") || live.link.value.state !== "live") return undefined;
  const timer = setTimeout(() => {
    const path = `/interactions/${encodeURIComponent(mine.interaction)}/note`;
    post<Done>(path, { note: mine.note }).then(
      () => work.peek()?.interaction === mine.interaction && change({ stored: mine.note }),
      () => undefined,
    );
  }, PAUSE_MS);
  return () => clearTimeout(timer);
});

/** Which of the people is shown. By the customer, for the server puts whom the agent confirmed first. */
export const personAt = computed(() => Math.max(0, (pop.value?.people ?? []).findIndex((one) => one.customer === work.value?.person)));

/** The person shown; null: nobody known. */
export const person = computed<Person | null>(() => pop.value?.people[personAt.value] ?? null);

/** Whether several people share this number and nobody has said who it is. */
export const isMaybe = computed(() => (pop.value?.people.length ?? 0) > 1 && !work.value?.confirmed);

/** Show another person; while talking and after, that is also the agent's word on who it is. */
export function choose(index: number): void {
  const people = pop.value?.people ?? [];
  const one = people[index];
  if (!one || !work.value) return;
  change({ person: one.customer });
  if (!comes(call.value)) confirm(one.customer);
}

/** Take the confirmation back: the chooser stands again. */
export const openAgain = (): void => confirm(null);

function confirm(customer: string | null): void {
  change({ confirmed: customer === null ? null : { customer, at: serverNow() } });
  const interaction = work.value?.interaction;
  if (interaction) void attempt(() => post<Done>(`/interactions/${encodeURIComponent(interaction)}/customer`, { customer }));
}

// --- what could not be done, in words

/** The last thing that went wrong, until put away or done again. */
export const trouble = signal<{ text: string; at: number } | null>(null);

/** Do something on the server; a failure is shown, and null comes back. */
export async function attempt<A>(action: () => Promise<A>): Promise<A | null> {
  try {
    const answer = await action();
    trouble.value = null;
    return answer;
  } catch (error) {
    // 409: the world moved on before our key arrived; the desk already shows what is.
    if (error instanceof Failure && error.status !== 409 && error.status !== 401) {
      trouble.value = { text: error.problem ? [error.problem.title, error.problem.todo].filter(Boolean).join(" ") : "", at: Date.now() };
    }
    return null;
  }
}

// --- the end of a call

/** The outcome that `Alt S` means: the first that settles the matter. */
export const solvedOutcome = computed(() => outcomes.value.find((one) => one.closes) ?? null);

interface Letter {
  interaction: string;
  body: { outcome: string | null; note: string; customer: string | null; ready: boolean };
}

const OUTBOX = "hotline.outbox";

function letters(): Letter[] {
  try {
    return JSON.parse(kept(OUTBOX) ?? "[]") as Letter[];
  } catch {
    return [];
  }
}

/** Wrap up: send outcome, note and person; `ready` for the next one or not. */
export async function wrapUp(ready: boolean): Promise<void> {
  const mine = work.value;
  if (!mine || mine.sent || call.value?.phase !== "wrap_up") return;
  change({ sent: true });
  const letter: Letter = {
    interaction: mine.interaction,
    body: { outcome: mine.outcome, note: mine.note.trim(), customer: mine.confirmed?.customer ?? onlyOne(), ready },
  };
  // Could not be sent: it is kept in this browser and goes with the next connection.
  if (!(await deliver(letter))) {
    keep(OUTBOX, JSON.stringify([...letters(), letter]));
    setTimeout(flush, AGAIN_MS);
  }
}

/** A number that belongs to one person only needs no asking. */
function onlyOne(): string | null {
  const people = pop.value?.people ?? [];
  return people.length === 1 ? (people[0]?.customer ?? null) : null;
}

/** False: could not be sent now, try again. */
async function deliver(letter: Letter): Promise<boolean> {
  try {
    await post<Done>(`/interactions/${encodeURIComponent(letter.interaction)}/wrap-up`, letter.body);
    return true;
  } catch (error) {
    if (!(error instanceof Failure) || error.status === 0) return false;
    if (error.status !== 409) trouble.value = { text: error.message, at: Date.now() };
    return true;
  }
}

/** Send what is kept. */
function flush(): void {
  const waiting = letters();
  if (waiting.length === 0 || live.link.peek().state !== "live") return;
  keep(OUTBOX, null);
  void Promise.all(waiting.map(async (letter) => ((await deliver(letter)) ? null : letter))).then((results) => {
    const again = results.filter((letter) => letter !== null);
    if (again.length === 0) return;
    keep(OUTBOX, JSON.stringify([...letters(), ...again]));
    setTimeout(flush, AGAIN_MS);
  });
}

effect(() => {
  if (live.link.value.state === "live") flush();
});

/** The time is nearly over and something was written: it is sent as it stands. */
effect(() => {
  const at = call.value;
  const mine = work.value;
  if (at?.phase !== "wrap_up" || at.until === null || !mine || mine.sent) return;
  if (now.value < at.until - BEFORE_END_MS) return;
  if (mine.note.trim() || mine.outcome || mine.confirmed) void wrapUp(me.peek()?.next_reason == null);
});
