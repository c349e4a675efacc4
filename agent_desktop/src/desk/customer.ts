/** The customer whose page is open in the middle of the desk. */
import { signal } from "@preact/signals";
import { Failure, get } from "../shared/api";
import type { Person } from "../shared/types";
import { live } from "./session";

/** `gone`: there is no such customer, any more or at all. */
export const customer = signal<{ id: string; what: Person | "failed" | "gone" } | null>(null);

export function readCustomer(id: string): void {
  get<Person>(`/customers/${encodeURIComponent(id)}`).then(
    (what) => (customer.value = { id, what }),
    (error: unknown) => (customer.value = { id, what: error instanceof Failure && error.status === 404 ? "gone" : "failed" }),
  );
}

/** Whether the server has told that they were erased. */
export const isErased = (id: string): boolean => live.view.value?.erased.includes(id) ?? false;

/** Whether nothing is to be shown of them. */
export const isGone = (id: string): boolean => isErased(id) || (customer.value?.id === id && customer.value.what === "gone");
