/** Click to call: beside every number that stands on the desk. What comes of it is told over the live view. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Failure, post } from "../shared/api";
import { Icon } from "../shared/icons";
import type { NewCallMade } from "../shared/types";
import { call, me } from "./session";
import { isNumber } from "./targets";
import { t } from "./text";
import { attempt } from "./work";

const UNWANTED = "call-unwanted-";

/** Why nobody can be called from here, in words; empty: somebody can. */
export function whyNoDial(): string {
  const mine = me.value;
  if (mine?.calls_out === "off") return t().dialOff;
  if (mine?.calls_out === "not_allowed") return t().dialNotAllowed;
  if (mine?.state !== "ready" && mine?.state !== "wrap_up") return call.value ? t().dialBusy : t().dialNotReady;
  return "";
}

/** Somebody who does not want to be called, or not now; the agent is asked whether to call anyway. */
export const unwanted = signal<{ number: string; why: string } | null>(null);

/** Call a number, in any form people write one in. False: refused; a bar says why. */
export async function dial(number: string, anyway = false): Promise<boolean> {
  unwanted.value = null;
  const call = (): Promise<NewCallMade | null> =>
    post<NewCallMade>("/calls", { number, anyway }).catch((error: unknown) => {
      const type = error instanceof Failure ? (error.problem?.type ?? "") : "";
      if (!type.startsWith(UNWANTED)) throw error;
      unwanted.value = { number, why: type.slice(UNWANTED.length).replace("-", "_") };
      return null;
    });
  return (await attempt(call)) !== null;
}

/** A small key beside a number. Always there, so that nobody wonders where it went; it says why it does nothing. */
export function Dial({ number }: { number: string }): JSX.Element | null {
  if (!isNumber(number)) return null;
  const why = whyNoDial();
  const word = why || t().dialNumber(number);
  return (
    <button
      class="icon-btn dial"
      type="button"
      aria-label={word}
      title={word}
      aria-disabled={why !== ""}
      onClick={(event) => {
        event.stopPropagation();
        if (!why) void dial(number);
      }}
    >
      <Icon name="phone" small />
    </button>
  );
}
