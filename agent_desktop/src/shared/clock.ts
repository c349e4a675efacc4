/**
 * The server's clock as far as a screen knows it. Everything that counts seconds reads `now`, so that a computer with a
 * wrong clock shows the same figures as all others. `live.ts` sets the difference.
 */
import { signal } from "@preact/signals";

let difference = 0;

/** Server time in ms, ticking four times a second: a second shown is never more than a quarter late. */
export const now = signal(Date.now());

/** Server time in ms, this instant. */
export const serverNow = (): number => Date.now() + difference;

/** What `live.ts` measured: server clock minus ours, in ms. */
export function setDifference(ms: number): void {
  difference = ms;
  now.value = serverNow();
}

if (typeof window !== "undefined") {
  setInterval(() => {
    now.value = serverNow();
  }, 250);
}
