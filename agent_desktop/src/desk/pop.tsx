/**
 * The call's page: who, how they got here, everything so far, the note. It never loads: it paints what it has, and what comes
 * later is added in place.
 */
import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { siteText } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Chip, stateClass } from "../shared/parts";
import type { CallView, Person, Station } from "../shared/types";
import { named, tierName } from "../shared/words";
import { Dial } from "./dial";
import { NoteBar } from "./note";
import { r } from "./pin";
import { comes, pop, popSeen, site } from "./session";
import { callerName, isFromPage, menuPath, queueName, t } from "./text";
import { Timeline } from "./timeline";
import { choose, isMaybe, openAgain, person, personAt, work } from "./work";

export function CallPage({ call }: { call: CallView }): JSX.Element {
  const who = person.value;
  usePainted(call.offer, pop.value !== null);
  return (
    <>
      <Who call={call} who={who} />
      <Rail call={call} who={who} />
      <Timeline key={`${call.interaction} ${who?.customer ?? ""}`} person={who} live={call} known={pop.value !== null} />
      {!comes(call) && <NoteBar call={call} />}
    </>
  );
}

/**
 * Marks the moment a pop was on the screen, for the bell and for `hotline bench pop`: `performance.getEntriesByName("pop-painted")`, with
 * `detail = { offer }`; its `startTime + performance.timeOrigin` is on the same clock as the server's when both are one machine.
 * What an animation frame asks for as most urgent is done right after that frame's paint. A second animation frame would
 * add up to one frame of doing nothing, a plain message whatever else has come meanwhile.
 */
function usePainted(offer: string | null, complete: boolean): void {
  useLayoutEffect(() => {
    if (offer === null || !complete) return undefined;
    const mark = (): void => {
      performance.mark("pop-painted", { detail: { offer } });
      popSeen.value = offer;
    };
    const frame = requestAnimationFrame(() => afterPaint(mark));
    return () => cancelAnimationFrame(frame);
  }, [offer, complete]);
}

/** Prioritized Task Scheduling (WICG), which TypeScript's library does not describe. */
interface Urgent {
  postTask(task: () => void, options: { priority: "user-blocking" }): Promise<void>;
}

/** Browsers without it wait for their turn. */
function afterPaint(then: () => void): void {
  const { scheduler } = window as { scheduler?: Urgent };
  if (scheduler) void scheduler.postTask(then, { priority: "user-blocking" });
  else setTimeout(then);
}

function Who({ call, who }: { call: CallView; who: Person | null }): JSX.Element {
  const name = callerName(who);
  const known = pop.value;
  const number = known?.display ?? "";
  const tag = f.langOf(name, who?.language ?? call.language);
  return (
    <div class="whois">
      <span class="face" aria-hidden="true" lang={tag}>
        {who?.name ? f.initials(who.name) : <Icon name="user" />}
      </span>
      <div class="row">
        <h1 class="cut" lang={tag}>
          {name}
        </h1>
        <Sureness who={who} />
      </div>
      <Chooser call={call} />
      <div class="meta">
        {(call.language ?? who?.language) && <span class="b t1">{named("languages", call.language ?? who?.language ?? "")}</span>}
        {number && (number !== name || call.phase === "wrap_up") && (
          <span class="num">
            {number !== name && number} {call.phase === "wrap_up" && <Dial number={number} />}
          </span>
        )}
        {known?.callback && (
          <span class="num b t1">
            {t().calledAt(known.callback)} {call.phase === "wrap_up" && <Dial number={known.callback} />}
          </span>
        )}
        {known?.how && <span>{r().by[known.how]?.(known.shared)}</span>}
        {who && who.recent > 1 && <span>{t().contacts(who.recent)}</span>}
        {!who && known && !isFromPage(known) && <span>{t().newNumber}</span>}
        {(site.value?.numbers.length ?? 0) > 1 && <span class="num cut" title={dialledName(call.number)}>{t().dialled(dialledName(call.number))}</span>}
      </div>
      {who && (who.tier || who.tags.length > 0 || lastBad(who)) && (
        <div class="tags">
          {who.tier && <Chip is="accent">{tierName(who.tier)}</Chip>}
          {who.tags.map((one) => (
            <Chip key={one}>
              <span lang={f.langOf(one)}>{one}</span>
            </Chip>
          ))}
          {lastBad(who) && <Chip is="bad">{t().notSolvedLast}</Chip>}
        </div>
      )}
    </div>
  );
}

