/**
 * Numbers, times and durations as people write them in each language. Pure but for the language in use: the last argument
 * of each may name another. Times and durations are in ms.
 */
import { lang, type Lang } from "./i18n";
import { wall } from "./zone";

export const NOTHING = "–";
const THIN = "\u202f";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (n: number): string => String(n).padStart(2, "0");

/** A running duration: `2:14`, from an hour on `1:58:20`. Never negative. */
export function running(ms: number): string {
  const s = Math.max(0, Math.floor(ms / SECOND));
  const [h, m, sec] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  return h > 0 ? `${h}:${two(m)}:${two(sec)}` : `${m}:${two(sec)}`;
}

/** Time left, rounded up so that it shows 0:00 only when it is over. */
export const left = (ms: number): string => running(Math.ceil(ms / SECOND) * SECOND);

/** A duration at rest: `4:38`, from an hour on `4 h 28 min`. */
export function atRest(ms: number, l: Lang = lang.value): string {
  if (ms < HOUR) return running(ms);
  const [h, m] = [Math.floor(ms / HOUR), Math.floor(ms / MINUTE) % 60];
  if (l === "en") return m ? `${h} h ${m} min` : `${h} h`;
  const [hour, minute] = l === "zh-Hans" ? ["小时", "分"] : ["小時", "分"];
  return m ? `${h} ${hour} ${m} ${minute}` : `${h} ${hour}`;
}

/** A countdown to something due: under a day `1:58:20`, above only days; past due `0:38 late`. */
export function due(msLeft: number, l: Lang = lang.value): string {
  if (msLeft < 0) return late(-msLeft, l);
  if (msLeft >= DAY) return days(Math.floor(msLeft / DAY), l);
  return left(msLeft);
}

export function late(ms: number, l: Lang = lang.value): string {
  const text = ms >= DAY ? days(Math.floor(ms / DAY), l) : running(ms);
  return l === "en" ? `${text} late` : `${l === "zh-Hans" ? "超时" : "逾時"} ${text}`;
}

export function days(n: number, l: Lang = lang.value): string {
  return l === "en" ? `${n} ${n === 1 ? "day" : "days"}` : `${n} 天`;
}

/** Whole seconds with their unit: `8 s`, `8 秒`. */
export function seconds(ms: number, l: Lang = lang.value): string {
  return `${Math.max(0, Math.round(ms / SECOND))} ${l === "en" ? "s" : "秒"}`;
}

/** The minutes of a wait that is not known but estimated, whole and rounded outwards: `1–4`; `< 2` when it may be none. */
export function waitRange(low: number, high: number): string {
  const [from, to] = [Math.floor(low / MINUTE), Math.max(1, Math.ceil(high / MINUTE))];
  if (from === to) return String(to);
  return from === 0 ? `< ${to}` : `${from}–${to}`;
}

/** How old something is: `12 s old`. */
export function age(ms: number, l: Lang = lang.value): string {
  const text = ms < MINUTE ? seconds(ms, l) : running(ms);
  return l === "en" ? `${text} old` : l === "zh-Hans" ? `${text}前` : `${text}前`;
}

const WEEKDAY: Record<Lang, readonly string[]> = {
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
  "zh-Hans": ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
  "zh-Hant": ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
};
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** `09:58` */
export function timeOfDay(ms: number): string {
  const p = wall(ms);
  return `${two(p.hour)}:${two(p.minute)}`;
}

