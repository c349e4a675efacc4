/** What was just said of a promise, and the way back, for ten seconds. */
import { signal } from "@preact/signals";
import { post } from "../shared/api";
import { now } from "../shared/clock";
import type { Done } from "../shared/types";
import { attempt } from "./work";

const OFFERED_MS = 10_000;

export interface Said {
  id: string;
  what: string;
  /** It was made just now; else it was kept. */
  made: boolean;
  until: number;
}

export const said = signal<Said | null>(null);
/** Promises of which something was taken back. */
export const takenBack = signal<readonly string[]>([]);

const end = (id: string, kept: boolean | null): Promise<Done> => post<Done>(`/promises/${encodeURIComponent(id)}/end`, { kept });

function offer(id: string, what: string, made: boolean): void {
  said.value = { id, what, made, until: now.peek() + OFFERED_MS };
}

export async function keep(id: string, what: string): Promise<boolean> {
  if (!(await attempt(() => end(id, true)))) return false;
  offer(id, what, false);
  return true;
}

/** For one that was made just now. */
export const offerWithdrawal = (id: string, what: string): void => offer(id, what, true);

export async function takeBack(one: Said): Promise<void> {
  if (!(await attempt(() => end(one.id, one.made ? false : null)))) return;
  said.value = null;
  takenBack.value = [...takenBack.value, one.id];
}
