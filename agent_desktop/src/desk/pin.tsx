/** The PIN by which a customer is recognised on the telephone: set, changed, taken away, and never shown. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { post, remove } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { words } from "../shared/i18n";
import type { Done, PinLine } from "../shared/types";
import { agentName } from "./session";
import { recognised } from "./words/recognised";
import { attempt } from "./work";

export const r = words(recognised);

const RIGHT = /^[0-9]{4,8}$/;

export function Pin({ customer, pin, changed }: { customer: string; pin: PinLine | null; changed: () => void }): JSX.Element {
  const typed = useSignal("");
  const path = `/customers/${encodeURIComponent(customer)}/pin`;
  const set = async (event: Event): Promise<void> => {
    event.preventDefault();
    const digits = typed.value;
    typed.value = "";
    if (await attempt(() => post<Done>(path, { pin: digits }))) changed();
  };
  const takeAway = async (): Promise<void> => {
    if (await attempt(() => remove<Done>(path))) changed();
  };
  return (
    <form class="pin" aria-label={r().pin} onSubmit={(event) => void set(event)}>
      <h3 class="label">{r().pin}</h3>
      <p class="small t2">{pin === null ? r().noPin : pin.locked ? r().pinLocked : r().pinSince(f.date(pin.since, now.peek()), agentName(pin.by))}</p>
      <div class="row wrap">
        <input
          class="in grow"
          type="password"
          inputMode="numeric"
          autocomplete="off"
          maxLength={8}
          aria-label={r().newPin}
          placeholder={r().newPin}
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
        <button class="btn is-small" type="submit" disabled={!RIGHT.test(typed.value)}>
          {r().setPin}
        </button>
        {pin !== null && (
          <button class="btn is-small is-quiet" type="button" onClick={() => void takeAway()}>
            {r().removePin}
          </button>
        )}
      </div>
    </form>
  );
}