/** `10:02:18` */
export function timeWithSeconds(ms: number): string {
  const p = wall(ms);
  return `${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
}

/** Hour of the day, 0 to 23, where times are shown. */
export const hourOfDay = (ms: number): number => wall(ms).hour;

/** `Tue 24 Nov`, `11月24日 周二`; in another year than `today`'s, in full. */
export function date(ms: number, today: number, l: Lang = lang.value): string {
  const p = wall(ms);
  if (p.year !== wall(today).year) return dateInFull(ms, l);
  const weekday = WEEKDAY[l][p.weekday] ?? "";
  if (l === "en") return `${weekday} ${p.day} ${(MONTHS[p.month - 1] ?? "").slice(0, 3)}`;
  return `${p.month}月${p.day}日 ${weekday}`;
}

/** `Tue 24 November 2026`, `2026年11月24日 周二` */
export function dateInFull(ms: number, l: Lang = lang.value): string {
  const p = wall(ms);
  const weekday = WEEKDAY[l][p.weekday] ?? "";
  if (l === "en") return `${weekday} ${p.day} ${MONTHS[p.month - 1] ?? ""} ${p.year}`;
  return `${p.year}年${p.month}月${p.day}日 ${weekday}`;
}

/** A number that is the same for all moments of one day where times are shown, and one more the day after. */
export function dayNumber(ms: number): number {
  const p = wall(ms);
  return Math.floor(Date.UTC(p.year, p.month - 1, p.day) / DAY);
}

/** The heading over a day of the timeline: `Today, Tue 24 Nov`, `Yesterday`, else the date. */
export function dayHeading(ms: number, today: number, l: Lang = lang.value): string {
  const ago = dayNumber(today) - dayNumber(ms);
  if (ago === 0) return l === "en" ? `Today, ${date(ms, today, l)}` : `今天 ${date(ms, today, l)}`;
  if (ago === 1) return l === "en" ? "Yesterday" : "昨天";
  return date(ms, today, l);
}

/** `today 12:00`, or date and time on another day. */
export function dayAndTime(ms: number, today: number, l: Lang = lang.value): string {
  const ago = dayNumber(today) - dayNumber(ms);
  const time = timeOfDay(ms);
  if (ago === 0) return l === "en" ? `${time} today` : `今天 ${time}`;
  return l === "en" ? `${time}, ${date(ms, today, l)}` : `${date(ms, today, l)} ${time}`;
}

/** Where there is little room: `09:58` today, `yesterday 09:58`, and before that the date alone. */
export function dayOrTime(ms: number, today: number, l: Lang = lang.value): string {
  const ago = dayNumber(today) - dayNumber(ms);
  if (ago === 0) return timeOfDay(ms);
  if (ago === 1) return `${l === "en" ? "yesterday" : "昨天"} ${timeOfDay(ms)}`;
  return date(ms, today, l);
}

/** `12,480` in every language. */
export function count(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

/** Of a share from 0 to 1: `86 %` with a thin space in English, `86%` in Chinese. Null: nothing to say. */
export function percent(share: number | null, digits = 0, l: Lang = lang.value): string {
  if (share === null || !Number.isFinite(share)) return NOTHING;
  return `${(share * 100).toFixed(digits)}${l === "en" ? THIN : ""}%`;
}

/** `182 of 219`, `182 / 219` */
export function shareOf(part: number, whole: number, l: Lang = lang.value): string {
  return l === "en" ? `${count(part)} of ${count(whole)}` : `${count(part)} / ${count(whole)}`;
}

/** What stands between facts on one line. */
export const joiner = (l: Lang = lang.value): string => (l === "en" ? ", " : "，");

/** Two letters for a face without a picture; a Chinese name gives its first character. */
export function initials(name: string): string {
  const clean = name.trim();
  if (!clean) return "?";
  if (/[㐀-鿿]/.test(clean)) return [...clean][0] ?? "?";
  const names = clean.split(/\s+/);
  const first = [...(names[0] ?? "")][0] ?? "";
  const last = names.length > 1 ? ([...(names[names.length - 1] ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
}

/** A name where there is little room: `Eleanor W.`; a Chinese one stays whole. */
export function shortName(name: string): string {
  const names = name.trim().split(/\s+/);
  if (names.length < 2 || /[㐀-鿿]/.test(name)) return name;
  return `${names[0]} ${[...(names[names.length - 1] ?? "")][0] ?? ""}.`;
}

/**
 * The `lang` of a text that may be foreign to the screen, so that faces, quotes and readers follow it; undefined: nothing to
 * say. `tag`: what is known of its language, also as callers' languages are named.
 */
export function langOf(text: string, tag: string | null = null): string | undefined {
  if (!/[㐀-鿿]/.test(text)) return lang.value === "en" ? undefined : "en";
  if (tag === "yue") return "zh-Hant";
  if (tag === "cmn") return "zh-Hans";
  // Characters written only in the traditional script, among the most frequent ones.
  return /[們個這為開電話時間問題網斷線後請會說沒還應給過進運輸陳張劉鄭謝許]/.test(text) ? "zh-Hant" : "zh-Hans";
}
