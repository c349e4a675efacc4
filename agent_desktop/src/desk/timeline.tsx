/** One line of time for all channels, newest first: the call on the desk on top, then what was before. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get, withQuery } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { siteText } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Judgement, Mark, Panel } from "../shared/parts";
import type { CallView, Entry, Person, TimelinePage } from "../shared/types";
import { t as waits, WaitAccount } from "../shared/waits";
import { named, s } from "../shared/words";
import { AsideList } from "./aside";
import { agentName, closings, queues } from "./session";
import { readCustomer } from "./customer";
import { hasMails, MailThread } from "./mail-thread";
import { a } from "./summary";
import { ofCall, ofPiece, Player } from "./player";
import { menuPath, t, whyAll, whyLine } from "./text";
import { w } from "./unread";
import { visitWords } from "./visit";
import { where } from "./where";

/** Rows that are in sight at once on most screens, and when the others are drawn. */
const IN_SIGHT = 8;
const REST_AFTER_MS = 60;

/** What a search needs to be worth it: characters, and a pause after the last key. */
const LEAST = 2;
const WAIT_MS = 150;
/** Contacts found that are asked for at a time. */
const FOUND = 100;

/** Kinds told apart by the buttons over the timeline; all that happens on the web is one. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ["call", ["call"]],
  ["message", ["message"]],
  ["mail", ["mail"]],
  ["chat", ["chat"]],
  ["web", ["search", "form", "visit"]],
  ["sms", ["sms"]],
  ["order", ["order"]],
];

const groupOf = (kind: string): string => GROUPS.find(([, kinds]) => kinds.includes(kind))?.[0] ?? kind;

/** `known`: the history was read, so that nothing there means that there is nothing. */
interface Shown {
  person: Person | null;
  /** The call on the desk. */
  live?: CallView | null;
  /** What stands above the timeline already, and not in it. */
  beside?: string;
  known?: boolean;
}

