/**
 * The interface's language. Each screen keeps its words in one file per language; the English one sets the shape, and the
 * others don't compile while a word is missing.
 */
import { effect, signal } from "@preact/signals";
import { keep, kept } from "./keep";

export type Lang = "en" | "zh-Hans" | "zh-Hant";

/** In the order they are offered, each in its own words. */
export const LANGS: readonly (readonly [Lang, string])[] = [
  ["en", "English"],
  ["zh-Hans", "简体中文"],
  ["zh-Hant", "繁體中文"],
];

const isLang = (tag: string | null | undefined): tag is Lang => LANGS.some(([lang]) => lang === tag);

/** The language in use. early.js has already put the right one on `<html>`. */
export const lang = signal<Lang>(firstLang());

function firstLang(): Lang {
  if (typeof document === "undefined") return "en";
  const tag = document.documentElement.lang;
  return isLang(tag) ? tag : "en";
}

/** Switch and remember. */
export function setLang(next: Lang): void {
  lang.value = next;
  keep("hotline.lang", next);
}

if (typeof document !== "undefined") {
  effect(() => {
    document.documentElement.lang = lang.value;
  });
  // Another tab switched.
  addEventListener("storage", (event) => {
    if (event.key === "hotline.lang" && isLang(event.newValue)) lang.value = event.newValue;
  });
}

/** Whether somebody chose a language by hand on this browser. */
export const langIsChosen = (): boolean => isLang(kept("hotline.lang"));

/** Makes the reader of a screen's words: `const t = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant })`, then `t().answer`. */
export function words<W>(all: Record<Lang, W>): () => W {
  return () => all[lang.value];
}

/**
 * A text the site keeps per language (a queue's name, a reason, an outcome), in the interface's language or else the
 * nearest: the other Chinese script before English, anything before nothing.
 */
export function siteText(texts: Record<string, string> | undefined, fallback = ""): string {
  if (!texts) return fallback;
  const here = lang.value;
  const near: Lang[] = here === "zh-Hans" ? ["zh-Hans", "zh-Hant", "en"] : here === "zh-Hant" ? ["zh-Hant", "zh-Hans", "en"] : ["en"];
  for (const tag of near) {
    const text = texts[tag];
    if (text) return text;
  }
  return Object.values(texts).find(Boolean) ?? fallback;
}
