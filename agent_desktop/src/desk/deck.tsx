/** The deck: one's own state, the line, the call keys. Always the same 76 px, the same keys in the same places. */
import { signal, useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import * as f from "../shared/format";
import { serverNow as serverTime } from "../shared/clock";
import { Icon, type IconName } from "../shared/icons";
import { Clocked, Kbd, Running, stateClass } from "../shared/parts";
import type { CallView, GivenTo } from "../shared/types";
import { s } from "../shared/words";
import * as act from "./actions";
import { Asking, asks, backWord, whoAsks } from "./consult";
import { dial, whyNoDial } from "./dial";
import { agentName, call, checked, comes, exchange, me, phoneNowhere, phoneRefused, pop, transferOpen } from "./session";
import { isParked, Park, ParkedFor } from "./parked";
import { Recorded } from "./recorded";
import { phone, stats } from "./sip";
import { mic } from "./sound";
import { cellsOf, lossBetween, type SoundStats } from "./stats";
import { callerName, opening, queueName, reasonName, t } from "./text";
import { checkAgain } from "./where";
import { isMaybe, person } from "./work";

/** The state the deck is coloured by: that of the call, else of the agent. */
export function deckState(): string {
  const phase = call.value?.phase;
  if (phase === "ringing" || phase === "dialling") return "ringing";
  if (phase === "held") return "talking";
  return phase ?? me.value?.state ?? "not_ready";
}

export function Deck(): JSX.Element {
  const at = call.value;
  return (
    <section class={`deck ${stateClass(deckState())} is-${deckState()}`} aria-label={t().deck}>
      <OwnState />
      <div class="line">{at ? <OnCall call={at} /> : <NoCall />}</div>
      <Keys />
      {at?.phase === "ringing" && <RingLeft call={at} />}
      <Announced />
    </section>
  );
}

// --- one's own state

function OwnState(): JSX.Element {
  const mine = me.value;
  const at = call.value;
  const state = at?.phase ?? mine?.state ?? "not_ready";
  const word = state === "dialling" ? t().dialling : state === "not_ready" ? reasonName(mine?.reason ?? null) : (s().states as Record<string, string>)[state];
  const since = at ? (at.phase === "held" ? at.since : at.phase === "talking" ? (at.connected ?? at.since) : at.since) : (mine?.since ?? 0);
  return (
    <div class="own">
      <button
        id="own-state"
        class={`pick ${stateClass(state)}`}
        aria-haspopup="menu"
        aria-expanded={act.stateOpen.value}
        aria-label={`${t().ownState}: ${word ?? state}`}
        onClick={() => (act.stateOpen.value = !act.stateOpen.value)}
      >
        <i class="dot" />
        <span class="cut">
          <b class="cut">{word}</b>
          <OwnNext />
        </span>
        <Running since={since} />
        <Icon name="down" />
      </button>
    </div>
  );
}

function OwnNext(): JSX.Element {
  const mine = me.value;
  const at = call.value;
  const next = mine?.next_reason ?? null;
  if (at?.phase === "wrap_up" && at.until !== null) {
    const until = at.until;
    const text = (now: number): string => (next === null ? t().readyIn(f.left(until - now)) : t().reasonIn(reasonName(next), f.left(until - now)));
    return <Clocked class="sub" text={text} />;
  }
  const text = !at
    ? mine?.state === "ready"
      ? t().takesCalls
      : t().takesNone
    : next !== null
      ? t().thenReason(reasonName(next))
      : comes(at) || at.phase === "dialling"
        ? t().thenTalking
        : t().thenWrapUp;
  return <span class="sub cut">{text}</span>;
}

// --- the line

function Said({ what, then, children }: { what: ComponentChildren; then?: ComponentChildren; children?: ComponentChildren }): JSX.Element {
  return (
    <>
      <div class="grow">
        <h2 class="cut">{what}</h2>
        {then !== undefined && <p class="clamp">{then}</p>}
      </div>
      {children}
    </>
  );
}

function NoCall(): JSX.Element {
  const mine = me.value;
  const check = checked.value;
  const { line, trouble } = phone.value;
  const again = (
    <button class="btn" onClick={checkAgain}>
      {t().checkSound}
    </button>
  );
  if (!exchange.value) return <Said what={t().exchangeAway} then={t().exchangeAwayThen} />;
  if (trouble === "microphone") return <Said what={t().noMicrophone} then={t().micGoneThen}>{again}</Said>;
  if (check?.by === "browser") {
    if (phoneRefused.value || line === "refused") return <Said what={t().phoneRefused} then={t().phoneRefusedThen} />;
    if (line === "taken") {
      return (
        <Said what={phoneNowhere.value ? t().phoneNowhere : t().phoneTaken} then={phoneNowhere.value ? t().phoneNowhereThen : t().phoneTakenThen}>
          <button id="phone-here" class="btn" onClick={() => void act.takePhone()}>
            {t().phoneHere}
          </button>
        </Said>
      );
    }
    if (line === "lost") return <Said what={t().phoneLost} then={t().phoneLostThen} />;
    if (line === "connecting" || line === "off") return <Said what={t().phoneConnecting} />;
    if (["blocked", "none", "busy"].includes(mic.value.state)) return <Said what={t().micGone} then={t().micGoneThen}>{again}</Said>;
  }
  if (mine?.state === "ready") {
    return <Said what={t().lineOpen} then={check?.by === "desk-phone" ? t().deskPhoneRings : check ? t().checkedBoth(f.timeOfDay(check.at)) : ""} />;
  }
  if (!act.canBeReady()) return <Said what={t().noCalls} then={t().noCallsCheck}>{again}</Said>;
  return <Said what={t().noCalls} then={t().noCallsThen} />;
}

/** Where a caller is whom one gave away. */
const givenTo = (to: GivenTo): string => (to.outside ? t().callsOutside : to.agent === null ? t().waitsIn(queueName(to.queue)) : (to.rings ? t().ringsAt : t().callsAt)(agentName(to.agent)));

/** The number that a callback dials, where it is not the one they called from; else empty. */
const calledAt = (): string => pop.value?.callback ?? "";

function OnCall({ call: at }: { call: CallView }): JSX.Element {
  const who = callerName(person.value);
  const others = at.consult && !asks(at) ? whoAsks(at.consult) : "";
  const queue = [others, queueName(at.queue), at.given_by !== null && t().givenBy(agentName(at.given_by))].filter(Boolean).join(" · ");
  const mine = phone.value.call;
  const taken = checked.value?.by === "browser" && phone.value.line === "taken" && act.wantedHere.value === null;
  if (comes(at)) {
    // This browser's own phone has it before the server says so.
    const rings = at.phase === "ringing" || mine !== null;
    const say = opening(at, isMaybe.value ? null : person.value);
    if (at.direction === "out") return <Said what={rings ? t().yourPhoneFirst : t().callsYourPhone} then={t().thenCalls(who)} />;
    const coming = act.wantedHere.value === at.interaction || phone.value.answerFor === at.offer || mine?.phase === "answering";
    return (
      <>
        <span class={rings ? "ring" : "ring is-still"} aria-hidden="true">
          <Icon name="phone" />
        </span>
        <div class="grow">
          <h2 class="cut">
            <span lang={f.langOf(who, at.language)}>{who}</span> <span class="queue">{queue}</span>
          </h2>
          <p class="cut">
            {coming && !taken ? t().connecting : !rings ? t().callsYourPhone : taken ? t().ringsInOther : at.callback ? (calledAt() ? t().callbackAt(calledAt()) : t().callbackFirst) : checked.value?.by === "desk-phone" ? t().ringsOn : <>{t().sayGreeting} <span lang={say.lang}>{say.text}</span></>}
          </p>
        </div>
      </>
    );
  }
  if (at.phase === "dialling") return <Said what={t().calls(who)} then={at.callback ? (calledAt() ? t().callsBackAt(calledAt()) : t().callsBack) : t().callsNow} />;
  if (at.phase === "wrap_up") {
    if (at.connected === null && at.missed) return <Said what={t().calledOut[at.missed] ?? at.missed} then={who}><Again /></Said>;
    const laid = isParked(at);
    const asked = laid ? <ParkedFor one={laid} /> : at.given_to ? givenTo(at.given_to) : at.judged === null ? t().askedNothing : t().askedSolved(at.judged);
    return (
      <Said what={at.connected === null ? t().callEndedPlain : t().callEnded(f.atRest(at.since - at.connected))} then={asked}>
        <button class="btn" onClick={() => act.moreTime()}>
          {t().more15} <Kbd>Alt W</Kbd>
        </button>
      </Said>
    );
  }
  const here = mine?.phase === "talking" || mine?.phase === "answering";
  if (!here && checked.value?.by !== "desk-phone" && checked.value?.by !== "none") {
    return (
      <>
        <Running class="clock" since={at.connected ?? at.since} />
        <Said what={t().soundElsewhere} then={t().soundElsewhereThen} />
      </>
    );
  }
  if (asks(at)) {
    return (
      <>
        <Running class="clock" since={at.connected ?? at.since} />
        <Asking consult={at.consult} />
      </>
    );
  }
  return (
    <>
      <Running class="clock" since={at.connected ?? at.since} />
      <div class="grow">
        <h2 class="cut" lang={f.langOf(who, at.language)}>
          {who}
        </h2>
        <p class="cut">
          {at.phase === "held" ? t().heldFor : mine?.muted ? <span class="soon b">{t().mutedNow}</span> : queue}
          <Quality />
        </p>
      </div>
      {at.callback && <Machine call={at} />}
      {here && <Levels />}
      <Recorded call={at} />
      {!at.consult && <Park />}
    </>
  );
}

/** The same number once more, out of the wrap-up. */
function Again(): JSX.Element | null {
  const number = calledAt() || (pop.value?.display ?? "");
  if (!number || whyNoDial()) return null;
  return (
    <button class="btn" onClick={() => void dial(number)}>
      <Icon name="phone" small /> {t().dialAgain}
    </button>
  );
}

/** A machine answered the callback: no talk, and the customer is called again. */
function Machine({ call: at }: { call: CallView }): JSX.Element {
  return (
    <button class="btn is-small" title={t().machineThen} onClick={() => act.machine(at)}>
      {t().machine}
    </button>
  );
}

/** How loud both sides are, and a word when sound is lost. Read four times a second, only while talking. */
const latest = signal<SoundStats | null>(null);

function Levels(): JSX.Element {
  const levels = useSignal({ you: 0, caller: 0 });
  useSignalEffect(() => {
    const timer = setInterval(() => {
      void stats().then((found) => {
        if (!found) return;
        latest.value = found;
        levels.value = { you: cellsOf(found.levelOut, 12), caller: cellsOf(found.levelIn, 12) };
      });
    }, 250);
    return () => clearInterval(timer);
  });
  return (
    <div class="levels" role="group" aria-label={t().level}>
      <Cells word={t().caller} on={levels.value.caller} />
      <Cells word={t().you} on={levels.value.you} />
    </div>
  );
}

function Cells({ word, on }: { word: string; on: number }): JSX.Element {
  return (
    <span>
      <em>{word}</em>
      <span aria-hidden="true">
        {Array.from({ length: 12 }, (_, index) => (
          <i class={index < on ? "on" : ""} />
        ))}
      </span>
    </span>
  );
}

function Quality(): JSX.Element | null {
  const text = useSignal("");
  useSignalEffect(() => {
    let before: SoundStats | null = null;
    const timer = setInterval(() => {
      const found = latest.peek();
      const loss = before && found ? lossBetween(before, found) : null;
      before = found;
      text.value = loss !== null && loss >= 0.02 ? t().losing(f.percent(loss)) : "";
    }, 3000);
    return () => clearInterval(timer);
  });
  return text.value ? <span class="soon b"> · {text.value}</span> : null;
}

// --- the keys

interface KeyProps {
  id: string;
  icon: IconName;
  word: string;
  hint: string;
  on: boolean;
  press: () => void;
  kind?: "go" | "end" | "no";
  pressed?: boolean;
}

function Key({ id, icon, word, hint, on, press, kind, pressed }: KeyProps): JSX.Element {
  return (
    <button id={`key-${id}`} class={`key ${kind ?? ""}`} disabled={!on} onClick={press} aria-keyshortcuts={hint} {...(pressed !== undefined && { "aria-pressed": pressed })}>
      <Icon name={icon} />
      <span>{word}</span>
      <small>{hint}</small>
    </button>
  );
}

function Keys(): JSX.Element {
  const at = call.value;
  const mine = phone.value.call;
  const rings = comes(at);
  const talks = at?.phase === "talking" || at?.phase === "held";
  const here = talks && mine?.phase === "talking";
  const back = at?.given_to != null || (at?.phase === "wrap_up" && isParked(at) !== undefined);
  const byBrowser = checked.value?.by !== "desk-phone";
  return (
    <div class="ctl" role="toolbar" aria-label={t().controls}>
      <Key id="answer" icon="phone" word={t().answer} hint="F2" kind="go" on={rings && byBrowser && act.wantedHere.value === null && mine?.phase !== "answering"} press={act.answer} />
      <Key id="hold" icon={mine?.held ? "play" : "pause"} word={mine?.held ? t().resume : t().hold} hint="F4" on={here} pressed={here && mine.held} press={act.toggleHold} />
      <Key id="mute" icon={mine?.muted ? "muted" : "mic"} word={mine?.muted ? t().unmute : t().mute} hint="F7" on={here} pressed={here && mine.muted} press={act.toggleMute} />
      <Key id="pad" icon="keypad" word={t().keypad} hint="F8" on={here} pressed={act.padOpen.value} press={act.togglePad} />
      <Key id="transfer" icon="transfer" word={asks(at) ? backWord(at.consult) : back ? t().takeBack : t().transfer} hint="F9" on={asks(at) || (talks && !at?.consult) || back} pressed={transferOpen.value} press={act.toggleTransfer} />
      {rings ? (
        <Key id="end" icon="x" word={t().decline} hint="F10" kind="no" on press={act.hangUp} />
      ) : (
        <Key id="end" icon="hang" word={t().hangUp} hint="F10" kind="end" on={talks || at?.phase === "dialling"} press={act.hangUp} />
      )}
    </div>
  );
}

// --- while it rings

/** A line along the deck's lower edge that shortens until the next agent's turn. */
function RingLeft({ call: at }: { call: CallView }): JSX.Element | null {
  const share = useSignal(1);
  const { since, until } = at;
  useSignalEffect(() => {
    if (until === null || until <= since) return;
    const draw = (): void => {
      share.value = Math.max(0, Math.min(1, (until - serverTime()) / (until - since)));
    };
    draw();
    const timer = setInterval(draw, 250);
    return () => clearInterval(timer);
  });
  if (until === null) return null;
  return (
    <div class="rona" aria-hidden="true">
      <i style={{ width: `${(share.value * 100).toFixed(1)}%` }} />
    </div>
  );
}

/** For those who hear the screen: an offer is said once, and nothing else interrupts. */
function Announced(): JSX.Element {
  const at = call.value;
  const text = at && comes(at) ? t().ringing(callerName(person.value), queueName(at.queue)) : "";
  return (
    <div class="vh" role="alert" aria-live="assertive">
      {text}
    </div>
  );
}
