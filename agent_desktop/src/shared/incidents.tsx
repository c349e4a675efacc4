/** Known incidents, for supervisors: what callers are told before the menu and in line, for whom, until when, in whose words. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { get, post } from "./api";
import * as f from "./format";
import { siteText, words } from "./i18n";
import { Clocked } from "./parts";
import { made, MOST_S, record, type Recording, type Take } from "./recording";
import type { Dictated, Done, IncidentView, IncidentWay, KeptSentence, QueueView } from "./types";
import { named } from "./words";
import { en, zhHans, zhHant } from "./words/incidents";

const t = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant });

/** Minutes. */
const SPANS = [30, 60, 120, 240, 720] as const;
/** Of callers. */
const LANGUAGES = ["cmn", "yue", "en"] as const;
/** From the browser, or kept on the server already: spoken into the telephone. */
type Spoken = Recording | { seconds: number; sentence: string };
type Said = Partial<Record<(typeof LANGUAGES)[number], Spoken>>;

const LOOK_MS = 1000;

/** Does something on the server; null: it failed, and the page has said so. */
type Attempt = <A>(action: () => Promise<A>) => Promise<A | null>;

interface Page {
  ways: readonly IncidentWay[];
  queues: readonly QueueView[];
  /** What an agent is called. */
  name: (agent: string) => string;
  attempt: Attempt;
}

/** Each once, the whole site's first. */
function known(queues: readonly QueueView[]): IncidentView[] {
  const found = new Map<string, IncidentView>();
  for (const queue of queues) {
    for (const one of queue.incidents) found.set(one.queue ?? "", one);
  }
  return [...found.values()].sort((a, b) => (a.queue ?? "").localeCompare(b.queue ?? ""));
}

export function Incidents({ ways, queues, name, attempt }: Page): JSX.Element {
  const chosen = useSignal("");
  const where = useSignal("");
  const minutes = useSignal<number>(SPANS[1]);
  const said = useSignal<Said>({});
  const way = ways.find((one) => one.id === chosen.value) ?? ways[0];
  if (way === undefined) return <></>;
  const tell = (): void => {
    void attempt(async () => {
      const sentences: Record<string, string> = {};
      for (const [language, one] of Object.entries(said.value)) {
        sentences[language] = "sentence" in one ? one.sentence : (await post<KeptSentence>("/incidents/sentences", { sound: one.sound })).sentence;
      }
      return post<Done>("/incidents", { incident: way.id, minutes: minutes.value, queue: where.value || null, sentences });
    }).then((done) => {
      if (done !== null) said.value = {};
    });
  };
  const whom = (queue: string | null): string => {
    const one = queues.find((each) => each.id === queue);
    return one ? siteText(one.name, one.id) : (queue ?? t().allCallers);
  };
  return (
    <>
      <p class="label">{t().tellCallers}</p>
      {known(queues).map((one) => (
        <InForce key={one.queue ?? ""} one={one} whom={whom(one.queue)} by={name(one.by)} attempt={attempt} />
      ))}
      <div class="row menu-row">
        <select class="in grow" aria-label={t().tellWhat} value={way.id} onChange={(event) => (chosen.value = event.currentTarget.value)}>
          {ways.map((one) => (
            <option key={one.id} value={one.id}>
              {siteText(one.name, one.id)}
            </option>
          ))}
        </select>
      </div>
      <details class="menu-row own-words">
        <summary class="small t2">{t().ownWords}</summary>
        <p class="small t3">{t().ownWordsHint}</p>
        {LANGUAGES.map((language) => (
          <Sentence key={language} language={language} said={said} attempt={attempt} />
        ))}
      </details>
      <div class="row menu-row">
        <select class="in grow" aria-label={t().tellWhom} value={where.value} onChange={(event) => (where.value = event.currentTarget.value)}>
          <option value="">{t().allCallers}</option>
          {queues.map((queue) => (
            <option key={queue.id} value={queue.id}>
              {siteText(queue.name, queue.id)}
            </option>
          ))}
        </select>
        <select class="in" aria-label={t().tellHowLong} value={String(minutes.value)} onChange={(event) => (minutes.value = Number(event.currentTarget.value))}>
          {SPANS.map((span) => (
            <option key={span} value={String(span)}>
              {t().forMinutes(span)}
            </option>
          ))}
        </select>
        <button class="btn" onClick={tell}>
          {t().tell}
        </button>
      </div>
    </>
  );
}

