// The search as a state: what is asked, what came back, and whether the history has been told.

import { batch, signal } from "@preact/signals";
import { get, withQuery } from "../shared/api";
import { lang } from "../shared/i18n";
import type { ArticleHit, ArticleHits } from "../shared/types";
import { searched } from "./visits";

/** Between the last key and the question. */
const PAUSE_MS = 160;
/** Words that stand so long are what the visitor meant; what is typed on the way there is not told. */
const MEANT_MS = 2_500;

export type Results =
  | { is: "none" }
  | { is: "found"; words: string; answers: ArticleHit[] }
  | { is: "nothing"; words: string; guesses: ArticleHit[]; told: boolean }
  | { is: "failed"; words: string };

/** What stands in the field. */
export const asked = signal("");
export const results = signal<Results>({ is: "none" });
/** An answer is on its way, and what is shown belongs to older words. */
export const busy = signal(false);

let pause: ReturnType<typeof setTimeout> | undefined;
let meant: ReturnType<typeof setTimeout> | undefined;
let overtaken = new AbortController();
let told = "";

/** Parts what fits from guesses; hits without the mark fit. */
export function sorted(words: string, hits: readonly ArticleHit[]): Results {
  const answers = hits.filter((h) => h.fits);
  return answers.length > 0
    ? { is: "found", words, answers }
    : { is: "nothing", words, guesses: hits.filter((h) => !h.fits), told: false };
}

/** The field changed. */
export function ask(words: string): void {
  asked.value = words;
  clearTimeout(pause);
  clearTimeout(meant);
  overtaken.abort();
  if (words.trim() === "") {
    busy.value = false;
    results.value = { is: "none" };
    return;
  }
  pause = setTimeout(() => void find(words.trim()), PAUSE_MS);
}

/** Enter was pressed, or a word was chosen: at once, and meant. */
export async function askNow(words: string): Promise<void> {
  asked.value = words;
  clearTimeout(pause);
  if (words.trim() === "") return;
  await find(words.trim());
  await tell();
}

/** These words are what was meant: the visitor stays with them, or opens an answer. */
export async function tell(): Promise<void> {
  // What is shown belongs to words on the way; those now in the field have their own turn.
  if (busy.value) return;
  clearTimeout(meant);
  const now = results.value;
  if ((now.is !== "found" && now.is !== "nothing") || now.words === told) return;
  told = now.words;
  const noted = await searched(now.words);
  const after = results.value;
  if (noted && after.is === "nothing" && after.words === now.words) results.value = { ...after, told: true };
}

async function find(words: string): Promise<void> {
  overtaken.abort();
  overtaken = new AbortController();
  const { signal: mine } = overtaken;
  busy.value = true;
  try {
    const { articles } = await get<ArticleHits>(withQuery("/kb/search", { q: words, lang: lang.value, limit: 8 }), mine);
    batch(() => {
      results.value = sorted(words, articles);
      busy.value = false;
    });
    clearTimeout(meant);
    meant = setTimeout(() => void tell(), MEANT_MS);
  } catch {
    if (mine.aborted) return;
    batch(() => {
      results.value = { is: "failed", words };
      busy.value = false;
    });
  }
}
