/**
 * The desk's keys. Function keys are the voice: they work while typing and no input method eats them. Alt with a letter is the
 * work, read by `code`, not `key`, so that it is the same key on every layout. Single letters work only outside of fields.
 */
import * as act from "./actions";
import { closeErase } from "./erase-sheet";
import { compared, toSamePerson } from "./identity";
import { insertAnswer, readOut } from "./kb";
import { promising } from "./note";
import { closePassword } from "./password";
import { playOrPause } from "./player";
import { call, comes, transferOpen } from "./session";
import { eraseOpen, keysOpen, passwordOpen, personMenuOpen, reading, searchOpen, selfOpen, where } from "./where";
import { choose, isMaybe, personAt, setOutcome, solvedOutcome, work, wrapUp } from "./work";
import { pop } from "./session";

const focus = (id: string): void => document.getElementById(id)?.focus();

const VOICE: Record<string, () => void> = {
  F2: act.answer,
  F4: act.toggleHold,
  F7: act.toggleMute,
  F8: act.togglePad,
  F9: act.toggleTransfer,
  F10: act.hangUp,
};

const WORK: Record<string, () => void> = {
  KeyR: act.toggleReady,
  KeyW: () => act.moreTime(),
  KeyN: () => focus("note"),
  KeyK: () => {
    reading.value = null;
    focus("ask");
  },
  KeyS: () => {
    const solved = solvedOutcome.value;
    if (solved && call.value && !comes(call.value)) setOutcome(work.value?.outcome === solved.id ? null : solved.id);
  },
  KeyM: () => toSamePerson(),
  KeyT: act.handOver,
  KeyJ: act.allThree,
  KeyL: act.parkOrFetch,
  KeyP: () => {
    if (call.value && !comes(call.value)) promising.value = !promising.value;
  },
};

const isField = (element: Element | null): boolean => element !== null && element.closest("input, textarea, select, [contenteditable]") !== null;

/** Esc closes what is on top; what was under it stays. */
function escape(): boolean {
  if (act.stateOpen.value) {
    act.stateOpen.value = false;
    focus("own-state");
  } else if (act.padOpen.value) act.padOpen.value = false;
  else if (transferOpen.value) {
    transferOpen.value = false;
    focus("key-transfer");
  } else if (keysOpen.value) keysOpen.value = false;
  else if (passwordOpen.value) closePassword();
  else if (eraseOpen.value !== null) closeErase();
  else if (personMenuOpen.value) {
    personMenuOpen.value = false;
    focus("person-menu");
  }
  else if (selfOpen.value) {
    selfOpen.value = false;
    focus("self");
  } else if (searchOpen.value) searchOpen.value = false;
  else if (promising.value) promising.value = false;
  else if (compared.value !== null) compared.value = null;
  else if (reading.value !== null) reading.value = null;
  else if (where.value.is !== "here") where.value = { is: "here" };
  else return false;
  return true;
}

/** J and K walk through what can be opened in the middle of the desk. */
function move(step: 1 | -1): void {
  const items = [...document.querySelectorAll<HTMLElement>(".main button:not([disabled]), .side .row-btn")];
  const here = items.indexOf(document.activeElement as HTMLElement);
  items[here === -1 ? (step === 1 ? 0 : items.length - 1) : Math.max(0, Math.min(items.length - 1, here + step))]?.focus();
}

/** Another person, while it rings and nobody has said who it is. Shift+Tab keeps its meaning, so the focus can still leave. */
function otherPerson(): boolean {
  const people = pop.value?.people ?? [];
  if (!comes(call.value) || !isMaybe.value || people.length < 2) return false;
  choose((personAt.value + 1) % Math.min(3, people.length));
  return true;
}

/** The space bar presses what has the focus; where nothing does, it plays the recording on the page. */
const pressable = (element: Element | null): boolean => element !== null && element.closest("button, a, summary, [role=option]") !== null;

function single(event: KeyboardEvent): boolean {
  if (event.key === " " && pressable(event.target as Element)) return false;
  switch (event.key) {
    case "/":
      focus("search");
      return true;
    case "?":
      keysOpen.value = !keysOpen.value;
      return true;
    case " ":
      return playOrPause();
    case "j":
      move(1);
      return true;
    case "k":
      move(-1);
      return true;
    default:
      return false;
  }
}

function digit(code: string): number {
  const found = /^Digit([123])$/.exec(code);
  return found ? Number(found[1]) - 1 : -1;
}

function handle(event: KeyboardEvent): boolean {
  const plain = !event.altKey && !event.ctrlKey && !event.metaKey;
  const voice = VOICE[event.key];
  if (voice && plain && !event.shiftKey) {
    if (!event.repeat) voice();
    return true;
  }
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    const index = digit(event.code);
    if (index >= 0) {
      if (event.shiftKey) readOut(index);
      else insertAnswer(index);
      return true;
    }
    const work = event.shiftKey ? undefined : WORK[event.code];
    if (work && !event.repeat) work();
    return work !== undefined;
  }
  if (event.isComposing) return false;
  if (event.ctrlKey && event.key === "Enter" && call.value?.phase === "wrap_up") {
    void wrapUp(true);
    return true;
  }
  if (event.key === "Escape") return escape();
  if (!plain || isField(event.target as Element)) return false;
  if (event.key === "Tab") return !event.shiftKey && otherPerson();
  return single(event);
}

/** Listen on the whole page; the returned call ends it. */
export function listen(): () => void {
  const pressed = (event: KeyboardEvent): void => {
    if (handle(event)) event.preventDefault();
  };
  addEventListener("keydown", pressed);
  return () => removeEventListener("keydown", pressed);
}
