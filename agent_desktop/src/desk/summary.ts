/** One paragraph on a customer, made from facts only: what was counted, when, and by whom. */
import * as f from "../shared/format";
import { words } from "../shared/i18n";
import type { About, Entry } from "../shared/types";
import { named, s } from "../shared/words";
import { about } from "./words/about";

/** The words of what is known of a customer. */
export const a = words(about);

/** What came of a contact, as far as somebody has said; `marks`: words for what went badly. */
function outcome(one: Entry, marks: Record<string, string>): string {
  if (one.solved !== null) return one.solved ? s().solved : s().notSolved;
  return one.mark && one.mark !== "message" ? (marks[one.mark] ?? one.mark) : "";
}

export function summary(known: About, now: number, marks: Record<string, string>): string {
  const { facts } = known;
  const parts: string[] = [];
  if (facts.since === null || facts.contacts === 0) parts.push(a().noContact);
  else parts.push(a().since(f.date(facts.since, now), f.count(facts.contacts), facts.contacts === 1));
  if (facts.last) parts.push(a().last(named("kinds", facts.last.kind), f.dayAndTime(facts.last.at, now), facts.last.agent ?? "", outcome(facts.last, marks)));
  if (facts.unsolved > 0) parts.push(a().judged(f.count(facts.unsolved), f.count(facts.judged)));
  if (facts.cases > 0) parts.push(a().cases(facts.cases, facts.cases_late));
  if (facts.promises > 0) parts.push(a().promises(facts.promises, facts.promises_late, facts.next_promise === null ? "" : f.dayAndTime(facts.next_promise, now)));
  if (facts.contacts > 0 && facts.cases + facts.promises === 0) parts.push(a().nothingOpen);
  const [best] = known.ways;
  if (known.wishes?.channel) parts.push(a().wanted(a().channels[known.wishes.channel] ?? known.wishes.channel));
  else if (best) parts.push(a().best(a().channels[best.channel] ?? best.channel, a().time(best.weekday, best.hour)));
  return parts.join(a().noContact.endsWith("。") ? "" : " ");
}
