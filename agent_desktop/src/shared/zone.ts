/**
 * The clock on the site's wall: from a moment to what it shows there, and back. Agents may sit anywhere; what they read and what
 * they enter is always the site's time. Moments are ms since 1970.
 */

export interface Wall {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** 0: Sunday. */
  weekday: number;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

let own: string | undefined;
const makers = new Map<string | undefined, Intl.DateTimeFormat>();

/** The IANA zone in which times are shown and entered; none: the browser's. Screens set the site's. */
export function setZone(name: string | undefined): void {
  own = name;
}

function makerOf(zone: string | undefined): Intl.DateTimeFormat {
  const known = makers.get(zone);
  if (known) return known;
  const maker = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    weekday: "short",
  });
  makers.set(zone, maker);
  return maker;
}

/** What the wall shows at a moment. */
export function wall(at: number, zone: string | undefined = own): Wall {
  const found: Record<string, string> = {};
  for (const part of makerOf(zone).formatToParts(at)) found[part.type] = part.value;
  const n = (name: string): number => Number(found[name]);
  return {
    year: n("year"),
    month: n("month"),
    day: n("day"),
    hour: n("hour"),
    minute: n("minute"),
    second: n("second"),
    weekday: DAYS.indexOf(found["weekday"] ?? ""),
  };
}

/** How far the wall is ahead of UTC at a moment, in ms. */
export function offset(at: number, zone: string | undefined = own): number {
  const w = wall(at, zone);
  return Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute, w.second) - Math.floor(at / 1000) * 1000;
}

/** The moment at which the wall shows what a clock at UTC shows at `shown`. A time that clocks skip is the hour after it. */
export function moment(shown: number, zone: string | undefined = own): number {
  // The offset at `shown` itself may not be the one in force then, when clocks change in between.
  return shown - offset(shown - offset(shown, zone), zone);
}

/** The moment of a full hour on the wall, `days` after the day of `today`. */
export function hourOn(today: number, days: number, hour: number): number {
  const w = wall(today);
  return moment(Date.UTC(w.year, w.month - 1, w.day + days, hour));
}

/** A moment as the value of an `<input type="datetime-local">`, in the wall's time. */
export const toField = (at: number): string => new Date(at + offset(at)).toISOString().slice(0, 16);

/** What such a field holds as a moment; null: nothing that is a time. */
export function fromField(value: string): number | null {
  const shown = /^\d{4,}-\d\d-\d\dT\d\d:\d\d/.test(value) ? Date.parse(`${value.slice(0, 16)}Z`) : NaN;
  return Number.isNaN(shown) ? null : moment(shown);
}