export function Timeline({ person, live, beside, known: read = true }: Shown): JSX.Element {
  const only = useSignal<string | null>(null);
  const more = useSignal<{ entries: Entry[]; next: string | null; failed: boolean } | null>(null);
  const known = person?.timeline ?? [];
  // The call on the desk may already be in the history; it is drawn once, as the live one.
  const all = [...known, ...(more.value?.entries ?? [])].filter((one) => one.id !== live?.interaction && one.id !== beside);
  const counts = new Map<string, number>();
  for (const [kind, n] of Object.entries(person?.counts ?? {})) counts.set(groupOf(kind), (counts.get(groupOf(kind)) ?? 0) + n);
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const asked = useSignal("");
  const narrowing = useSignal(false);
  const narrow = useSignal<Narrow>(ALL);
  const aside = useSignal(false);
  const { what: found, older: olderFound } = useFound(person?.customer ?? null, asked.value.trim(), narrow.value);
  const from = found === null ? all : found === "failed" ? [] : found.entries.filter((one) => one.id !== live?.interaction);
  const fits = only.value === null ? from : from.filter((one) => groupOf(one.kind) === only.value);
  // The first frame holds what is in sight; the rest follows it, so that a long history does not delay the pop.
  const whole = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => (whole.value = true), REST_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const shown = whole.value ? fits : fits.slice(0, IN_SIGHT);

  const older = async (): Promise<void> => {
    if (!person) return;
    const before = more.value?.next ?? all[all.length - 1]?.id;
    try {
      const page = await get<TimelinePage>(withQuery(`/customers/${encodeURIComponent(person.customer)}/timeline`, { before, limit: 20 }));
      const seen = new Set(all.map((one) => one.id));
      more.value = {
        entries: [...(more.value?.entries ?? []), ...page.entries.filter((one) => !seen.has(one.id))],
        next: page.next,
        failed: false,
      };
    } catch {
      more.value = { entries: more.value?.entries ?? [], next: more.value?.next ?? null, failed: true };
    }
  };
  const hasMore = more.value ? more.value.next !== null || more.value.failed : total > known.length && known.length > 0;

  return (
    <>
      <div class="tl-head">
        <h2 class="label">{t().everything}</h2>
        {total > 0 && (
          <span class="seg" role="group" aria-label={t().everything}>
            <Pick word={`${t().all} ${f.count(total)}`} on={only.value === null} press={() => (only.value = null)} />
            {GROUPS.filter(([name]) => counts.has(name)).map(([name]) => (
              <Pick
                key={name}
                word={`${(t().groups as Record<string, string>)[name] ?? name} ${f.count(counts.get(name) ?? 0)}`}
                on={only.value === name}
                press={() => (only.value = only.value === name ? null : name)}
              />
            ))}
          </span>
        )}
        {total > 0 && (
          <input
            id="find-contacts"
            class="in tl-find"
            type="search"
            autocomplete="off"
            spellcheck={false}
            maxLength={200}
            placeholder={t().findContacts}
            aria-label={t().findContacts}
            value={asked.value}
            onInput={(event) => (asked.value = event.currentTarget.value)}
          />
        )}
        {total > 0 && (
          <button
            id="narrow-contacts"
            class="btn is-small is-quiet"
            aria-expanded={narrowing.value}
            onClick={() => {
              narrowing.value = !narrowing.value;
              narrow.value = ALL;
            }}
          >
            {a().narrow}
          </button>
        )}
      </div>
      {narrowing.value && <Narrowing at={narrow} cases={person?.cases ?? []} aside={aside} />}
      {narrowing.value && aside.value && person && (
        <div class="tl-aside">
          <AsideList customer={person.customer} changed={() => where.value.is === "customer" && readCustomer(person.customer)} />
        </div>
      )}
      <div class="tl-box">
        <div class="tl" tabIndex={0} role="region" aria-label={t().everything}>
          <Days live={found === null && (only.value === null || only.value === "call") ? (live ?? null) : null} entries={shown} />
          {found !== null && found !== "failed" && fits.length === 0 && <p class="t3 tl-empty">{asked.value.trim().length >= LEAST ? t().nothingFound(asked.value.trim()) : a().nothingSo}</p>}
          {found === "failed" && <Panel class="tl-empty" state={{ is: "error", what: t().historyNotRead, works: t().historyNotReadThen }} />}
          {read && all.length === 0 && <Panel class="tl-empty" state={{ is: "empty", what: t().nothingYet, will: t().nothingYetThen }} />}
          {found === null && all.length > 0 && fits.length === 0 && <p class="t3 tl-empty">{t().nothingOfKind}</p>}
          {more.value?.failed && <Panel class="tl-empty" state={{ is: "error", what: t().historyNotRead, works: t().historyNotReadThen, again: () => void older() }} />}
          {whole.value && (found === null ? hasMore && !more.value?.failed : found !== "failed" && found.next !== null) && (
            <button class="btn is-small tl-more" onClick={() => void (found === null ? older() : olderFound())}>
              {t().older}
            </button>
          )}
        </div>
      </div>
    </>
  );
}

/** What a timeline is narrowed by, beside kind and words; empty: by nothing. */
interface Narrow {
  days: string;
  queue: string;
  solved: string;
  case: string;
}
const ALL: Narrow = { days: "", queue: "", solved: "", case: "" };
const PERIODS = [7, 30, 365];

const queried = (narrow: Narrow): Record<string, string | number | undefined> => ({
  since: narrow.days ? now.peek() - Number(narrow.days) * 86_400_000 : undefined,
  queue: narrow.queue || undefined,
  solved: narrow.solved || undefined,
  case: narrow.case || undefined,
});

