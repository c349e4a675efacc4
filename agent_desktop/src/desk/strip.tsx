/** The house in one line: whose turn, how long; search; who I am. And the foot with the keys that count now. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import * as f from "../shared/format";
import { siteText } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Clocked, Kbd, LangSwitch, Logo, ThemeSwitch } from "../shared/parts";
import type { IncidentView, QueueView, WaitView } from "../shared/types";
import { s } from "../shared/words";
import { QueuesMenu } from "./queues-menu";
import { call, comes, live, me, queues, signOut } from "./session";
import { Search } from "./search";
import { t } from "./text";
import { useOutside } from "./outside";
import { w } from "./unread";
import { checkAgain, keysOpen, passwordOpen, selfOpen, where } from "./where";
import { isMaybe } from "./work";

export function Strip(): JSX.Element {
  const mine = me.value;
  return (
    <header class="strip">
      <Logo />
      <div class="queues" role="group" aria-label={t().queuesLabel}>
        {queues.value.slice(0, 6).map((queue) => (
          <Queue key={queue.id} queue={queue} />
        ))}
      </div>
      <QueuesMenu />
      <Search />
      <div class="self">
        <button id="self" class="self-btn small t2" aria-haspopup="menu" aria-expanded={selfOpen.value} onClick={() => (selfOpen.value = !selfOpen.value)}>
          <b class="b t1">{mine?.name}</b> <span class="num">{t().number(mine?.work_number ?? "")}</span>
        </button>
        {selfOpen.value && <SelfMenu />}
      </div>
    </header>
  );
}

function Queue({ queue }: { queue: QueueView }): JSX.Element {
  const over = useSignal(false);
  const since = queue.longest_since;
  return (
    <span class={over.value || queue.closed !== null ? "q is-warn" : "q"}>
      {siteText(queue.name, queue.id)} {queue.incidents.map((one) => (
        <Told key={one.queue ?? ""} one={one} />
      ))}{queue.closed !== null && <b>{siteText(queue.closed.name, queue.closed.closing)}</b>} <b class="num">{queue.waiting}</b>
      {queue.callbacks > 0 && (
        <span class="num" title={t().toCallBack(f.count(queue.callbacks))}>
          <Icon name="phone" small />
          <span aria-hidden="true">{f.count(queue.callbacks)}</span>
          <span class="vh">{t().toCallBack(f.count(queue.callbacks))}</span>
        </span>
      )}
      {since !== null && (
        <Clocked
          text={(now) => {
            over.value = now - since > queue.limit_s * 1000;
            const time = f.running(now - since);
            return over.value ? t().longest(time) : time;
          }}
        />
      )}
      {queue.wait !== null && queue.waiting > 0 && queue.closed === null && <Expected wait={queue.wait} queue={queue} />}
    </span>
  );
}

/** What its callers are told of, while they are. */
function Told({ one }: { one: IncidentView }): JSX.Element {
  const name = siteText(one.name, one.incident);
  return (
    <b class="soon">
      <Clocked text={(now) => (one.until > now ? `${name} ` : "")} />
    </b>
  );
}

/** What one who came now would wait; in full for a reader and under the pointer. */
function Expected({ wait, queue }: { wait: WaitView; queue: QueueView }): JSX.Element {
  const [low, middle, high] = [wait.low, wait.middle, wait.high].map((time) => f.running(time));
  const told = queue.told ? t().toldRight(f.percent(queue.kept / queue.told), f.count(queue.told)) : "";
  const full = [t().expected(low ?? "", middle ?? "", high ?? ""), told].filter(Boolean).join(" ");
  return (
    <span class="num" title={full}>
      <span aria-hidden="true">{t().about(f.waitRange(wait.low, wait.high))}</span>
      <span class="vh">{full}</span>
    </span>
  );
}

function SelfMenu(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useOutside(box, () => (selfOpen.value = false), "#self");
  return (
    <div class="menu at-end" ref={box} role="group" aria-label={t().mine}>
      <LangSwitch />
      <div class="row menu-row">
        <ThemeSwitch />
        <span class="grow small t2">{s().theme.switch}</span>
      </div>
      <hr />
      <button class="menu-item" disabled={call.value !== null} onClick={checkAgain}>
        <Icon name="mic" />
        {t().checkAgain}
      </button>
      {(me.value?.role === "supervisor" || me.value?.role === "administrator") && (
        <button
          class="menu-item"
          id="open-aside"
          onClick={() => {
            selfOpen.value = false;
            where.value = { is: "aside" };
          }}
        >
          <Icon name="mail" />
          {me.value.role === "administrator" ? w().open : w().mails}
        </button>
      )}
      <button class="menu-item" id="self-password" onClick={openPassword}>
        <Icon name="lock" />
        {t().changePassword}
      </button>
      <button class="menu-item" onClick={() => void signOut()}>
        <Icon name="leave" />
        {t().signOut}
      </button>
    </div>
  );
}

