// What every part of the board reads: the view, how far it may be trusted, and a clock that ticks once a second.

import { computed, type ReadonlySignal } from "@preact/signals";
import { now } from "../shared/clock";
import type { Link, Live } from "../shared/live";
import type { WallboardView } from "../shared/types";
import { freshness, type Freshness } from "./model";

export interface Board {
  view: ReadonlySignal<WallboardView | null>;
  link: ReadonlySignal<Link>;
  fresh: ReadonlySignal<Freshness>;
  /** Age of what is shown in whole seconds (ms), so that nothing is drawn anew for less. */
  age: ReadonlySignal<number>;
  /** The same to a tenth of a second, for the one place that says it. */
  lag: ReadonlySignal<number>;
}

export function board(live: Live<WallboardView>): Board {
  return {
    view: live.view,
    link: live.link,
    fresh: computed(() => freshness(live.age.value)),
    age: computed(() => Math.floor(live.age.value / 1000) * 1000),
    lag: computed(() => Math.round(live.age.value / 100) / 10),
  };
}

/** Server time in ms, at whole seconds. */
export const second: ReadonlySignal<number> = computed(() => Math.floor(now.value / 1000) * 1000);

/** Where the board or its reports are; language and theme of the address go along. */
export function address(values: Record<string, string> = {}): string {
  const query = new URLSearchParams(location.search);
  for (const name of ["view", "queue"]) query.delete(name);
  for (const [name, value] of Object.entries(values)) query.set(name, value);
  const text = query.toString();
  return `/wallboard${text ? `?${text}` : ""}`;
}
