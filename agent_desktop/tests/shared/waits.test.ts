import { expect, it } from "vitest";
import { setLang } from "../../src/shared/i18n";
import type { Stretch } from "../../src/shared/types";
import { sentence } from "../../src/shared/waits";
import { longest } from "../../src/wallboard/model";

const stretch = (code: Stretch["code"], args: Stretch["args"] = {}, agent: string | null = null): Stretch => ({ begins: 0, ends: 1000, code, queue: "q", agent, args });
const say = (one: Stretch): string => sentence(one, (id) => ({ ana: "Ana" })[id] ?? id);

it("says what stood in the way, in English", () => {
  setLang("en");
  expect(say(stretch("nobody", { skill: "yue", needs: 1 }))).toBe("Nobody with Cantonese at work");
  expect(say(stretch("nobody", { skill: "", needs: 0 }))).toBe("Nobody at work can serve this caller");
  expect(say(stretch("ring", { skill: "net", needs: 8, after_s: 20 }))).toBe("Nobody with net 8 at work; less is asked for after 20 s");
  expect(say(stretch("busy", { agents: 3, others: 1 }))).toBe("All 3 who can serve this caller were busy; they took 1 other meanwhile");
  expect(say(stretch("rang", { how: "rona" }, "ana"))).toBe("Ana was called: not answered");
  expect(say(stretch("rang", { how: "" }, "ana"))).toBe("Ana is being called");
  expect(say(stretch("kept", { as: "promised" }, "ana"))).toBe("Kept for Ana, who had promised them something");
  expect(say(stretch("closed", { closing: "evacuation" }))).toBe("Turned away: evacuation");
});

it.each(["zh-Hans", "zh-Hant"] as const)("says all of it in %s", (lang) => {
  setLang(lang);
  for (const code of ["nobody", "ring", "busy", "rang", "kept", "others", "closed", "elsewhere", "exchange_away"] as const) {
    expect(say(stretch(code, { skill: "yue", needs: 2, after_s: 20, agents: 2, others: 3, how: "rona", as: "last_agent", closing: "full" }, "ana"))).toMatch(/[㐀-鿿]/);
  }
  setLang("en");
});

it("lists who is in line, then the longest waits of that day", () => {
  const call = (interaction: string, at: number, waited: number, state = "answered") => ({ interaction, at, waited, state, queue: "q" });
  const line = { waiting: [{ interaction: "now", queue: "q", since: 90, language: null, raised: 0, offered: null }] };
  const calls = { calls: [call("short", 50, 10), call("long", 40, 99), call("old", 5, 500), call("none", 60, 0), call("now", 90, 5, "open")], next: null };
  const found = longest({ begins: 10, ends: 100 }, calls as never, line as never);
  expect(found.map((one) => one.interaction)).toEqual(["now", "long", "short"]);
});