function Narrowing({ at, cases, aside }: { at: Signal<Narrow>; cases: Person["cases"]; aside: Signal<boolean> }): JSX.Element {
  const choice = (name: keyof Narrow, word: string, all: string, choices: readonly (readonly [string, string])[]): JSX.Element => (
    <select
      class="in"
      aria-label={word}
      value={at.value[name]}
      onChange={(event) => {
        const next = { ...at.value, [name]: event.currentTarget.value };
        at.value = Object.values(next).every((one) => one === "") ? ALL : next;
      }}
    >
      <option value="">{all}</option>
      {choices.map(([value, shown]) => (
        <option key={value} value={value}>
          {shown}
        </option>
      ))}
    </select>
  );
  return (
    <div class="tl-head tl-narrow" role="group" aria-label={a().narrow}>
      {choice("days", a().period, a().always, PERIODS.map((n) => [String(n), a().lastDays(n)]))}
      {choice("queue", a().inQueue, a().anyQueue, queues.value.map((one) => [one.id, siteText(one.name, one.id)]))}
      {choice("solved", a().howEnded, a().eitherWay, [["true", s().solved], ["false", s().notSolved]])}
      {cases.length > 0 && choice("case", a().ofCase, a().anyCase, cases.map((one) => [one.id, `#${one.id} ${one.title}`]))}
      <button class="btn is-small is-quiet" aria-expanded={aside.value} onClick={() => (aside.value = !aside.value)}>
        {w().ofCustomer}
      </button>
    </div>
  );
}

interface Found {
  entries: readonly Entry[];
  next: string | null;
}

