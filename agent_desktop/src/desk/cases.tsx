/** The open cases and promises of who is calling: what is due when, whose it is, and which of them this call looks like. */
import { signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get, post } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { Chip, Panel } from "../shared/parts";
import type { CaseLine, CaseSuggestion, CaseSuggestions, Done, NewCase, Person } from "../shared/types";
import { madeNow, PromiseRow } from "./note";
import { agentName, call, comes, me } from "./session";
import { t } from "./text";
import { where } from "./where";
import { takenBack } from "./undo";
import { attempt, work } from "./work";

const SHOWN = 3;
const SOON_MS = 2 * 3_600_000;

/** What the call on the desk looks like. */
const looksLike = signal<{ interaction: string; cases: readonly CaseSuggestion[] } | null>(null);
/** The case the call was put into. */
const isAbout = signal<{ interaction: string; case: string } | null>(null);

async function lookUp(interaction: string): Promise<void> {
  const path = `/interactions/${encodeURIComponent(interaction)}/cases`;
  // Without it, all cases are still there to choose from.
  const found = await get<CaseSuggestions>(path).catch(() => null);
  if (found) looksLike.value = { interaction, cases: found.cases };
}

async function put(interaction: string, one: CaseLine): Promise<void> {
  const done = await attempt(() => post<Done>(`/interactions/${encodeURIComponent(interaction)}/case`, { case: one.id }));
  if (done) isAbout.value = { interaction, case: one.id };
}

const casePath = (one: CaseLine): string => `/cases/${encodeURIComponent(one.id)}`;

/** Of whoever calls, or left the message; `about`: that call or message. */
export function Cases({ who, about }: { who: Person | null; about: string | null }): JSX.Element {
  const mine = me.value?.agent ?? "";
  const interaction = about;
  const answered = interaction !== null && !(call.value?.interaction === interaction && comes(call.value));
  const note = work.value?.stored ?? null;
  useEffect(() => {
    if (interaction !== null && answered) void lookUp(interaction);
  }, [interaction, answered, note]);
  const made = madeNow.value.filter((one) => one.interaction === about && !takenBack.value.includes(one.id) && !who?.promises.some((known) => known.id === one.id));
  const promises = [...made, ...(who?.promises ?? [])];
  const open = who?.cases ?? [];
  const like = looksLike.value?.interaction === interaction ? (looksLike.value?.cases ?? []) : [];
  const closed = like.filter((one) => one.reopens && !open.some((known) => known.id === one.case.id));
  const cases = [...open].sort((a, b) => Number(like.some((one) => one.case.id === b.id)) - Number(like.some((one) => one.case.id === a.id)));
  const loose = promises.filter((one) => !cases.some((known) => known.id === one.case));
  return (
    <>
      {cases.length + promises.length + closed.length === 0 && (
        <section class="card">
          <Panel state={{ is: "empty", what: t().noCase, will: t().noCaseThen }} />
        </section>
      )}
      {cases.slice(0, SHOWN).map((one) => (
        <section class="card case" key={one.id}>
          <div class="hd">
            <h2 class="label">
              <button class="link" onClick={() => (where.value = { is: "case", id: one.id })}>
                {t().openCase(one.id)}
              </button>
            </h2>
            {one.priority !== 0 && <Chip is={one.priority > 0 ? "warn" : undefined}>{t().priorities[String(one.priority)] ?? ""}</Chip>}
            <Chip>{ownerAndAge(one, mine)}</Chip>
          </div>
          <h3 lang={f.langOf(one.title)}>{one.title}</h3>
          <Due one={one} />
          <Reason like={like.find((known) => known.case.id === one.id)} />
          {promises
            .filter((promise) => promise.case === one.id)
            .map((promise) => (
              <PromiseRow key={promise.id} promise={promise} mine={mine} />
            ))}
          {answered && interaction !== null && (
            <div class="row wrap acts">
              {isAbout.value?.interaction === interaction && isAbout.value.case === one.id ? (
                <Chip is="good">{t().aboutThis}</Chip>
              ) : (
                <button class="btn is-small" onClick={() => void put(interaction, one)}>
                  {t().aboutThis}
                </button>
              )}
              {one.owner !== mine && (
                <button class="btn is-small is-quiet" onClick={() => void attempt(() => post<Done>(casePath(one), { owner: mine }))}>
                  {t().takeCase}
                </button>
              )}
              <Solve one={one} unsaid={call.value?.interaction === interaction && call.value.judged === false && isAbout.value?.case === one.id} />
            </div>
          )}
        </section>
      ))}
      {answered &&
        interaction !== null &&
        closed.map((one) => (
          <section class="card case" key={one.case.id}>
            <div class="hd">
              <h2 class="label">{t().closedCase(one.case.id)}</h2>
              <Chip>{one.case.closed === null ? "" : f.date(one.case.closed, now.peek())}</Chip>
            </div>
            <h3 lang={f.langOf(one.case.title)}>{one.case.title}</h3>
            <Reason like={one} />
            <div class="row wrap acts">
              <button class="btn is-small" onClick={() => void put(interaction, one.case)}>
                {t().comesAgain}
              </button>
            </div>
          </section>
        ))}
      {loose.length > 0 && (
        <section class="card case">
          {loose.map((promise) => (
            <PromiseRow key={promise.id} promise={promise} mine={mine} />
          ))}
        </section>
      )}
      {answered && interaction !== null && who && <NewOne interaction={interaction} customer={who.customer} />}
    </>
  );
}

