/** The day, while nobody calls: what I did, what I promised, whom I talked with. And one customer's page, opened from a search. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get, withQuery } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { lang, siteText, words } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Chip, Judgement, Mark, Panel, type PanelState } from "../shared/parts";
import type { AgentDay, CallLine, Calls, PromiseLine, Promises } from "../shared/types";
import { named, s, tierName } from "../shared/words";
import { AbandonedCallers, readAbandoned } from "./abandoned";
import { Dial } from "./dial";
import { customer, isGone, readCustomer } from "./customer";
import { readHot } from "./kb";
import { Gone, PersonMenu, UnderWay } from "./person-menu";
import { OverduePromises, OwnCases, readOwnWork } from "./own-work";
import { call, live, me, outcomes, reminders } from "./session";
import { menuPath, queueName, t } from "./text";
import { Timeline } from "./timeline";
import { keep, takenBack } from "./undo";
import { reminding } from "./words/reminding";
import { where } from "./where";
import { WhyNoCall } from "./why-no-call";

const SETTLED_MS = 1500;
const AGAIN_MS = 30_000;
/** So many promises have room; the others are counted. */
const SHOWN = 5;
const m = words(reminding);

const LINES = 20;

const calls = signal<CallLine[] | "failed" | null>(null);
/** What the server counts for today; null: not read yet. */
const day = signal<AgentDay | null>(null);
const promises = signal<PromiseLine[] | "failed" | null>(null);

async function readCalls(agent: string): Promise<void> {
  try {
    calls.value = (await get<Calls>(withQuery("/interactions", { agent, limit: LINES }))).calls;
  } catch {
    if (!Array.isArray(calls.value)) calls.value = "failed";
  }
}

/** What was read before stays when this reading fails. */
async function readDay(): Promise<void> {
  day.value = await get<AgentDay>("/agent/today").catch(() => day.value);
}

async function readPromises(): Promise<void> {
  try {
    promises.value = (await get<Promises>("/promises")).promises;
  } catch {
    if (!Array.isArray(promises.value)) promises.value = "failed";
  }
}