function openPassword(): void {
  selfOpen.value = false;
  keysOpen.value = false;
  passwordOpen.value = true;
}

// --- the foot

function Hint({ keys, word }: { keys: readonly string[]; word: string }): JSX.Element {
  return (
    <span>
      {keys.map((key) => (
        <Kbd>{key}</Kbd>
      ))}{" "}
      {word}
    </span>
  );
}

export function Foot(): JSX.Element {
  const at = call.value;
  const k = t().keys;
  return (
    <footer class="foot">
      {!at && <Hint keys={["Alt R"]} word={k.ready} />}
      {!at && <Hint keys={["Alt K"]} word={k.kb} />}
      {!at && <Hint keys={["/"]} word={k.search} />}
      {comes(at) && (
        <>
          <Hint keys={["F2"]} word={k.answer} />
          {isMaybe.value && <Hint keys={["Tab"]} word={k.other} />}
          {at?.phase === "ringing" && at.until !== null && <RingEnds until={at.until} />}
        </>
      )}
      {(at?.phase === "talking" || at?.phase === "held") && (
        <>
          <Hint keys={["Alt N"]} word={k.note} />
          <Hint keys={["Alt 1", "2", "3"]} word={k.insert} />
          <Hint keys={["Alt P"]} word={k.promise} />
        </>
      )}
      {at?.phase === "wrap_up" && (
        <>
          <Hint keys={["Alt S"]} word={k.solved} />
          <Hint keys={["Alt P"]} word={k.promise} />
          <Hint keys={["Alt W"]} word={k.more} />
          <Hint keys={["Ctrl Enter"]} word={k.done} />
        </>
      )}
      <button class="foot-btn" onClick={() => (keysOpen.value = true)}>
        <Kbd>?</Kbd> {k.all}
      </button>
      <Freshness />
    </footer>
  );
}

function RingEnds({ until }: { until: number }): JSX.Element {
  return <Clocked text={(now) => t().ringLeft(f.seconds(Math.ceil(Math.max(0, until - now) / 1000) * 1000))} />;
}

/** How old what this desk shows is. Live is two seconds or younger. */
function Freshness(): JSX.Element {
  const link = live.link.value.state;
  if (link === "live" && live.age.value <= 3000) {
    return (
      <span class="end-foot">
        <i class="dot is-small st st-available" />
        {s().liveAge(Math.max(0.1, live.lag.value / 1000).toFixed(1))}
      </span>
    );
  }
  return (
    <span class="end-foot soon">
      <i class="dot is-small st st-ringing" />
      {f.age(live.age.value)}
    </span>
  );
}

/** The list of all keys: a sheet under the deck, closed by Esc or a press outside. */
export function KeySheet(): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  useOutside(box, () => (keysOpen.value = false));
  useLayoutEffect(() => {
    if (keysOpen.value) box.current?.focus();
  }, [keysOpen.value]);
  if (!keysOpen.value) return null;
  const k = t().keys;
  const rows: readonly (readonly [string, string])[] = [
    ["F2", k.answer],
    ["F4", k.hold],
    ["F7", k.mute],
    ["F8", k.pad],
    ["F9", k.transfer],
    ["Shift Enter", k.askFirst],
    ["Alt T", k.handOver],
    ["Alt J", k.allThree],
    ["Alt L", k.park],
    ["F10", k.hangUp],
    ["Tab", k.other],
    ["Alt R", k.ready],
    ["Alt W", k.more],
    ["Alt N", k.note],
    ["Alt S", k.solved],
    ["Alt P", k.promise],
    ["Ctrl Enter", k.done],
    ["Alt 1 2 3", k.insert],
    ["Alt Shift 1 2 3", k.readOut],
    ["Alt K", k.kb],
    ["Alt M", k.same],
    ["/", k.search],
    ["J K", k.move],
    ["Enter", k.open],
    ["Esc", k.close],
  ];
  return (
    <div class="veil">
      <div class="keys card" role="dialog" aria-modal="false" aria-label={t().keysTitle} tabIndex={-1} ref={box}>
        <div class="row">
          <h2 class="b grow">{t().keysTitle}</h2>
          <button class="icon-btn" aria-label={t().close} onClick={() => (keysOpen.value = false)}>
            <Icon name="x" />
          </button>
        </div>
        <dl>
          {rows.map(([key, word]) => (
            <div>
              <dt>
                <Kbd>{key}</Kbd>
              </dt>
              <dd>{word}</dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}