/** A number of the hotline by its name. */
function dialledName(number: string): string {
  return siteText(site.value?.numbers.find((one) => one.number === number)?.name, number);
}

/** Whether what was judged last was judged not solved. */
const lastBad = (who: Person): boolean => who.timeline.find((one) => one.solved !== null)?.solved === false;

function Sureness({ who }: { who: Person | null }): JSX.Element | null {
  const at = work.value?.confirmed?.at;
  if (isMaybe.value) return <Chip is="maybe">{t().maybe}</Chip>;
  if (at === undefined || !who) return null;
  return (
    <Chip is="good">
      <Icon name="check" small />
      {t().confirmed(f.timeOfDay(at))}
    </Chip>
  );
}

/** Several people share the number: nobody is chosen silently, and all are seen. Tab goes to the next while it rings. */
function Chooser({ call }: { call: CallView }): JSX.Element | null {
  const people = pop.value?.people ?? [];
  if (people.length < 2) return null;
  if (!isMaybe.value) {
    return (
      <button class="btn is-small is-quiet again" disabled={comes(call)} onClick={openAgain}>
        {t().notSure}
      </button>
    );
  }
  return (
    <div class="choose" role="group" aria-label={t().whoIsIt}>
      {people.slice(0, 3).map((one, index) => (
        <button key={one.customer} aria-pressed={personAt.value === index} onClick={() => choose(index)}>
          <b class="cut" lang={f.langOf(one.name, one.language)} title={one.name}>
            {f.shortName(one.name)}
          </b>
          <span class="num">{t().ofCalls(f.count(one.calls), f.count(one.of_calls))}</span>
        </button>
      ))}
    </div>
  );
}

/** How they got here: at most three stations and the wait. */
function Rail({ call, who }: { call: CallView; who: Person | null }): JSX.Element {
  const menu = call.path.length > 0 ? [{ kind: "menu", title: menuPath(call.path), detail: "", at: call.arrived, bad: false }] : [];
  const before = (who?.rail ?? []).filter((one) => one.kind !== "menu" || menu.length === 0);
  const stations: Station[] = [...before, ...menu].slice(-3);
  return (
    <ol class={`why n-${stations.length + 1} ${stateClass(call.phase === "wrap_up" ? "wrap_up" : call.phase)}`} aria-label={t().whyTheyCall}>
      {stations.map((one) => (
        <li key={`${one.kind} ${one.at}`} class={one.bad ? "bad" : ""}>
          <b class="cut" lang={f.langOf(one.title)} title={one.title}>
            {one.kind === "search" ? quoted(one.title) : one.title || stationKind(one)}
          </b>
          <small class="cut">{stationDetail(one)}</small>
        </li>
      ))}
      <li class="now">
        <b class="num">{call.direction === "out" ? t().youCalled : call.callback ? t().wantsCallback : call.waited >= 1000 ? t().waited(f.atRest(call.waited)) : t().waitedNone}</b>
        <small class="cut">{queueName(call.queue)}</small>
      </li>
    </ol>
  );
}

const quoted = (text: string): string => (/^[“「"]/.test(text) ? text : `“${text}”`);

const stationKind = (one: Station): string =>
  one.kind === "menu" ? t().menu : one.kind === "search" ? t().railSearch : named("kinds", one.kind);

/** The kind is said here unless it is the title already, as it is of a call, which has no words of its own. */
function stationDetail(one: Station): string {
  const marks: Record<string, string> = t().marks;
  const at = f.dayOrTime(one.at, now.peek());
  const when = one.title ? `${stationKind(one)} ${at}` : at;
  const what = one.detail ? (marks[one.detail] ?? one.detail) : "";
  return [when, what].filter(Boolean).join(f.joiner());
}
