/** The customer whose page is open in the middle of the desk. */
import { signal } from "@preact/signals";
import { get } from "../shared/api";
import type { Person } from "../shared/types";

export const customer = signal<{ id: string; what: Person | "failed" } | null>(null);

export function readCustomer(id: string): void {
  get<Person>(`/customers/${encodeURIComponent(id)}`).then(
    (what) => (customer.value = { id, what }),
    () => (customer.value = { id, what: "failed" }),
  );
}