/** `unsaid`: the customer has said of this very call that it was not solved. Their word is not passed over by one slip of the hand. */
function Solve({ one, unsaid }: { one: CaseLine; unsaid: boolean }): JSX.Element {
  const sure = useSignal(false);
  const press = (): void => {
    if (unsaid && !sure.value) sure.value = true;
    else void attempt(() => post<Done>(`${casePath(one)}/close`));
  };
  return (
    <button class={sure.value ? "btn is-small is-main" : "btn is-small is-quiet"} onClick={press}>
      {sure.value ? t().closeThough : t().closeSolved}
    </button>
  );
}

/** What is left until a case is due. */
export function Due({ one }: { one: CaseLine }): JSX.Element | null {
  if (one.due === null) return null;
  const left = one.due - now.value;
  const tone = left < 0 ? "late" : left < SOON_MS ? "soon" : "t2";
  return (
    <p class="small">
      <span class="t2">{t().caseDue(f.dayAndTime(one.due, now.value))}</span> <span class={`num ${tone}`}>{f.due(left)}</span>
    </p>
  );
}

function Reason({ like }: { like: CaseSuggestion | undefined }): JSX.Element | null {
  return like ? <p class="small t2">{t().looksLike(like.words.slice(0, 6).join(f.joiner()))}</p> : null;
}

function NewOne({ interaction, customer }: { interaction: string; customer: string }): JSX.Element {
  const title = useSignal<string | null>(null);
  const make = async (): Promise<void> => {
    const words = title.value?.trim();
    if (!words) return;
    const body: NewCase = { customer, title: words, interaction, priority: 0 };
    const made = await attempt(() => post<CaseLine>("/cases", body));
    if (!made) return;
    isAbout.value = { interaction, case: made.id };
    title.value = null;
  };
  if (title.value === null) {
    return (
      <button class="btn is-small is-quiet" onClick={() => (title.value = "")}>
        {t().newCase}
      </button>
    );
  }
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        title.value = null;
      }}
    >
      <input class="in grow" maxLength={200} ref={(field) => field?.focus()} aria-label={t().newCaseTitle} placeholder={t().newCaseTitle} value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />
      <button class="btn is-small" disabled={!title.value.trim()}>
        {t().newCase}
      </button>
    </form>
  );
}

function ownerAndAge(one: CaseLine, mine: string): string {
  const days = f.dayNumber(now.peek()) - f.dayNumber(one.opened);
  const age = days === 0 ? f.timeOfDay(one.opened) : f.days(days);
  return one.owner === mine ? t().yours(age) : one.owner ? t().caseOf(agentName(one.owner), age) : age;
}
