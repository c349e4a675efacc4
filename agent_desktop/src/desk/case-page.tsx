/** A case in the middle of the desk: what it is about, contacts to give a case of their own, another to make one with it, and back. */
import { signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get, post, withQuery } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { words } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Chip, Judgement, Mark, Panel } from "../shared/parts";
import type { CaseLine, CaseMoved, CaseMove, CaseView, Done, Entry, Person } from "../shared/types";
import { named } from "../shared/words";
import { Due } from "./cases";
import { e, ERASED } from "./erasing";
import { hasMails, MailThread } from "./mail-thread";
import { PromiseRow } from "./note";
import { agentName, call, me } from "./session";
import { t } from "./text";
import { where } from "./where";
import { attempt } from "./work";
import { cases } from "./words/cases";

/** The words of cases. */
export const c = words(cases);

/** The page that is open, and the customer's other open cases. */
const got = signal<{ id: string; what: CaseView | "failed"; others: readonly CaseLine[] } | null>(null);

const path = (id: string): string => `/cases/${encodeURIComponent(id)}`;

export const openCase = (id: string): void => {
  where.value = { is: "case", id };
};

/** Mail is taken in beside the bridge: that a customer's mail has opened a case again, no message tells. */
const AGAIN_MS = 5000;

async function read(id: string): Promise<void> {
  const what = await get<CaseView>(path(id)).catch(() => "failed" as const);
  const person = what === "failed" ? null : await get<Person>(`/customers/${encodeURIComponent(what.customer)}`).catch(() => null);
  const others = what === "failed" ? [] : (person?.cases ?? []).filter((one) => one.id !== what.case.id);
  const open = where.peek();
  if (open.is === "case" && open.id === id) got.value = { id, what, others };
}

/** What is shown stays when it can't be read this time. */
async function readAgain(id: string): Promise<void> {
  if (document.hidden || got.peek()?.id !== id) return;
  const before = got.peek();
  const what = await get<CaseView>(path(id)).catch(() => null);
  if (what !== null && got.peek() === before && before !== null) got.value = { ...before, what };
}

export function CasePage({ id }: { id: string }): JSX.Element {
  useEffect(() => {
    void read(id);
    const timer = setInterval(() => void readAgain(id), AGAIN_MS);
    return () => clearInterval(timer);
  }, [id]);
  const at = got.value?.id === id ? got.value : null;
  const leave = (
    <button class="btn is-small is-quiet again" onClick={() => (where.value = { is: "here" })}>
      <Icon name="back" small />
      {call.value ? t().backToCall : t().back}
    </button>
  );
  if (at === null || at.what === "failed") {
    return (
      <div class="pad">
        {leave}
        <Panel state={at === null ? { is: "loading", bones: 6 } : { is: "error", what: c().notThere, works: c().notThereThen, again: () => void read(id) }} />
      </div>
    );
  }
  return <One id={id} what={at.what} others={at.others} leave={leave} />;
}

function One({ id, what, others, leave }: { id: string; what: CaseView; others: readonly CaseLine[]; leave: JSX.Element }): JSX.Element {
  const one = what.case;
  const closed = one.state === "closed";
  const mine = me.value?.agent ?? "";
  const nobody = what.customer === ERASED;
  const send = async (to: string, body: object = {}): Promise<boolean> => {
    const done = await attempt(() => post<Done>(to, body));
    if (done) await read(id);
    return done !== null;
  };
  return (
    <div class="case-page">
      <div class="row">
        <h1 class="grow cut" lang={f.langOf(one.title)}>
          {one.title}
        </h1>
        {leave}
      </div>
      <div class="row wrap">
        <Chip>{closed ? t().closedCase(one.id) : t().openCase(one.id)}</Chip>
        {one.state === "waiting" && <Chip>{c().waiting}</Chip>}
        {one.priority !== 0 && <Chip is={one.priority > 0 ? "warn" : undefined}>{t().priorities[String(one.priority)] ?? ""}</Chip>}
        <span class="small t2">{[c().caseOf(nobody ? e().somebody : what.name || what.customer), one.owner ? agentName(one.owner) : ""].filter(Boolean).join(f.joiner())}</span>
      </div>
      <Due one={one} />
      <div class="row wrap acts">
        {!nobody && (
          <button class="btn is-small" onClick={() => (where.value = { is: "customer", id: what.customer })}>
            {c().openPerson}
          </button>
        )}
        {closed ? (
          <button class="btn is-small" onClick={() => void send(`${path(one.id)}/reopen`)}>
            {c().reopen}
          </button>
        ) : (
          <>
            {one.owner !== mine && (
              <button class="btn is-small" onClick={() => void send(path(one.id), { owner: mine })}>
                {t().takeCase}
              </button>
            )}
            <button class="btn is-small" onClick={() => void send(path(one.id), { state: one.state === "waiting" ? "open" : "waiting" })}>
              {one.state === "waiting" ? c().goOn : c().wait}
            </button>
            <button class="btn is-small" onClick={() => void send(`${path(one.id)}/close`)}>
              {t().closeSolved}
            </button>
            <button class="btn is-small is-quiet" onClick={() => void send(withQuery(`${path(one.id)}/close`, { solved: "false" }))}>
              {c().notSolved}
            </button>
          </>
        )}
      </div>
      {what.promises.map((promise) => (
        <PromiseRow key={promise.id} promise={promise} mine={mine} />
      ))}
      {what.moves.map((move) => (
        <Moved key={move.id} move={move} again={() => void read(id)} />
      ))}
      {!closed && others.length > 0 && <Merge into={one.id} others={others} again={() => void read(id)} />}
      <Contacts what={what} again={() => void read(id)} />
    </div>
  );
}

