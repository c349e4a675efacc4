// What anybody may know of the site: its name, its numbers, whether people answer now. Read again every minute.

import { effect, signal } from "@preact/signals";
import { get } from "../shared/api";
import { setZone } from "../shared/zone";
import { siteText } from "../shared/i18n";
import type { PublicSite } from "../shared/types";
import { t } from "./words";

const AGAIN_MS = 60_000;
const SOON_MS = 5_000;

/** Null before the first answer. */
export const site = signal<PublicSite | null>(null);
/** Whether the last try failed: what is shown is older than a minute, or not there at all. */
export const unreachable = signal(false);

export const siteName = (): string => siteText(site.value?.name, "Hotline");

/** `2800 0000`: numbers of eight digits as Hong Kong writes them, others as the site does. */
export const phoneText = (number: string): string => number.replace(/^(\d{4})(\d{4})$/, "$1 $2");

async function read(): Promise<void> {
  try {
    const answer = await get<PublicSite>("/site");
    setZone(answer.zone);
    site.value = answer;
    unreachable.value = false;
  } catch {
    unreachable.value = true;
  }
  setTimeout(() => void read(), unreachable.value ? SOON_MS : AGAIN_MS);
}

export function follow(): void {
  void read();
  effect(() => {
    document.title = t().page(siteName());
  });
}
