// Today's curve as numbers: where each half hour stands on the time axis, what is known about it, and how far to draw.

import type { TodayView } from "../shared/types";
import { moment } from "../shared/zone";

const SLOT_MS = 30 * 60_000;
/** The axis starts and ends at even hours. */
const SLOTS_PER_TICK = 4;
/** Without a usual day to go by, this much of a day is drawn. */
const LEAST_SLOTS = 20;
/** And as long as nobody called, so much of it before now. */
const LEAST_PAST = 4;

export interface Curve {
  /** End of each half hour, in seconds since 1970: a point says what came in the half hour before it. */
  at: number[];
  /** Null from the half hour on that is not over. */
  today: (number | null)[];
  /** Null as a whole: not enough history. */
  usual: (number | null)[] | null;
  from: number;
  to: number;
  /** The last half hour that is over, since when (ms); null before the first one is. */
  last: { index: number; since: number; calls: number; usual: number | null } | null;
  /** The half hour that runs: since when (ms), calls so far, and where that stands on the axis by now (seconds). */
  running: { since: number; calls: number; at: number };
}

/** The first moment of `day` (`YYYY-MM-DD`) in `zone`. */
export const midnight = (day: string, zone: string): number => moment(Date.parse(`${day}T00:00:00Z`), zone);

export function curve(today: TodayView, zone: string, now: number): Curve {
  const begin = midnight(today.day, zone);
  const calls = today.per_half_hour;
  const n = calls.length;
  const running = Math.min(Math.max(Math.floor((now - begin) / SLOT_MS), 0), n - 1);
  const usual = today.usual_half_hour.length > 0
    ? calls.map((_, i) => today.usual_half_hour[i] ?? null)
    : null;

  const busy = (i: number) => (i <= running && calls[i]! > 0) || (usual?.[i] ?? 0) >= 0.5;
  const slots = calls.map((_, i) => i).filter(busy);
  const first = slots[0] === undefined ? Math.max(running - LEAST_PAST, 0) : Math.min(slots[0], running);
  const last = Math.max(slots.at(-1) ?? 0, running);
  const down = (i: number) => Math.floor(i / SLOTS_PER_TICK) * SLOTS_PER_TICK;
  // A half hour's point stands at its end.
  const start = down(Math.min(first + 1, running));
  const to = Math.min(Math.max(down(last + SLOTS_PER_TICK), start + LEAST_SLOTS), n);
  const from = Math.max(Math.min(start, to - LEAST_SLOTS), 0);

  const slot = (i: number) => (begin + i * SLOT_MS) / 1000;
  return {
    at: calls.map((_, i) => slot(i + 1)),
    today: calls.map((c, i) => (i < running ? c : null)),
    usual,
    from: slot(from),
    to: slot(to),
    last: running === 0 ? null : { index: running - 1, since: begin + (running - 1) * SLOT_MS, calls: calls[running - 1]!, usual: usual?.[running - 1] ?? null },
    running: { since: begin + running * SLOT_MS, calls: calls[running]!, at: Math.min(Math.max(now / 1000, slot(running)), slot(running + 1)) },
  };
}

/** Four lines for the value axis, from 0 up: round numbers that hold `max`. */
export function scale(max: number): number[] {
  const third = Math.max(max / 3, 1);
  const power = 10 ** Math.floor(Math.log10(third));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((m) => m * power).find((s) => s >= third && Number.isInteger(s));
  return [0, 1, 2, 3].map((i) => i * (step ?? 10 * power));
}
