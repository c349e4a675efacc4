/**
 * How a customer is known again, and who may be the same person: the evidence, a look at what a merge would give, the merge,
 * and back. Read when nobody waits for it: on a customer's page, and once a call was answered.
 */
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get, post, withQuery } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { Panel } from "../shared/parts";
import type { Done, Evidence, Identity, Merged, MergePreview, MergeSide } from "../shared/types";
import { named } from "../shared/words";
import { isGone, readCustomer } from "./customer";
import { Pin, r } from "./pin";
import { agentName, call, comes, pop } from "./session";
import { t } from "./text";
import { where } from "./where";
import { attempt, person } from "./work";

const got = signal<{ id: string; what: Identity | "failed" } | null>(null);
/** Who is compared with the customer, and what a merge would give. */
export const compared = signal<{ other: string; what: MergePreview | null } | null>(null);

/** The customer on the open page, or of the call once it was answered. */
export const shownCustomer = computed<string | null>(() => {
  if (where.value.is === "customer") return isGone(where.value.id) ? null : where.value.id;
  const at = call.value;
  return at && !comes(at) ? (person.value?.customer ?? null) : null;
});

const path = (id: string): string => `/customers/${encodeURIComponent(id)}`;

function read(id: string): void {
  get<Identity>(`${path(id)}/identity`).then(
    (what) => (got.value = { id, what }),
    () => (got.value = { id, what: "failed" }),
  );
}

/** Who shares the number of the call: perhaps they are one. */
function sharing(id: string): readonly { customer: string; name: string }[] {
  return where.value.is === "customer" ? [] : (pop.value?.people ?? []).filter((one) => one.customer !== id);
}

/** After who is whose has changed. The pop of a call follows by itself. */
function again(id: string): void {
  compared.value = null;
  read(id);
  if (where.value.is === "customer") readCustomer(where.value.id);
}

async function compare(id: string, other: string): Promise<void> {
  compared.value = { other, what: null };
  const what = await attempt(() => get<MergePreview>(withQuery(`${path(id)}/merge`, { other })));
  if (compared.value?.other !== other) return;
  compared.value = what === null ? null : { other, what };
}

async function merge(id: string, other: string): Promise<void> {
  if (await attempt(() => post<Merged>(`${path(id)}/merge`, { other }))) again(id);
}

async function tellApart(id: string, other: string): Promise<void> {
  if (await attempt(() => post<Done>(`${path(id)}/apart`, { other }))) again(id);
}

async function undo(id: string, merge: string): Promise<void> {
  if (await attempt(() => post<Done>(`/merges/${encodeURIComponent(merge)}/undo`))) again(id);
}

/** Alt M: the keys go to who may be the same person. */
export function toSamePerson(): void {
  (document.querySelector<HTMLElement>("#same-person button") ?? document.getElementById("known-by"))?.focus();
}

