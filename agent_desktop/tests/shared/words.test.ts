import { expect, it } from "vitest";
import { about } from "../../src/desk/words/about";
import * as aside from "../../src/desk/words/aside";
import { cases } from "../../src/desk/words/cases";
import { en as desk } from "../../src/desk/words/en";
import * as erase from "../../src/desk/words/erase";
import * as mails from "../../src/desk/words/mails";
import { zhHans as deskHans } from "../../src/desk/words/zh-Hans";
import { zhHant as deskHant } from "../../src/desk/words/zh-Hant";
import { setLang } from "../../src/shared/i18n";
import { named, tierName } from "../../src/shared/words";
import { en } from "../../src/shared/words/en";
import { zhHans } from "../../src/shared/words/zh-Hans";
import { zhHant } from "../../src/shared/words/zh-Hant";
import { reasonWord } from "../../src/wallboard/parts";

/** Every text with its place; functions are asked with stand-ins. That none is missing is the compiler's work. */
function texts(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") return [[path, String(value(...Array.from({ length: value.length }, () => "7")))]];
  if (typeof value === "object" && value !== null) return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
  return [];
}

const SAME_IN_ALL = new Set([".number", ".secondsOf", ".groups.sms", ".kinds.sms", ".why.skills"]);
const chinese = (text: string): boolean => /[㐀-鿿]/.test(text);

it.each([
  ["about, simplified", about.en, about["zh-Hans"]],
  ["about, traditional", about.en, about["zh-Hant"]],
  ["aside, simplified", aside.en, aside.zhHans],
  ["aside, traditional", aside.en, aside.zhHant],
  ["cases, simplified", cases.en, cases["zh-Hans"]],
  ["cases, traditional", cases.en, cases["zh-Hant"]],
  ["desk, simplified", desk, deskHans],
  ["desk, traditional", desk, deskHant],
  ["erasing, simplified", erase.en, erase.zhHans],
  ["erasing, traditional", erase.en, erase.zhHant],
  ["mails, simplified", mails.en, mails.zhHans],
  ["mails, traditional", mails.en, mails.zhHant],
  ["shared, simplified", en, zhHans],
  ["shared, traditional", en, zhHant],
] as const)("%s: every text is Chinese and none is empty that has words in English", (_, source, other) => {
  const there = new Map(texts(other));
  for (const [path, text] of texts(source)) {
    const mine = there.get(path) ?? "";
    if (text) expect(mine, path).not.toBe("");
    if (/[a-z]{3}/i.test(text) && !SAME_IN_ALL.has(path)) expect(chinese(mine), `${path}: ${mine}`).toBe(true);
  }
});

it("has one word for a case", () => {
  for (const all of [about["zh-Hans"], cases["zh-Hans"], deskHans, erase.zhHans, zhHans]) {
    for (const [path, text] of texts(all)) expect(text, path).not.toMatch(/案件|案例|个案/);
  }
  for (const all of [about["zh-Hant"], cases["zh-Hant"], deskHant, erase.zhHant, zhHant]) {
    for (const [path, text] of texts(all)) expect(text, path).not.toMatch(/案件|案例|工單/);
  }
});

it("speaks without exclamation marks, sorry or please", () => {
  for (const all of [desk, deskHans, deskHant, erase.en, erase.zhHans, erase.zhHant, en, zhHans, zhHant]) {
    for (const [path, text] of texts(all)) expect(text, path).not.toMatch(/[!！]|\b(please|sorry|oops|invalid)\b/i);
  }
});

it("says of a phone that it is called, that it rings and that it was not reached in words of their own", () => {
  const said = (["en", "zh-Hans", "zh-Hant"] as const).map((lang) => {
    setLang(lang);
    return [named("states", "offered"), named("states", "ringing"), named("reasons", "unreachable"), reasonWord("unreachable", [])];
  });
  setLang("en");
  expect(said).toEqual([
    ["Being called", "Ringing", "Phone not reached", "Phone not reached"],
    ["呼叫话机", "振铃中", "话机未接通", "话机未接通"],
    ["呼叫話機", "響鈴中", "話機未接通", "話機未接通"],
  ]);
});

it("calls the usual tiers by a word of the language, and others as the site does", () => {
  const said = (["en", "zh-Hans", "zh-Hant"] as const).map((lang) => {
    setLang(lang);
    return ["gold", "Silver", "Hafenkreis"].map(tierName);
  });
  setLang("en");
  expect(said).toEqual([["Gold", "Silver", "Hafenkreis"], ["金卡", "银卡", "Hafenkreis"], ["金卡", "銀卡", "Hafenkreis"]]);
});

it("greets by the hour", () => {
  expect([9, 12, 17, 18].map((hour) => desk.sayLine(hour, "Ana", "8001"))).toEqual(
    ["morning", "afternoon", "afternoon", "evening"].map((part) => `“Good ${part}, Ana speaking, 8001.”`),
  );
});

it("keeps simplified characters out of the traditional texts", () => {
  for (const all of [deskHant, erase.zhHant, zhHant]) {
    for (const [path, text] of texts(all)) expect(text, path).not.toMatch(/[们个这为开电话时间问题网断线请会说没还应给过进运输读处]/u);
  }
});
