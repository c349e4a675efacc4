import { words } from "../i18n";
import { en } from "./en";
import { zhHans } from "./zh-Hans";
import { zhHant } from "./zh-Hant";

/** The shared words in the language in use: `s().states.ready`. */
export const s = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant });

/** A customer's tier as the site's own data writes it; the usual ones in the language in use. */
export function tierName(tier: string): string {
  const usual: Record<string, string> = s().tiers;
  return usual[tier.trim().toLowerCase()] ?? tier;
}

/** One of the shared words by a name that came from the server; the name itself when it is new to us. */
export function named(table: "states" | "reasons" | "kinds" | "languages", name: string): string {
  const all: Record<string, string> = s()[table];
  return all[name] ?? name;
}
