import { expect, it } from "vitest";
import { summary } from "../../src/desk/summary";
import { setLang } from "../../src/shared/i18n";
import type { About } from "../../src/shared/types";

const NOW = Date.UTC(2026, 10, 24, 4);
const DAY = 86_400_000;
const last = { id: "c-1", kind: "call", at: NOW - DAY, title: "", text: "", inbound: true, language: null, agent: "Ana", lasted: 60_000, waited: 0, path: [], solved: false, mark: "", case: null, web: null, recorded: false };
const known: About = {
  customer: "kim", language: "en", tier: "gold", tags: [], wishes: null, unwanted: "",
  ways: [{ channel: "sms", weekday: 1, hour: 9, answered: 8, tries: 10, chance: 76, own: true }],
  facts: { since: NOW - 400 * DAY, contacts: 23, last, unsolved: 2, judged: 5, cases: 1, cases_late: 1, promises: 2, promises_late: 0, next_promise: NOW + 3_600_000 },
};

it("says what was counted, and nothing else", () => {
  setLang("en");
  const said = summary(known, NOW, {});
  expect(said).toMatch(/^23 contacts since .*2025\. The last: Call, .*, with Ana, not solved\. 2 of the last 5 judged were not solved\./);
  expect(said).toContain("One case is open, 1 overdue. 2 promises are open, the next by ");
  expect(said).toMatch(/Best reached by SMS, Tuesdays 9–10\.$/);
});

it("tells of promises that are all overdue, and names none of them the next", () => {
  setLang("en");
  const facts = { ...known.facts, promises: 3, promises_late: 3, next_promise: null };
  expect(summary({ ...known, facts }, NOW, {})).toContain("3 promises are open; 3 overdue.");
});

it("says a wish before what was learned, and of a stranger that there is nothing", () => {
  setLang("en");
  const wishes = { channel: "mail", never: [], begins: 0, ends: 1440, note: "", by: "ana", at: NOW };
  expect(summary({ ...known, wishes }, NOW, {})).toMatch(/Wants to be reached by mail\.$/);
  const facts = { ...known.facts, since: null, contacts: 0, last: null, unsolved: 0, judged: 0, cases: 0, cases_late: 0, promises: 0, next_promise: null };
  expect(summary({ ...known, ways: [], facts }, NOW, {})).toBe("No contact yet.");
});

it.each(["zh-Hans", "zh-Hant"] as const)("is one paragraph in %s, too", (language) => {
  setLang(language);
  const said = summary(known, NOW, {});
  expect(said).toContain("23 次");
  expect(said).not.toContain("undefined");
  expect(said.endsWith("。")).toBe(true);
});