function InForce({ one, whom, by, attempt }: { one: IncidentView; whom: string; by: string; attempt: Attempt }): JSX.Element {
  const over = useSignal(false);
  const what = siteText(one.name, one.incident);
  return (
    <div class="row menu-row" hidden={over.value}>
      <span class="grow">
        {whom}
        <span class="small soon in-force">
          <Clocked
            text={(now) => {
              over.value = one.until <= now;
              return t().toldUntil(what, by, f.timeOfDay(one.until));
            }}
          />
        </span>
        {one.sentences.length > 0 && <span class="small t2 in-force">{t().recordedFor(one.sentences.map((each) => named("languages", each)).join(f.joiner()))}</span>}
      </span>
      <button class="btn" aria-label={`${t().tellNoMore}: ${whom}`} onClick={() => void attempt(() => post<Done>("/incidents/over", { queue: one.queue }))}>
        {t().tellNoMore}
      </button>
    </div>
  );
}

/** One language's sentence: recorded or chosen, heard back, dropped or kept until it is told. */
function Sentence({ language, said, attempt }: { language: (typeof LANGUAGES)[number]; said: Signal<Said>; attempt: Attempt }): JSX.Element {
  const take = useSignal<Take | null>(null);
  const wrong = useSignal("");
  const phone = useSignal<Dictated | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const own = said.value[language];
  const word = named("languages", language);
  const keep = async (from: Promise<Recording>): Promise<void> => {
    try {
      const one = await from;
      wrong.value = one.seconds > MOST_S ? t().tooLong(MOST_S) : "";
      if (!wrong.value) said.value = { ...said.value, [language]: one };
    } catch {
      wrong.value = t().noSound;
    }
  };
  const stop = (): void => {
    const one = take.value;
    take.value = null;
    if (one !== null) void keep(one.stop());
  };
  const start = async (): Promise<void> => {
    wrong.value = "";
    try {
      take.value = await record(stop);
    } catch {
      wrong.value = t().noMicrophone;
    }
  };
  const ring = async (): Promise<void> => {
    wrong.value = "";
    phone.value = await attempt(() => post<Dictated>("/incidents/sentences/phone", { language }));
  };
  const heard = (one: Dictated): void => {
    const over = one.state !== "called" && one.state !== "speaks";
    phone.value = over ? null : one;
    if (one.state === "kept") said.value = { ...said.value, [language]: { seconds: one.ms / 1000, sentence: one.sentence } };
    else if (over) wrong.value = one.state === "unanswered" ? t().phoneUnanswered : t().phoneDropped;
  };
  const called = phone.value?.id;
  useEffect(() => {
    if (called === undefined) return undefined;
    const look = async (): Promise<void> => {
      const one = await attempt(() => get<Dictated>(`/incidents/sentences/phone/${called}`));
      if (phone.peek()?.id !== called) return;
      if (one === null) phone.value = null;
      else heard(one);
    };
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(timer);
  }, [called]);
  const drop = (): void => {
    const { [language]: _, ...rest } = said.value;
    said.value = rest;
  };
  // Who closes the menu speaks no more.
  useEffect(() => () => void take.value?.stop().catch(() => undefined), []);
  return (
    <div class="row sentence" role="group" aria-label={word}>
      <span class="grow">
        {word} {own && <span class="num small t2">{t().length(own.seconds.toFixed(0))}</span>}
        {own && "sentence" in own && <span class="small t2"> {t().byPhone}</span>}
        {phone.value && <span class="small t2 in-force" role="status">{phone.value.state === "called" ? t().phoneCalled : t().phoneSpeaks}</span>}
        {wrong.value && <span class="small late in-force" role="alert">{wrong.value}</span>}
      </span>
      {own ? (
        <>
          {"url" in own && (
            <button class="btn is-small" aria-label={`${t().hear}: ${word}`} onClick={() => void new Audio(own.url).play()}>
              {t().hear}
            </button>
          )}
          <button class="btn is-small" aria-label={`${t().drop}: ${word}`} onClick={drop}>
            {t().drop}
          </button>
        </>
      ) : (
        <>
          <button class={take.value ? "btn is-small is-on" : "btn is-small"} aria-label={`${take.value ? t().stop : t().record}: ${word}`} onClick={() => (take.value ? stop() : void start())}>
            {take.value ? t().stop : t().record}
          </button>
          <button class="btn is-small" aria-label={`${t().file}: ${word}`} onClick={() => file.current?.click()}>
            {t().file}
          </button>
          <button class="btn is-small" aria-label={`${t().phone}: ${word}`} disabled={phone.value !== null} onClick={() => void ring()}>
            {t().phone}
          </button>
          <input
            ref={file}
            type="file"
            accept="audio/*"
            hidden
            onChange={(event) => {
              const [chosen] = event.currentTarget.files ?? [];
              event.currentTarget.value = "";
              if (chosen) void keep(made(chosen));
            }}
          />
        </>
      )}
    </div>
  );
}

/** The words a page says when `attempt` failed without any of the server's. */
export const notTold = (): string => t().notTold;
/** What the switch is called. */
export const tellCallers = (): string => t().tellCallers;
