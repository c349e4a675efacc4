import { expect, it, vi } from "vitest";

vi.mock("../../src/desk/session", () => ({
  setChecked: () => undefined,
  ...Object.fromEntries(["call", "me", "exchange", "pop"].map((name) => [name, { value: null }])),
  ...Object.fromEntries(["queues", "reasons"].map((name) => [name, { value: [] }])),
}));
const { fault, LEAST, refusal } = await import("../../src/desk/password");
const { Failure } = await import("../../src/shared/api");

const long = "a".repeat(LEAST);
const problem = (type: string, status: number) => new Failure(status, { type, title: "", status, where: "", todo: "" }, "");

it("sends no password that is too short or not typed the same twice", () => {
  expect(fault({ old: "x", new: "short", again: "short" })).toEqual({ field: "new", is: "short" });
  expect(fault({ old: "x", new: long, again: `${long}b` })).toEqual({ field: "again", is: "differs" });
  expect(fault({ old: "x", new: long, again: long })).toBeNull();
});

it("counts characters as the server does, not halves of them", () => {
  expect(fault({ old: "x", new: "𠮷".repeat(LEAST - 1), again: "𠮷".repeat(LEAST - 1) })?.is).toBe("short");
});

it("says whether the old one was wrong, tried too often, or nobody answered", () => {
  expect(refusal(problem("wrong-password", 422))).toEqual({ field: "old", is: "wrong" });
  expect(refusal(problem("try-later", 429))).toEqual({ field: null, is: "often" });
  expect([refusal(new Failure(0, null, "")), refusal(problem("error", 500)), refusal(new Error())].map(({ is }) => is)).toEqual(["away", "away", "away"]);
});
