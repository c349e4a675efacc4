import { words } from "../../shared/i18n";
import { en } from "./en";
import { zhHans } from "./zh-Hans";
import { zhHant } from "./zh-Hant";

/** The help site's words in the language in use. */
export const t = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant });
