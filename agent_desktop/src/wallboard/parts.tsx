// Parts of the board that look the same on the wall and in the pocket; only the style sheet knows the difference.

import type { ComponentChildren, JSX } from "preact";
import { age as ageText, atRest, count, langOf, NOTHING, percent, running, seconds, timeOfDay, waitRange } from "../shared/format";
import { lang, siteText } from "../shared/i18n";
import { Icon } from "../shared/icons";
import type { QueueView, Reason, WallboardView } from "../shared/types";
import { named } from "../shared/words";
import { address, second, type Board } from "./board";
import { averageWait, kept, level, levelTone, pickQueues, waitTone, type Freshness, type Tone } from "./model";
import { t } from "./words";

const toneClass = (tone: Tone): string => (tone === "plain" ? "" : ` is-${tone}`);
const staleClass = (fresh: Freshness): string => (fresh === "live" ? "" : " is-stale");

/** How old the tile's content is. */
function Age({ board }: { board: Board }): JSX.Element {
  return (
    <span class="age ageline num">
      <Icon name="clock" />
      {ageText(board.age.value)}
    </span>
  );
}

/** A card with a heading and, at its right, what the figures are measured by. */
export function Tile(props: { board: Board; title: string; by: ComponentChildren; class?: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class={`tile ${props.class ?? ""}${staleClass(props.board.fresh.value)}`}>
      <h2>
        {props.title}
        {props.board.fresh.value === "live" ? <span class="by num">{props.by}</span> : <Age board={props.board} />}
      </h2>
      {props.children}
    </section>
  );
}

interface FigureProps {
  board: Board;
  name: string;
  /** Null: not known, or nothing there. */
  value: string | null;
  unit?: string;
  tone?: Tone;
  feet: readonly string[];
}

/** One number that is read from five metres, and under it what it is made of. */
function Figure({ board, name, value, unit, tone = "plain", feet }: FigureProps): JSX.Element {
  const fresh = board.fresh.value;
  const shown = fresh === "lost" || value === null ? NOTHING : value;
  const long = shown.length > 5 ? 2 : shown.length > 4 ? 1 : 0;
  return (
    <div class={`tile${staleClass(fresh)}${fresh === "live" ? toneClass(tone) : ""}`}>
      <span class="figure-name">{name}</span>
      <span class={`figure-value num${shown === NOTHING ? " none" : ""}`} data-long={long || undefined}>
        {shown}
        {unit !== undefined && shown !== NOTHING && <small>{unit}</small>}
      </span>
      {(fresh === "live" ? feet : feet.slice(0, 1)).map((foot) => (
        <span class="figure-foot num">{foot}</span>
      ))}
      {fresh !== "live" && <Age board={board} />}
    </div>
  );
}

/** Waiting, longest wait, service level, average wait, abandoned. */
export function Figures({ board, view }: { board: Board; view: WallboardView }): JSX.Element {
  const { today, queues } = view;
  const busy = queues.filter((q) => q.waiting > 0).length;
  const waited = view.longest_since === null ? null : second.value - view.longest_since;
  const longest = queues.find((q) => q.id === view.longest_queue);
  const of = level(today);
  const goal = percent(today.service_level_goal / 100);
  const average = averageWait(today);
  const lost = of.of === 0 ? null : today.abandoned / of.of;
  const told = kept(queues);
  return (
    <section class="figures">
      <Figure board={board} name={t().waiting} value={count(view.waiting)}
        feet={[view.waiting === 0 ? t().nobodyWaits : t().waitingIn(busy, queues.length)]} />
      <Figure board={board} name={t().longest} value={waited === null ? null : running(waited)}
        tone={longest ? waitTone(waited, longest.limit_s) : "plain"}
        feet={[longest ? t().limit(siteText(longest.name, longest.id), running(longest.limit_s * 1000)) : t().nobodyWaits]} />
      <Figure board={board} name={t().level} value={of.share === null ? null : String(Math.round(of.share * 100))} unit="%"
        tone={levelTone(of.share, today.service_level_goal)}
        feet={of.share === null
          ? [t().levelNone(today.service_level_s, goal), today.arrived === 0 ? t().noCallsYet : t().noneOverYet]
          : [
            t().levelFormula(count(of.within), count(of.of), today.service_level_s, goal),
            t().levelParts(count(of.of), count(today.answered), count(today.abandoned)),
          ]} />
      <Figure board={board} name={t().average} value={average === null ? null : running(average)}
        feet={[
          average === null ? t().averageNone : t().averageOf(count(today.answered)),
          ...(told.of === 0 ? [] : [t().toldRight(percent(told.share), count(told.of))]),
        ]} />
      <Figure board={board} name={t().abandoned} value={count(today.abandoned)}
        feet={[percent(lost, 1), ...(today.half_abandoned_by === null ? [] : [t().halfBy(running(today.half_abandoned_by))])]} />
    </section>
  );
}

/** How many queues fit; the others are counted in the last row. */
const QUEUES_ROOMY = 7;
const QUEUES_DENSE = 11;
const COLUMNS = 6;

export function Queues({ board, view, low }: { board: Board; view: WallboardView; low?: boolean | undefined }): JSX.Element {
  const { queues } = view;
  const levels = new Set(queues.map((q) => q.service_level_s));
  const [only] = levels;
  const { shown, more } = pickQueues(queues, low === undefined ? queues.length : QUEUES_DENSE);
  const dense = low !== undefined && shown.length > (low ? QUEUES_ROOMY - 1 : QUEUES_ROOMY);
  const by = levels.size === 1 && only !== undefined ? t().levelIn(only) : t().levelEach;
  return (
    <Tile board={board} title={t().queues} by={by} class="is-queues">
      <table class="queues" data-dense={dense || undefined}>
        <colgroup>
          <col class="is-name" />
          <col class="is-wait" />
          <col class="is-longest" />
          <col class="is-expected" />
          <col class="is-ready" />
          <col class="is-level" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col"><span class="vh">{t().queue}</span></th>
            <th scope="col">{t().wait}</th>
            <th scope="col">{t().longestShort}</th>
            <th scope="col">{t().expected}</th>
            <th scope="col">{t().readyShort}</th>
            <th scope="col">{t().levelShort}</th>
          </tr>
        </thead>
        <tbody class="num">
          {shown.map((queue) => (
            <QueueRow key={queue.id} queue={queue} fresh={board.fresh.value} />
          ))}
          {more > 0 && (
            <tr>
              <th scope="row" class="none">{t().moreQueues(more)}</th>
              <td /><td /><td /><td /><td />
            </tr>
          )}
        </tbody>
      </table>
    </Tile>
  );
}

function QueueRow({ queue, fresh }: { queue: QueueView; fresh: Freshness }): JSX.Element {
  const waited = queue.longest_since === null ? null : second.value - queue.longest_since;
  const { share } = level(queue);
  const name = siteText(queue.name, queue.id);
  const lost = fresh === "lost";
  // What its callers are told of.
  const told = queue.incidents.filter((one) => one.until > second.value).map((one) => siteText(one.name, one.incident));
  const tone = (of: Tone): string => (fresh === "live" ? toneClass(of).trim() : "");
  const row = (
    <tr>
      <th scope="row" lang={langOf(name)}>
        <a class="cut" href={address({ view: "reports", queue: queue.id })}>{name}</a>
        {told.length > 0 && !lost && <span class="cut is-late">{told.join(" · ")}</span>}
      </th>
      <td>{lost ? NOTHING : count(queue.waiting)}</td>
      <td class={waited === null || lost ? "none" : tone(waitTone(waited, queue.limit_s))}>
        {waited === null || lost ? NOTHING : running(waited)}
      </td>
      <Expected queue={queue} lost={lost} />
      <td>{lost ? NOTHING : count(queue.ready)}</td>
      <td class={share === null || lost ? "none" : tone(levelTone(share, queue.service_level_goal))}>
        {lost ? NOTHING : percent(share)}
      </td>
    </tr>
  );
  return lost || !hasBeside(queue) ? row : (
    <>
      {row}
      <Beside queue={queue} live={fresh === "live"} />
    </>
  );
}