export function KnownBy(): JSX.Element | null {
  const id = shownCustomer.value;
  useEffect(() => {
    compared.value = null;
    if (id !== null) read(id);
  }, [id]);
  if (id === null) return null;
  const what = got.value?.id === id ? got.value.what : null;
  if (what === null) return null;
  if (what === "failed") {
    return (
      <section class="card">
        <Panel state={{ is: "error", what: t().historyNotRead, works: t().historyNotReadThen, again: () => read(id) }} />
      </section>
    );
  }
  const suggested = what.suggestions.map((one) => ({ customer: one.other.customer, name: one.other.name || one.other.detail, evidence: one.evidence }));
  const others = sharing(id)
    .filter((one) => !suggested.some((known) => known.customer === one.customer))
    .map((one) => ({ ...one, evidence: [] as readonly Evidence[] }));
  return (
    <>
      <section class="card" id="known-by" tabIndex={-1} aria-label={t().knownBy}>
        <div class="hd">
          <h2 class="label">{t().knownBy}</h2>
        </div>
        {what.identifiers.length === 0 && <p class="small t2">{t().knownByNothing}</p>}
        <ul class="known">
          {what.identifiers.map((one) => (
            <li key={one.id}>
              <span class="b num cut">{one.display || t().aBrowser}</span>
              <span class="num t2" title={t().sureness}>
                {f.percent(one.confidence / 100)}
              </span>
              <span class="small t2">{[one.shared > 0 ? t().sharedWith(one.shared) : "", t().seenLast(f.date(one.last_seen, now.peek())), sourceName(one.source)].filter(Boolean).join(f.joiner())}</span>
            </li>
          ))}
        </ul>
        {what.merges.map((one) => (
          <p class="row small merged" key={one.id}>
            <span class="grow t2">{t().mergedFrom(one.name || one.gone, f.date(one.at, now.peek()), agentName(one.by))}</span>
            <button class="btn is-small is-quiet" onClick={() => void undo(id, one.id)}>
              {t().undoMerge}
            </button>
          </p>
        ))}
        {!what.customer.includes(":") && <Pin customer={id} pin={what.pin} changed={() => read(id)} />}
      </section>
      {suggested.length + others.length > 0 && (
        <section class="card" id="same-person" aria-label={t().samePerson}>
          <div class="hd">
            <h2 class="label">{t().samePerson}</h2>
          </div>
          {[...suggested, ...others].map((one) => (
            <div class="same" key={one.customer}>
              <b class="b" lang={f.langOf(one.name)}>
                {one.name}
              </b>
              <ul class="small t2">
                {one.evidence.length === 0 ? <li>{t().sameNumber}</li> : one.evidence.map((each) => <li key={`${each.kind} ${each.what}`}>{said(each)}</li>)}
              </ul>
              {compared.value?.other === one.customer && compared.value.what && <Compared what={compared.value.what} />}
              <div class="row wrap">
                {compared.value?.other === one.customer && compared.value.what ? (
                  <button class="btn is-small is-main" onClick={() => void merge(id, one.customer)}>
                    {t().mergeThem}
                  </button>
                ) : (
                  <button class="btn is-small" onClick={() => void compare(id, one.customer)}>
                    {t().compareThem}
                  </button>
                )}
                <button class="btn is-small is-quiet" onClick={() => void tellApart(id, one.customer)}>
                  {t().otherPerson}
                </button>
              </div>
            </div>
          ))}
        </section>
      )}
    </>
  );
}

/** What both are now, and what they would be together. */
function Compared({ what }: { what: MergePreview }): JSX.Element {
  return (
    <table class="compared small">
      <thead>
        <tr>
          <td />
          {[what.kept, what.gone].map((one) => (
            <th scope="col" key={one.customer}>
              {one.name || one.identifiers[0] || one.customer}
            </th>
          ))}
          <th scope="col">{t().together}</th>
        </tr>
      </thead>
      <tbody>
        <Row word={t().contactsWord} what={what} of={(one) => f.count(Object.values(one.counts).reduce((sum, n) => sum + n, 0))} />
        <Row word={t().numbersWord} what={what} of={(one) => f.count(one.identifiers.length)} />
        <Row word={t().casesWord} what={what} of={(one) => f.count(one.cases)} />
        <Row word={t().promisesWord} what={what} of={(one) => f.count(one.promises)} />
      </tbody>
    </table>
  );
}

function Row({ word, what, of }: { word: string; what: MergePreview; of: (side: MergeSide) => string }): JSX.Element {
  return (
    <tr>
      <th scope="row">{word}</th>
      {[what.kept, what.gone, what.together].map((one, index) => (
        <td class="num" key={index}>
          {of(one)}
        </td>
      ))}
    </tr>
  );
}

/** A reason, as one would say it. */
function said(one: Evidence): string {
  const words: Record<string, (what: string, where: string) => string> = t().evidence;
  const place = one.source ? named("kinds", one.source) : "";
  const when = one.at === null ? "" : f.date(one.at, now.peek());
  return words[one.kind]?.(one.what, [place, when].filter(Boolean).join(" ")) ?? one.what;
}

/** On whose word it is theirs. */
function sourceName(source: string): string {
  if (source === "agent") return t().saidInCall;
  if (source === "pin") return r().saidByPin;
  if (source.startsWith("agent:")) return agentName(source.slice(6));
  return source.startsWith("merge:") ? t().saidByMerge : source;
}
