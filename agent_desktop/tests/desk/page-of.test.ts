/** A list read page by page keeps its place and its count, whatever comes or goes meanwhile. */
import { expect, test } from "vitest";
import { type Page, without, withMore } from "../../src/desk/page-of";
import { en, zhHans, zhHant } from "../../src/desk/words/aside";

const page = (ids: number[], next: string | null, count: number | null): Page<{ id: number }> => ({ list: ids.map((id) => ({ id })), next, count });
const ids = (of: Page<{ id: number }> | null): number[] => (of?.list ?? []).map((one) => one.id);

test("the first page is what it is", () => {
  expect(withMore(null, page([9, 8], "8", 5))).toEqual(page([9, 8], "8", 5));
});

test("a page more stands below, and what was shown already does not come twice", () => {
  const both = withMore(page([9, 8], "8", 5), page([8, 7], "7", 5));
  expect(ids(both)).toEqual([9, 8, 7]);
  expect(both.next).toBe("7");
});

test("how many there are was said with the first page, unless it is said anew", () => {
  expect(withMore(page([9], "9", 5), page([8], null, null)).count).toBe(5);
  expect(withMore(page([9], "9", 5), page([8], null, 6)).count).toBe(6);
});

test("what is put right is gone, counted, and the place stays", () => {
  const left = without(page([9, 8, 7], "7", 5), 8);
  expect([ids(left), left?.next, left?.count]).toEqual([[9, 7], "7", 4]);
  expect(without(page([9], null, 1), 3)).toEqual(page([9], null, 1));
  expect(without(null, 3)).toBeNull();
});

test("how much is shown is said in each language", () => {
  expect([en, zhHans, zhHant].map((w) => w.count("50", "1,200"))).toEqual(["50 of 1,200", "已显示 50 项，共 1,200 项", "已顯示 50 項，共 1,200 項"]);
  expect([en, zhHans, zhHant].map((w) => w.count("3", "3"))).toEqual(["3 in all", "共 3 项", "共 3 項"]);
});
