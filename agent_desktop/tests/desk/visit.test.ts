/** What somebody did on a web site is told in a line, in each language. */
import { afterEach, expect, test } from "vitest";
import { visitWords } from "../../src/desk/visit";
import { lang } from "../../src/shared/i18n";
import type { WebStep } from "../../src/shared/types";

const MINUTE = 60_000;
const step = (kind: string, words = "", found: number | null = null): WebStep => ({ kind, words, found });
const visit = (pages: number, ...steps: WebStep[]) => ({ at: 0, lasted: 30_000, web: { pages, steps } });

afterEach(() => {
  lang.value = "en";
});

test("a search in vain, and how long before the call", () => {
  const done = visit(3, step("search", "router red light", 0));
  expect(visitWords(done, 2 * MINUTE)).toBe("searched “router red light”: found nothing, 3 pages, 2 min before the call");
  lang.value = "zh-Hans";
  expect(visitWords(done, 2 * MINUTE)).toBe("搜索“router red light”：无结果，3 个页面，来电前 2 分钟");
  lang.value = "zh-Hant";
  expect(visitWords(done, 2 * MINUTE)).toBe("搜尋「router red light」：沒有結果，3 個頁面，來電前 2 分鐘");
});

test("what was found, sent, and that they signed in", () => {
  const done = visit(1, step("search", "invoice", 12), step("search", "tax"), step("form", "contact"), step("sign_in"));
  expect(visitWords(done, null)).toBe("searched “invoice”: 12 found, searched “tax”, sent the form “contact”, signed in, 1 page");
});

test("a long visit long before, and one that is no part of the call", () => {
  const done = { ...visit(2, step("search", "a", 0), step("search", "a", 0)), lasted: 5 * MINUTE };
  expect(visitWords(done, 3 * 60 * MINUTE)).toBe("searched “a”: found nothing, 2 pages, in 5:00, 3 h before the call");
  expect(visitWords(done, 48 * 60 * MINUTE)).toBe("searched “a”: found nothing, 2 pages, in 5:00");
  expect(visitWords(done, 10_000)).toContain("just before the call");
});

test("what is no visit says nothing", () => {
  expect(visitWords({ at: 0, lasted: null, web: null }, 0)).toBe("");
});
