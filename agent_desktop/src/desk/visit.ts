/** A visit of a web site in words: `searched “router red light”: found nothing, 3 pages, 2 min before the call`. */
import * as f from "../shared/format";
import { words } from "../shared/i18n";
import type { Entry, WebStep } from "../shared/types";
import { en, zhHans, zhHant } from "./words/visit";

const t = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Longer before a call than this a visit is no part of how somebody came to call. */
const BEFORE_MS = 24 * HOUR;

function step(one: WebStep): string {
  if (one.kind === "sign_in") return t().signedIn;
  if (one.kind === "form") return t().sent(one.words);
  if (one.kind === "tag") return t().says(one.words);
  if (one.kind === "untag") return t().saysNoLonger(one.words);
  const said = t().searched(one.words);
  if (one.found === null) return said;
  return one.found === 0 ? t().foundNothing(said) : t().found(said, f.count(one.found));
}

/** `arrived`: when the call on the desk came; null: there is none. */
export function visitWords(entry: Pick<Entry, "at" | "web" | "lasted">, arrived: number | null): string {
  const { web } = entry;
  if (!web) return "";
  const before = arrived === null ? -1 : arrived - entry.at;
  const minutes = Math.floor(before / MINUTE);
  const parts = [
    ...web.steps.map(step),
    web.pages > 0 ? t().pages(web.pages) : "",
    (entry.lasted ?? 0) >= MINUTE ? t().lasted(f.atRest(entry.lasted ?? 0)) : "",
    before < 0 || before > BEFORE_MS ? "" : minutes < 60 ? t().minutesBefore(minutes) : t().hoursBefore(Math.floor(before / HOUR)),
  ];
  // The same twice in a row was one thing to who did it.
  return parts.filter((part, n) => part !== "" && part !== parts[n - 1]).join(f.joiner());
}