const hasBeside = (queue: QueueView): boolean => queue.callbacks + queue.parked + queue.text_waiting + queue.text_in_hand > 0;

/** Who is in a queue without waiting on the phone: to be called back, parked, messages; these amber when one waits longer than it should. */
function Beside({ queue, live }: { queue: QueueView; live: boolean }): JSX.Element {
  const { text_waiting: waiting, text_in_hand: inHand, text_since: since, parked_since: parked } = queue;
  const waited = since === null ? null : second.value - since;
  const late = live && waited !== null && waited > queue.text_level_s * 1000;
  const callers = [
    queue.callbacks > 0 ? t().callBack(count(queue.callbacks)) : "",
    parked !== null ? t().parked(count(queue.parked), running(second.value - parked)) : "",
  ].filter(Boolean);
  const messages = waiting + inHand > 0 ? t().messages(waiting, inHand, waited === null ? "" : atRest(waited)) : "";
  return (
    <tr class="beside">
      <td colSpan={COLUMNS} lang={lang.value}>
        {callers.join(" · ")}
        {callers.length > 0 && messages && " · "}
        {messages && <span class={late ? "is-warn" : ""}>{messages}</span>}
      </td>
    </tr>
  );
}

/** What one who called now would wait; of a queue closed by hand, why it is. */
function Expected({ queue, lost }: { queue: QueueView; lost: boolean }): JSX.Element {
  if (queue.closed !== null && !lost) {
    return <td class="is-late"><span class="cut">{siteText(queue.closed.name, queue.closed.closing)}</span></td>;
  }
  if (queue.wait === null || lost) return <td class="none">{NOTHING}</td>;
  return <td>{waitRange(queue.wait.low, queue.wait.high)}</td>;
}

/** The word for a reason: the site's, or ours for those the system gives itself. */
export function reasonWord(reason: string | null, reasons: readonly Reason[]): string {
  if (reason === null || reason === "signed_in") return t().states.not_ready;
  const known = reasons.find((r) => r.id === reason);
  return known ? siteText(known.name, reason) : named("reasons", reason);
}

/** What is wrong with the connection, if anything is: the red bar, or the amber one when only the exchange is away. */
export function Bar({ board, class: more = "" }: { board: Board; class?: string }): JSX.Element | null {
  const link = board.link.value;
  if (link.state === "lost") {
    const since = Date.now() - link.since;
    const left = Math.ceil((link.retryAt - Date.now()) / 1000);
    void second.value;
    return (
      <div class={`wall-bar ${more}`}>
        <Icon name="alert" />
        <b class="num">{since < 120_000 ? t().offline(seconds(since)) : t().offlineSince(timeOfDay(second.value - since))}</b>
        <span>{t().offlineGoesOn}</span>
        <span class="again num">{left > 0 ? t().again(left) : t().trying}</span>
      </div>
    );
  }
  if (board.view.value?.asterisk !== false) return null;
  return (
    <div class={`wall-bar is-warn ${more}`}>
      <Icon name="alert" />
      <b>{t().exchange}</b>
      <span>{t().exchangeGoesOn}</span>
    </div>
  );
}

/** Whether a bar takes a row of the wall. */
export const hasBar = (board: Board): boolean =>
  board.link.value.state === "lost" || board.view.value?.asterisk === false;

/** "live, 0.1 s old" with its dot, or how old. */
export function Fresh({ board }: { board: Board }): JSX.Element {
  const fresh = board.fresh.value;
  if (board.view.value === null) return <span class="fresh t2">{t().connecting}</span>;
  if (fresh !== "live") return <span class="fresh soon num"><i class="dot st st-ringing" />{ageText(board.age.value)}</span>;
  return (
    <span class="fresh t2 num">
      <i class="dot st st-available" />
      {t().live(board.lag.value.toFixed(1))}
    </span>
  );
}
