// What the wallboard decides before anything is drawn: ages, tones, formulas and the order of agents. No DOM here.

import type { AgentTile, Calls, DayReport, Line as InLine, QueueView, TodayView } from "../shared/types";

/** How much a figure may be trusted: shown as it is, in third ink with its age, or replaced by a dash. */
export type Freshness = "live" | "stale" | "lost";

/** `soon`: past the limit; `late`: far past it. */
export type Tone = "plain" | "soon" | "late";

const LIVE_MS = 2_000;
const LOST_MS = 60_000;

/** Points of service level under the goal from which on a queue is red, not amber. */
const FAR_UNDER_GOAL = 5;

export function freshness(age: number): Freshness {
  if (age <= LIVE_MS) return "live";
  return age <= LOST_MS ? "stale" : "lost";
}

/** Amber past the limit, red past twice the limit. */
export function waitTone(waited: number | null, limitS: number): Tone {
  if (waited === null || waited <= limitS * 1000) return "plain";
  return waited <= limitS * 2000 ? "soon" : "late";
}

/** Amber under the goal, red more than five points under it. `share` is 0..1. */
export function levelTone(share: number | null, goal: number): Tone {
  if (share === null || share * 100 >= goal) return "plain";
  return share * 100 >= goal - FAR_UNDER_GOAL ? "soon" : "late";
}

/** Calls that count for the service level: those that got an agent and those that gave up. */
export interface Level {
  within: number;
  of: number;
  /** 0..1; null: nobody called yet, so there is no level. */
  share: number | null;
}

export function level(counts: Pick<TodayView | QueueView, "within" | "answered" | "abandoned">): Level {
  const of = counts.answered + counts.abandoned;
  return { within: counts.within, of, share: of === 0 ? null : counts.within / of };
}

/** Of the callers who were told how long it takes: how many got an agent within it. `share` null: nobody was told. */
export function kept(queues: readonly Pick<QueueView, "kept" | "told">[]): { of: number; share: number | null } {
  const of = queues.reduce((sum, q) => sum + q.told, 0);
  return { of, share: of === 0 ? null : queues.reduce((sum, q) => sum + q.kept, 0) / of };
}

/** Mean wait of the answered calls in ms; null: none was answered. */
export function averageWait(today: TodayView): number | null {
  return today.answered === 0 ? null : today.waited_answered / today.answered;
}

/** The order on the wall: who works first, who is away last. */
export const STATES = ["talking", "dialling", "ringing", "offered", "wrap_up", "ready", "not_ready"] as const;
export type State = (typeof STATES)[number];

export interface Group {
  state: State;
  /** Longest in the state first: that is the one a supervisor looks for. */
  agents: AgentTile[];
}

/** Everybody who is signed in, by state; states nobody is in are left out. */
export function groups(agents: readonly AgentTile[]): Group[] {
  return STATES.map((state) => ({
    state,
    agents: agents.filter((a) => a.state === state).sort((a, b) => a.since - b.since || a.name.localeCompare(b.name)),
  })).filter((g) => g.agents.length > 0);
}

/** One line of the agents' tile: an agent, or how many more of a state have no line of their own. */
export type Line = { agent: AgentTile; state: State } | { more: number; state: State };

/**
 * The lines that fit. When there are more agents than room, the fullest group gives up the lines of those who
 * are in their state the shortest, and says how many they are.
 */
export function lines(of: readonly Group[], room: number): Line[] {
  const shown = of.map((g) => g.agents.length);
  const used = () => shown.reduce((sum, n, i) => sum + n + (n < of[i]!.agents.length ? 1 : 0), 0);
  while (used() > room) {
    const fullest = shown.indexOf(Math.max(...shown));
    if ((shown[fullest] ?? 0) === 0) break;
    shown[fullest]! -= 1;
  }
  return of.flatMap(({ state, agents }, i) => {
    const kept: Line[] = agents.slice(0, shown[i]).map((agent) => ({ agent, state }));
    const more = agents.length - kept.length;
    return more > 0 ? [...kept, { more, state }] : kept;
  });
}

/**
 * "Ana L." for "Ana Lindqvist", so that a name fits in a narrow column; whole where two people would look the same
 * or where there is nothing to shorten (Chinese names).
 */
export function shortNames(names: readonly string[]): string[] {
  const short = names.map((name) => {
    const words = name.trim().split(/\s+/);
    return words.length < 2 ? name : `${words[0]} ${Array.from(words[words.length - 1]!)[0]}.`;
  });
  return short.map((s, i) => (short.indexOf(s) === short.lastIndexOf(s) ? s : names[i]!));
}

/** The queues that fit, those with the longest wait first to stay, in the order the site keeps them. */
export function pickQueues(queues: readonly QueueView[], room: number): { shown: QueueView[]; more: number } {
  if (queues.length <= room) return { shown: [...queues], more: 0 };
  const urgency = (q: QueueView) => q.longest_since ?? Number.MAX_SAFE_INTEGER;
  const kept = new Set([...queues].sort((a, b) => urgency(a) - urgency(b)).slice(0, room - 1));
  return { shown: queues.filter((q) => kept.has(q)), more: queues.length - kept.size };
}

/** A caller who waits, or waited. */
export interface Waited {
  interaction: string;
  at: number;
  queue: string | null;
  /** Of a caller still in line, since when; else null. */
  since: number | null;
  waited: number;
  /** Another number than their own, at which they will be called back. */
  calls: string;
}

/** Who is in line, then who waited longest on that day, as far as the newest calls go back. */
export function longest(of: Pick<DayReport, "begins" | "ends">, calls: Calls, line: InLine): Waited[] {
  const here = line.waiting.map((one) => ({ interaction: one.interaction, at: one.since, queue: one.queue, since: one.since, waited: 0, calls: one.calls }));
  const there = calls.calls
    .filter((one) => one.waited > 0 && one.state !== "open" && one.at >= of.begins && one.at < of.ends)
    .map((one) => ({ interaction: one.interaction, at: one.at, queue: one.queue, since: null, waited: one.waited, calls: "" }))
    .sort((a, b) => b.waited - a.waited);
  return [...here, ...there];
}
