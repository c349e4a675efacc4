import { afterEach, expect, it, vi } from "vitest";
import type { Erased, Erasure, Me, Problem } from "../../src/shared/types";

vi.mock("../../src/desk/session", async () => {
  const { signal } = await import("@preact/signals");
  return { who: signal<unknown>("asking"), call: signal(null), live: { view: signal(null) }, setChecked: () => undefined };
});
const { erasing, erase, exportAll, exporting, fileName, goes, isTyped, phrase, stays, wrongOf } = await import("../../src/desk/erasing");
const { who } = await import("../../src/desk/session");
const { Failure } = await import("../../src/shared/api");

const NOTHING: Erased = {
  customer: "k-1",
  members: ["k-1"],
  identifiers: 0,
  shared: 0,
  interactions: 0,
  messages: 0,
  attachments: 0,
  kept: 0,
  files: 0,
  cases: 0,
  open_cases: 0,
  promises: 0,
  open_promises: 0,
};

const problem = (type: string, status = 409): Problem => ({ type, title: "No.", status, where: "", todo: "" });
const failure = (type: string, status = 409) => new Failure(status, problem(type, status), "No.");

afterEach(() => {
  vi.unstubAllGlobals();
  who.value = "asking";
  exporting.value = null;
  erasing.value = null;
});

it("asks for the name, else for a number, else for the id", () => {
  expect(phrase({ name: "Eleanor Whitcombe", numbers: ["+44 7700 900143"], customer: "k-1" })).toBe("Eleanor Whitcombe");
  expect(phrase({ name: "", numbers: ["+44 7700 900143"], customer: "tel:1" })).toBe("+44 7700 900143");
  expect(phrase({ name: " – ", numbers: [], customer: "device:9" })).toBe("device:9");
});

it("takes what was typed however wide, spaced or capital, and nothing else", () => {
  expect(isTyped(" eleanor  whitcombe", "Eleanor Whitcombe")).toBe(true);
  expect(isTyped("00447700900143", "+44 7700 900143")).toBe(false);
  expect(isTyped("+44-7700-900-143", "+44 7700 900143")).toBe(true);
  expect(isTyped("陈 大文", "陈大文")).toBe(true);
  expect(isTyped("ｅｌｅａｎｏｒ", "Eleanor")).toBe(true);
  expect(isTyped("Eleanor", "Eleanor Whitcombe")).toBe(false);
  expect(isTyped("", "")).toBe(false);
});

it("says what goes by kind, and leaves out what there is none of", () => {
  expect(goes(NOTHING)).toEqual(["Who they are: name, language, tags, wishes, PIN"]);
  const all: Erased = { ...NOTHING, members: ["k-1", "k-2"], identifiers: 2, interactions: 1400, messages: 3, attachments: 1, kept: 1, files: 2, cases: 2, open_cases: 1, promises: 1 };
  expect(goes(all)).toEqual([
    "Who they are: name, language, tags, wishes, PIN, and 2 numbers and addresses",
    "Another record, which was merged with theirs",
    "Every word of 1,400 contacts, and whose they were",
    "3 mails with one attachment",
    "2 recordings",
    "What 2 cases are about; 1 of them open, closed by this",
    "One promise",
    "One thing that could not be read",
  ]);
});

it("says of a shared number only where there is one that it stays", () => {
  expect(stays(NOTHING)).toHaveLength(4);
  expect(stays({ ...NOTHING, shared: 1 })[1]).toBe("One number or address that somebody else has, too");
});

it("tells what a refusal means from what nobody knows", () => {
  expect(wrongOf(failure("still-talking"))).toEqual({ is: "talking" });
  expect(wrongOf(failure("another-now"))).toEqual({ is: "another" });
  expect(wrongOf(failure("no-such-customer", 404))).toEqual({ is: "gone" });
  expect(wrongOf(failure("our-fault", 500))).toEqual({ is: "failed", why: "No." });
  expect(wrongOf(new Failure(0, null, "unreachable"))).toEqual({ is: "away" });
});

it("names the file by the id, with nothing in it that a folder can't have", () => {
  expect(fileName("tel:a/b\\c")).toBe("customer-tel-a-b-c.zip");
});

it("shows who is erased as changed, and what goes by now, when they were merged meanwhile", async () => {
  const now: Erasure = { goes: { ...NOTHING, members: ["k-1", "k-9"] }, mark: "second", talking: 0, waiting: 0 };
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string, how: { method: string }) => {
    asked.push(`${how.method} ${url}`);
    return Promise.resolve(how.method === "DELETE" ? Response.json(problem("another-now"), { status: 409 }) : Response.json(now));
  });
  await erase("k-1", { ...now, goes: NOTHING, mark: "first" });
  await vi.waitFor(() => expect(erasing.value?.what).toEqual(now));
  expect(erasing.value?.wrong).toEqual({ is: "another" });
  expect(asked).toEqual(["DELETE /api/v1/customers/k-1?mark=first", "GET /api/v1/customers/k-1/erasure"]);
});

it("lets no file of anybody come after who asked for it has signed out", async () => {
  who.value = { agent: "root" } as Me;
  vi.stubGlobal("fetch", (_: string, how: { signal: AbortSignal }) => new Promise((_resolve, reject) => how.signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")))));
  const done = exportAll("k-1");
  expect(exporting.value?.is).toBe("made");
  who.value = null;
  await done;
  expect(exporting.value).toBeNull();
});

it("says that an export which broke off was not saved", async () => {
  const body = new ReadableStream({
    pull(stream) {
      stream.error(new TypeError("network"));
    },
  });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body)));
  await exportAll("k-1");
  expect(exporting.value?.is).toBe("failed");
});
