/** What opens under the deck, never over it: the menu of one's state, and the keypad. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { siteText } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Kbd } from "../shared/parts";
import { s } from "../shared/words";
import * as act from "./actions";
import { useOutside } from "./outside";
import { me, reasons, signOut } from "./session";
import { press } from "./sip";
import { reasonName, t } from "./text";

/** Arrow keys walk through a menu's items. */
export function walk(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("button:not([disabled])")];
  const here = items.indexOf(document.activeElement as HTMLElement);
  items[(here + step + items.length) % items.length]?.focus();
  event.preventDefault();
}

export function StateMenu(): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  useOutside(box, () => (act.stateOpen.value = false), "#own-state");
  const open = act.stateOpen.value;
  useLayoutEffect(() => {
    if (open) box.current?.querySelector<HTMLElement>("button:not([disabled])")?.focus();
  }, [open]);
  const mine = me.value;
  if (!open || !mine) return null;
  const busy = mine.state === "talking" || mine.state === "reserved" || mine.state === "wrap_up";
  const now = busy ? mine.next_reason : mine.state === "ready" ? null : mine.reason;
  const choose = (action: () => void): void => {
    act.stateOpen.value = false;
    document.getElementById("own-state")?.focus();
    action();
  };
  const listed = reasons.value.length > 0 ? reasons.value.map((one) => ({ id: one.id, name: siteText(one.name, one.id) })) : [{ id: "away", name: reasonName("away") }];
  return (
    <div class="menu state-menu" ref={box} role="menu" aria-label={t().ownState} onKeyDown={walk}>
      <button class="menu-item st st-available" role="menuitemradio" aria-checked={now === null} disabled={!act.canBeReady()} onClick={() => choose(act.ready)}>
        <i class="dot" />
        <span class="grow">{s().states.ready}</span>
        <Kbd>Alt R</Kbd>
      </button>
      {!act.canBeReady() && <p class="small t3 menu-note">{t().noCallsCheck}</p>}
      <hr />
      {listed.map((one) => (
        <button key={one.id} class="menu-item st st-notready" role="menuitemradio" aria-checked={now === one.id} onClick={() => choose(() => act.notReady(one.id))}>
          <i class="dot" />
          <span class="grow">{one.name}</span>
          {now === one.id && <Icon name="check" small />}
        </button>
      ))}
      <hr />
      <button class="menu-item" role="menuitem" onClick={() => choose(() => void signOut())}>
        <Icon name="leave" />
        {t().signOut}
      </button>
    </div>
  );
}

const PAD = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

export function Pad(): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  useOutside(box, () => (act.padOpen.value = false), "#key-pad");
  const open = act.padOpen.value;
  // Not after it is painted: who types on at once means the keypad.
  useLayoutEffect(() => {
    if (open) box.current?.focus();
  }, [open]);
  if (!open) return null;
  const typed = (event: KeyboardEvent): void => {
    if (!(PAD as readonly string[]).includes(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    press(event.key);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="menu pad" ref={box} role="group" aria-label={t().keypad} tabIndex={-1} onKeyDown={typed}>
      {PAD.map((key) => (
        <button class="btn" onClick={() => press(key)}>
          {key}
        </button>
      ))}
    </div>
  );
}
