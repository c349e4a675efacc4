// Where in the help site one is, kept in the address: `#a=red-light` an answer alone, `#q=words` a search.

import { signal } from "@preact/signals";

export type Where = { at: "home" } | { at: "article"; id: string };

export function parse(hash: string): { where: Where; words: string } {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const id = values.get("a");
  return { where: id ? { at: "article", id } : { at: "home" }, words: values.get("q") ?? "" };
}

export const where = signal<Where>({ at: "home" });

export const addressOf = (article: string): string => `#a=${encodeURIComponent(article)}`;

/** Keeps the words in the address without a step in the browser's history for every key. */
export function remember(words: string): void {
  const hash = words ? `#q=${encodeURIComponent(words)}` : "";
  if (where.value.at === "home") history.replaceState(null, "", location.pathname + location.search + hash);
}
