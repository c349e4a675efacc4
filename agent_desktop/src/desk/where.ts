/** What the middle of the desk shows, and what stands over it. */
import { effect, signal } from "@preact/signals";
import { call, setChecked } from "./session";

/** `here`: the call on the desk, or the day when there is none. `work`: a message in hand. `aside`: what is in nobody's way. */
export type Where = { is: "here" } | { is: "customer"; id: string } | { is: "work"; piece: string } | { is: "case"; id: string } | { is: "aside" };

export const where = signal<Where>({ is: "here" });
/** The search's results are open. */
export const searchOpen = signal(false);
/** The list of all keys is open. */
export const keysOpen = signal(false);
/** The sheet for another password. */
export const passwordOpen = signal(false);
/** The customer whom the open sheet would erase. */
export const eraseOpen = signal<string | null>(null);
/** The menu of the customer's page. */
export const personMenuOpen = signal(false);
/** The menu beside one's name. */
export const selfOpen = signal(false);
/** The article read in the side column. */
export const reading = signal<string | null>(null);

/** Back to the sound check. Never while a call is on the desk. */
export function checkAgain(): void {
  if (!call.value) setChecked(null);
}

let before: string | null = null;
effect(() => {
  const interaction = call.value?.interaction ?? null;
  if (interaction !== null && interaction !== before) {
    // A ring takes the middle of the desk, whatever was open there; the field one types in keeps the keys.
    where.value = { is: "here" };
    reading.value = null;
    keysOpen.value = false;
    passwordOpen.value = false;
    eraseOpen.value = null;
  }
  before = interaction;
});
