// The one guest phone of this page, and whether its panel is open.

import { signal } from "@preact/signals";
import { post, remove } from "../../shared/api";
import type { Done, GuestCall, GuestCallAsk } from "../../shared/types";
import { tell } from "../search";
import { visitor } from "../visits";
import { GuestPhone } from "./phone";
import { isUnderWay } from "./state";

export const phone = new GuestPhone({
  lease: async (number) => {
    // Whoever calls meant what stands in the search field: the agent is to see it.
    await tell();
    return post<GuestCall>("/guest/call", { number, visitor: visitor() } satisfies GuestCallAsk);
  },
  // Fails when the server is away: then the lease ends by itself.
  release: (token) => void remove<Done>("/guest/call", { "X-Guest": token }).catch(() => undefined),
});

/** Small: only the time and the way to hang up, so that one can read on while talking. */
export const small = signal(false);

export function showCall(): void {
  small.value = false;
}

// Leaving the page ends a call; the browser asks first, in its own words.
addEventListener("beforeunload", (event) => {
  if (isUnderWay(phone.call.value)) event.preventDefault();
});
addEventListener("pagehide", () => phone.hangUp());