/** Contacts of a customer in which all words stand, asked for a moment after the last key; `what` null: nothing is searched. */
function useFound(customer: string | null, words: string, narrow: Narrow): { what: Found | "failed" | null; older: () => Promise<void> } {
  const found = useSignal<Found | "failed" | null>(null);
  const narrowed = JSON.stringify(narrow);
  const searching = customer !== null && (words.length >= LEAST || narrow !== ALL);
  const asked = (before?: string): string =>
    withQuery(`/customers/${encodeURIComponent(customer ?? "")}/timeline`, { q: words.length >= LEAST ? words : undefined, ...queried(narrow), before, limit: FOUND });
  useEffect(() => {
    if (!searching) {
      found.value = null;
      return undefined;
    }
    const cancel = new AbortController();
    const timer = setTimeout(() => {
      get<TimelinePage>(asked(), cancel.signal).then(
        (page) => (found.value = page),
        () => {
          if (!cancel.signal.aborted) found.value = "failed";
        },
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      cancel.abort();
    };
  }, [customer, words, narrowed, searching]);
  const older = async (): Promise<void> => {
    const before = found.peek();
    if (before === null || before === "failed" || before.next === null) return;
    const page = await get<TimelinePage>(asked(before.next)).catch(() => null);
    // Another search may have come meanwhile.
    if (found.peek() === before) found.value = page === null ? "failed" : { entries: [...before.entries, ...page.entries], next: page.next };
  };
  // Until the answer is there, what was shown stays.
  return { what: searching ? found.value : null, older };
}

function Pick({ word, on, press }: { word: string; on: boolean; press: () => void }): JSX.Element {
  return (
    <button aria-pressed={on} onClick={press}>
      {word}
    </button>
  );
}

function Days({ live, entries }: { live: CallView | null; entries: readonly Entry[] }): JSX.Element {
  const today = now.peek();
  const rows: JSX.Element[] = [];
  let day: number | null = null;
  const head = (at: number): void => {
    const mine = f.dayNumber(at);
    if (mine === day) return;
    day = mine;
    rows.push(
      <li class="day" key={`day ${mine}`}>
        {f.dayHeading(at, today)}
      </li>,
    );
  };
  if (live) {
    head(live.arrived);
    rows.push(<LiveEntry key={live.interaction} call={live} />);
  }
  for (const entry of entries) {
    head(entry.at);
    rows.push(<One key={entry.id} entry={entry} arrived={live?.arrived ?? null} />);
  }
  return <ol>{rows}</ol>;
}

function LiveEntry({ call }: { call: CallView }): JSX.Element {
  const { phase } = call;
  const lasted = call.connected === null ? null : f.atRest(call.since - call.connected);
  const what = phase === "dialling" ? t().dialling : phase === "offered" ? t().offeredHere : phase === "ringing" ? t().ringingHere : phase === "talking" ? t().talkingHere : phase === "held" ? t().heldHere : lasted ? t().withYou(lasted) : "";
  const why = whyLine(call);
  return (
    <li class="ev">
      <Mark kind="call" live={phase} />
      <span class="h">
        <b>{s().kinds.call}</b>
        <span class="t2 cut">{what}</span>
      </span>
      <span class="r">
        <span class="num">{f.timeOfDay(call.arrived)}</span>
        {phase === "wrap_up" && <Judgement solved={call.judged} />}
      </span>
      {why && (
        <span class="txt cut" title={whyAll(call)}>
          {t().chosen(why)}
        </span>
      )}
    </li>
  );
}

/** What was done, after the kind's name: with whom, how long. */
function detail(entry: Entry): string {
  if (entry.kind === "message") return entry.agent ? t().withAgent(entry.agent, "") : "";
  if (entry.kind === "call" || entry.kind === "chat") {
    const time = entry.lasted === null || entry.lasted < 1000 ? "" : f.atRest(entry.lasted);
    if (entry.kind === "call" && !entry.inbound) return [t().calledOut["answered"], entry.agent && t().withAgent(entry.agent, time)].filter(Boolean).join(f.joiner());
    if (entry.agent) return t().withAgent(entry.agent, time);
    return time ? t().lasted(time) : "";
  }
  if (!entry.inbound && (entry.kind === "mail" || entry.kind === "sms")) return entry.title || t().sent;
  return entry.title;
}

/** The second row: the words of it, what was done on a web site, or the way through the menu. */
function second(entry: Entry, arrived: number | null): string {
  if (entry.text) return entry.text;
  if (entry.web) return visitWords(entry, arrived);
  const parts = [menuPath(entry.path), entry.waited !== null && entry.waited > 0 ? t().waitedShort(f.atRest(entry.waited)) : ""];
  return parts.filter(Boolean).join(f.joiner());
}

/** `arrived`: when the call on the desk came. */
function One({ entry, arrived }: { entry: Entry; arrived: number | null }): JSX.Element {
  const marks: Record<string, string> = t().marks;
  const head = detail(entry);
  const text = second(entry, arrived);
  const bad = entry.mark ? (marks[entry.mark] ?? entry.mark) : "";
  const inHead = entry.mark === "nothing_found";
  return (
    <li class="ev">
      <Mark kind={entry.kind} />
      <span class="h">
        <b>{!entry.inbound && entry.kind === "sms" ? `${s().kinds.sms} ${t().sent}` : named("kinds", entry.kind)}</b>
        {head && (
          <span class="t2 cut" lang={f.langOf(head, entry.language)}>
            {head}
          </span>
        )}
        {bad && inHead && (
          <span class="unsolved">
            <Icon name="x" small />
            {bad}
          </span>
        )}
      </span>
      <span class="r">
        <span class="num">{f.timeOfDay(entry.at)}</span>
        {bad && !inHead ? <span class={entry.mark === "message" ? "b" : "late b"}>{bad}</span> : <Judgement solved={entry.solved} />}
      </span>
      {text && <Said text={text} tag={f.langOf(text, entry.language)} />}
      {hasMails(entry.kind, entry.id) && <MailThread interaction={entry.id} />}
      {/* Closings are sent to supervisors only. */}
      {entry.kind === "call" && (entry.waited ?? 0) > 0 && closings.value.length > 0 && <WhyWaited interaction={entry.id} />}
      {(entry.kind === "message" || entry.recorded) && (
        <span class="txt">
          <Player path={entry.recorded ? ofCall(entry.id) : ofPiece(entry.id)} length={entry.lasted ?? 0} />
        </span>
      )}
    </li>
  );
}

/** Characters of a text that surely stand on one line. */
const ONE_LINE = 60;

/** The words on one line; what may not fit there opens to all of it. */
function Said({ text, tag }: { text: string; tag: string | undefined }): JSX.Element {
  if (text.length <= ONE_LINE && !text.includes("\n")) {
    return (
      <span class="txt cut" lang={tag}>
        {text}
      </span>
    );
  }
  return (
    <details class="txt fold">
      <summary class="cut" lang={tag} title={text}>
        {text}
      </summary>
    </details>
  );
}

function WhyWaited({ interaction }: { interaction: string }): JSX.Element {
  const open = useSignal(false);
  return (
    <details class="txt why-waited" onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{waits().why}</summary>
      {open.value && <WaitAccount interaction={interaction} name={agentName} />}
    </details>
  );
}
