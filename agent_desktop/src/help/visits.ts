// Tells the history what a visitor searched for and whether an answer helped: what was searched in vain is the article
// that is missing. The visitor is a random number that this browser keeps; nothing else about the person is sent.

import { post } from "../shared/api";
import { lang } from "../shared/i18n";
import { keep, kept } from "../shared/keep";
import type { VisitJudgement, VisitSearch } from "../shared/types";

const KEY = "hotline.visitor";

/** Kept to this browser and our own server: whoever knows it can call as this visitor. */
export function visitor(): string {
  const known = kept(KEY);
  if (known !== null && /^[0-9a-f]{32}$/.test(known)) return known;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
  keep(KEY, made);
  return made;
}

/** True: it was noted. A visit that can't be told is no reason to bother the visitor. */
export async function searched(words: string): Promise<boolean> {
  const body: VisitSearch = { visitor: visitor(), q: words, lang: lang.value };
  return tell("/visits/search", body);
}

export async function judged(article: string, solved: boolean): Promise<boolean> {
  const body: VisitJudgement = { visitor: visitor(), article, lang: lang.value, solved };
  return tell("/visits/judgement", body);
}

async function tell(path: string, body: object): Promise<boolean> {
  try {
    await post(path, body);
    return true;
  } catch {
    return false;
  }
}