export function Home(): JSX.Element {
  const mine = me.value;
  const agent = mine?.agent ?? "";
  // What could not be read while there was no connection is read when there is one again.
  const connected = live.link.value.state === "live";
  useEffect(() => {
    if (!agent || !connected) return undefined;
    void readCalls(agent);
    void readDay();
    void readAbandoned();
    void readHot();
    // The call that just ended reaches the history within a second.
    const timer = setTimeout(() => void Promise.all([readCalls(agent), readDay()]), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [agent, lang.value, connected]);
  // Of what was promised elsewhere (another window, a callback that came to nothing) nothing here tells but what is due soon.
  const told = `${reminders.value.map((one) => one.id).join()} ${takenBack.value.length}`;
  useEffect(() => {
    if (!connected) return undefined;
    const read = (): void => void Promise.all([readPromises(), readOwnWork()]);
    read();
    const timer = setInterval(read, AGAIN_MS);
    return () => clearInterval(timer);
  }, [agent, connected, told]);
  const name = mine?.nickname || mine?.name.split(" ")[0] || "";
  return (
    <>
      <div class="hero">
        <div class="grow">
          <h1 class="cut" lang={f.langOf(name)}>
            {t().greeting(f.hourOfDay(now.peek()), name)}
          </h1>
          <p class="t2">{mine?.state === "ready" ? t().homeReady : t().homeNotReady}</p>
          <WhyNoCall />
        </div>
        <Figures />
      </div>
      <OverduePromises />
      <Promised />
      <OwnCases />
      <AbandonedCallers />
      <Recent agent={agent} />
    </>
  );
}

/** Three figures of today, each with what it is made of. */
function Figures(): JSX.Element | null {
  const mine = day.value;
  if (!mine || mine.answered === 0) return null;
  return (
    <>
      <Figure value={f.count(mine.answered)} word={t().answeredToday} />
      <Figure value={f.atRest(mine.talked / mine.answered)} word={t().averageHandling} />
      {mine.judged > 0 && <Figure value={f.percent(mine.solved / mine.judged)} word={t().solvedSaid(f.count(mine.solved), f.count(mine.judged))} />}
    </>
  );
}

const Figure = ({ value, word }: { value: string; word: string }): JSX.Element => (
  <div class="fig">
    <b class="num">{value}</b>
    <span>{word}</span>
  </div>
);

function Promised(): JSX.Element | null {
  const got = promises.value;
  if (got === null || (Array.isArray(got) && got.length === 0)) return null;
  const kept = async (one: PromiseLine): Promise<void> => {
    if (await keep(one.id, one.what)) void readPromises();
  };
  const state: PanelState = got === "failed" ? { is: "error", what: t().historyNotRead, works: t().historyNotReadThen, again: () => void readPromises() } : { is: "ready" };
  return (
    <section class="block" aria-label={t().yourPromises}>
      <h2 class="label">{t().yourPromises}</h2>
      <Panel state={state}>
        <ul class="rows">
          {(got === "failed" ? [] : got).slice(0, SHOWN).map((one) => {
            const left = one.due - now.value;
            return (
              <li key={one.id} class="with-act">
                <span class="cut">
                  <b class="b" lang={f.langOf(one.what)}>
                    {one.what}
                  </b>
                  <span class="sub cut">{[one.case ? t().caseNo(one.case) : "", f.dayAndTime(one.due, now.value)].filter(Boolean).join(f.joiner())}</span>
                </span>
                <span class={`v num ${left < 0 ? "late" : left < 7_200_000 ? "soon" : ""}`}>{f.due(left)}</span>
                <button class="btn is-small" onClick={() => void kept(one)}>
                  <Icon name="check" small />
                  {t().keptIt}
                </button>
              </li>
            );
          })}
          {Array.isArray(got) && got.length > SHOWN && <li class="t2 num">{m().more(got.length - SHOWN)}</li>}
        </ul>
      </Panel>
    </section>
  );
}

function Recent({ agent }: { agent: string }): JSX.Element {
  const got = calls.value;
  const state: PanelState =
    got === null
      ? { is: "loading", bones: 6 }
      : got === "failed"
        ? { is: "error", what: t().historyNotRead, works: t().historyNotReadThen, again: () => void readCalls(agent) }
        : got.length === 0
          ? { is: "empty", what: t().noContacts, will: t().noContactsThen }
          : { is: "ready" };
  const today = now.peek();
  return (
    <section class="recent" aria-label={t().lastContacts}>
      <h2 class="label tl-head">{t().lastContacts}</h2>
      <div class="tl-box">
        <div class="tl" tabIndex={0}>
          <Panel state={state}>
            <ol>
              {(Array.isArray(got) ? got : []).map((one) => (
                <RecentCall key={one.interaction} line={one} today={today} />
              ))}
            </ol>
          </Panel>
        </div>
      </div>
    </section>
  );
}

function RecentCall({ line, today }: { line: CallLine; today: number }): JSX.Element {
  const name = line.customer_name || line.display || (line.from_page ? t().fromPage : t().withheld);
  const outcome = outcomes.value.find((one) => one.id === line.outcome);
  const second = line.note || [queueName(line.queue), menuPath(line.path)].filter(Boolean).join(f.joiner());
  const customer = line.customer;
  const sameDay = f.dayNumber(line.at) === f.dayNumber(today);
  return (
    <li class="ev">
      <Mark kind="call" />
      <span class="h">
        {customer ? (
          <button class="name-btn b" lang={f.langOf(name)} onClick={() => (where.value = { is: "customer", id: customer })}>
            {name}
          </button>
        ) : (
          <b lang={f.langOf(name)}>{name}</b>
        )}
        <Dial number={line.display} />
        <span class="t2 cut">{[line.outgoing ? (t().calledOut[line.state] ?? t().calledOut["answered"]) : "", outcome ? siteText(outcome.name, outcome.id) : "", line.talked > 0 ? f.atRest(line.talked) : ""].filter(Boolean).join(f.joiner())}</span>
      </span>
      <span class="r">
        <span class="num">{sameDay ? f.timeOfDay(line.at) : f.date(line.at, today)}</span>
        <Judgement solved={line.solved} ask={line.talked > 0} />
      </span>
      <span class="txt cut" lang={f.langOf(second, line.language)}>
        {second}
      </span>
    </li>
  );
}

// --- one customer, opened from a search

export function CustomerPage({ id }: { id: string }): JSX.Element {
  useEffect(() => readCustomer(id), [id]);
  const got = isGone(id) ? "gone" : customer.value?.id === id ? customer.value.what : null;
  const leave = (
    <button class="btn is-small is-quiet again" onClick={() => (where.value = { is: "here" })}>
      <Icon name="back" small />
      {call.value ? t().backToCall : t().back}
    </button>
  );
  if (got === "gone") return <Gone id={id} leave={leave} />;
  if (got === null || got === "failed") {
    return (
      <div class="pad">
        {leave}
        <Panel state={got === null ? { is: "loading", bones: 6 } : { is: "error", what: t().historyNotRead, works: t().historyNotReadThen, again: () => readCustomer(id) }} />
      </div>
    );
  }
  const tag = f.langOf(got.name, got.language);
  return (
    <>
      <div class="whois">
        <span class="face" aria-hidden="true" lang={tag}>
          {f.initials(got.name)}
        </span>
        <div class="row">
          <h1 class="cut" lang={tag}>
            {got.name || s().kinds.call}
          </h1>
        </div>
        <div class="row again">
          {leave}
          <PersonMenu id={id} />
        </div>
        <div class="meta">
          {got.language && <span class="b t1">{named("languages", got.language)}</span>}
          {got.recent > 1 && <span>{t().contacts(got.recent)}</span>}
          {got.cases.length > 0 && <span>{t().openCases(got.cases.length)}</span>}
          {got.numbers.map((one) => (
            <span class="num" key={one}>
              {one} <Dial number={one} />
            </span>
          ))}
        </div>
        {(got.tier || got.tags.length > 0) && (
          <div class="tags">
            {got.tier && <Chip is="accent">{tierName(got.tier)}</Chip>}
            {got.tags.map((one) => (
              <Chip key={one}>{one}</Chip>
            ))}
          </div>
        )}
      </div>
      <UnderWay id={id} />
      <div class="rule" />
      <Timeline person={got} />
    </>
  );
}