function Moved({ move, again }: { move: CaseMove; again: () => void }): JSX.Element {
  const undo = async (): Promise<void> => {
    const done = await attempt(() => post<CaseMoved>(`/case-moves/${encodeURIComponent(move.id)}/undo`));
    // The case that stays may be the other one.
    if (done) where.value = { is: "case", id: done.case };
    if (done) again();
  };
  const said = move.how === "merge" ? c().merged : c().split_;
  return (
    <p class="row small moved">
      <span class="grow t2">{[said(move.other, move.title, f.count(move.contacts)), f.date(move.at, now.peek()), agentName(move.by)].join(f.joiner())}</span>
      <button class="btn is-small is-quiet" onClick={() => void undo()}>
        {c().undo}
      </button>
    </p>
  );
}

function Merge({ into, others, again }: { into: string; others: readonly CaseLine[]; again: () => void }): JSX.Element {
  const other = useSignal(others[0]?.id ?? "");
  return (
    <form
      class="row wrap"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(() => post<CaseMoved>(`${path(into)}/merge`, { other: other.value })).then((done) => done && again());
      }}
    >
      <label class="small" for="merge-with">
        {c().mergeWith}
      </label>
      <select id="merge-with" class="in grow" value={other.value} onChange={(event) => (other.value = event.currentTarget.value)}>
        {others.map((one) => (
          <option key={one.id} value={one.id}>{`#${one.id} ${one.title}`}</option>
        ))}
      </select>
      <button class="btn is-small">{c().merge}</button>
    </form>
  );
}

/** The contacts of the case; those that are chosen get one of their own. */
function Contacts({ what, again }: { what: CaseView; again: () => void }): JSX.Element {
  const chosen = useSignal<readonly string[]>([]);
  const title = useSignal("");
  const open = what.case.state !== "closed";
  const split = async (): Promise<void> => {
    const made = await attempt(() => post<CaseLine>(`${path(what.case.id)}/split`, { title: title.value.trim(), interactions: chosen.value }));
    if (!made) return;
    chosen.value = [];
    title.value = "";
    again();
  };
  return (
    <section class="block" aria-label={c().contacts}>
      <h2 class="label">{c().contacts}</h2>
      {what.entries.length === 0 && <p class="t3">{c().noContacts}</p>}
      <ul class="rows">
        {what.entries.map((one) => (
          <li key={one.id}>
            <div class="with-act">
              <Mark kind={one.kind} />
              <span class="cut">
                <b class="b">{named("kinds", one.kind)}</b> <span lang={f.langOf(said(one), one.language)}>{said(one)}</span>
                <span class="sub cut">{[f.dayAndTime(one.at, now.peek()), one.agent ?? ""].filter(Boolean).join(f.joiner())}</span>
              </span>
              <Judgement solved={one.solved} />
              {open && (
                <input
                  type="checkbox"
                  aria-label={c().choose(`${named("kinds", one.kind)} ${f.dayAndTime(one.at, now.peek())}`)}
                  checked={chosen.value.includes(one.id)}
                  onChange={() => (chosen.value = chosen.value.includes(one.id) ? chosen.value.filter((each) => each !== one.id) : [...chosen.value, one.id])}
                />
              )}
            </div>
            {hasMails(one.kind, one.id) && <MailThread interaction={one.id} />}
          </li>
        ))}
      </ul>
      {chosen.value.length > 0 && (
        <form
          class="row wrap"
          onSubmit={(event) => {
            event.preventDefault();
            void split();
          }}
        >
          <input class="in grow" maxLength={200} aria-label={c().splitTitle} placeholder={c().splitTitle} value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />
          <button class="btn is-small" disabled={!title.value.trim()}>
            {c().split(chosen.value.length)}
          </button>
        </form>
      )}
    </section>
  );
}

const said = (one: Entry): string => one.title || one.text;
