// The call from the page: what happens now in words, the keypad for the menu, mute, hang up.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { atRest, running } from "../../shared/format";
import { Icon } from "../../shared/icons";
import { phoneText, siteName } from "../site";
import { t } from "../words";
import { isKey, KEYS, type Call } from "./state";
import { phone, small } from "./store";

type Talking = Extract<Call, { at: "talking" }>;
type Ended = Extract<Call, { at: "ended" }>;

/** Time since `since` on this computer's own clock, once a second. */
function Elapsed({ since }: { since: number }): JSX.Element {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return <time class="num">{running(Math.max(0, now.value - since))}</time>;
}

export function CallPanel(): JSX.Element | null {
  const call = phone.call.value;
  if (call.at === "idle") return null;
  if (small.value && call.at !== "ended") return <Pill call={call} />;
  return <Sheet call={call} />;
}

function Pill({ call }: { call: Call }): JSX.Element {
  return (
    <section class="call-pill st st-talking" aria-label={t().callTo(siteName())}>
      <button class="open" onClick={() => (small.value = false)} aria-label={t().large}>
        <i class="dot" />
        {call.at === "talking" ? <>{t().talking} <Elapsed since={call.since} /></> : t().connecting}
      </button>
      <HangUp />
    </section>
  );
}

const HangUp = ({ word = t().hangUp }: { word?: string }): JSX.Element => (
  <button class="btn hang" onClick={() => phone.hangUp()}>
    <Icon name="hang" />
    {word}
  </button>
);

function Sheet({ call }: { call: Exclude<Call, { at: "idle" }> }): JSX.Element {
  const sheet = useRef<HTMLElement>(null);
  // The keyboard is the keypad as soon as the panel opens, and again when the key that had the focus is gone.
  useLayoutEffect(() => sheet.current?.focus(), []);
  useEffect(() => {
    if (document.activeElement === document.body) sheet.current?.focus();
  }, [call.at]);
  const over = call.at === "ended";
  return (
    <section
      ref={sheet}
      class="call"
      role="dialog"
      aria-label={t().callTo(siteName())}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        if (isKey(event.key)) phone.press(event.key);
        else if (event.key === "Escape") put(over);
        else return;
        event.preventDefault();
      }}
    >
      <header>
        <b>{t().callTo(siteName())}</b>
        <button class="icon-btn" aria-label={over ? t().close : t().small} onClick={() => put(over)}>
          <Icon name={over ? "x" : "down"} />
        </button>
      </header>
      <State call={call} />
      {call.at === "talking" && <Keypad call={call} />}
      <footer>
        {call.at === "talking" && (
          <button class="btn" aria-pressed={call.muted} onClick={() => phone.mute(!call.muted)}>
            <Icon name={call.muted ? "muted" : "mic"} />
            {call.muted ? t().unmute : t().mute}
          </button>
        )}
        {over ? (
          <button class="btn is-main" onClick={() => void phone.start(call.number)}>
            <Icon name="phone" />
            {t().callAgain}
          </button>
        ) : (
          <HangUp word={call.at === "talking" ? t().hangUp : t().cancel} />
        )}
      </footer>
    </section>
  );
}

function put(over: boolean): void {
  if (over) phone.dismiss();
  else small.value = true;
}

function State({ call }: { call: Exclude<Call, { at: "idle" }> }): JSX.Element {
  switch (call.at) {
    case "asking":
      return <Said tone="ringing" icon="mic" what={t().asking} then={t().askingHint} />;
    case "connecting":
      return <Said tone="ringing" icon="phone" what={t().connecting} then={t().connectingHint} />;
    case "talking":
      return (
        <div class="said st st-talking" role="status">
          <span class="at"><Elapsed since={call.since} /></span>
          <b>{t().talking}</b>
          <span>{call.muted ? t().mutedHint : t().talkingHint}</span>
        </div>
      );
    case "ended":
      return <Over call={call} />;
  }
}

function Over({ call }: { call: Ended }): JSX.Element {
  const [what, then] = t().endings[call.ending];
  const fine = call.ending === "hung_up" || call.ending === "over";
  return (
    <>
      <Said tone={fine ? "notready" : "overdue"} icon={fine ? "hang" : "alert"} what={what} then={call.lasted === null ? then : t().lasted(atRest(call.lasted))} />
      {!fine && (
        <a class="dial" href={`tel:${call.number}`}>
          <Icon name="keypad" />
          {t().dial} <b class="num">{phoneText(call.number)}</b>
        </a>
      )}
    </>
  );
}

function Said(props: { tone: "ringing" | "notready" | "overdue"; icon: "mic" | "phone" | "hang" | "alert"; what: string; then: string }): JSX.Element {
  return (
    <div class={`said st st-${props.tone}`} role="status">
      <span class="at"><Icon name={props.icon} /></span>
      <b>{props.what}</b>
      {props.then && <span>{props.then}</span>}
    </div>
  );
}

function Keypad({ call }: { call: Talking }): JSX.Element {
  return (
    <div class="keypad" role="group" aria-label={t().keypad}>
      <output class="num" aria-label={t().pressed}>{call.keys || "\u00a0"}</output>
      {KEYS.map((key) => (
        <button key={key} class="key" onClick={() => phone.press(key)}>{key}</button>
      ))}
    </div>
  );
}
