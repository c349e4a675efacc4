/** The note while talking and in wrap-up, what came of it, promises; and the one button that ends the wrap-up. */
import { signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { post } from "../shared/api";
import { now, serverNow } from "../shared/clock";
import * as f from "../shared/format";
import { siteText } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Kbd } from "../shared/parts";
import type { CallView, NewPromise, PromiseLine } from "../shared/types";
import { fromField, hourOn, toField } from "../shared/zone";
import { agentName, me, outcomes, pop } from "./session";
import { reasonName, t } from "./text";
import { offerWithdrawal } from "./undo";
import { attempt, person, setNote, setOutcome, solvedOutcome, work, wrapUp } from "./work";

/** The form of a promise is open. */
export const promising = signal(false);

const MAX_LINES_PX = 84;

/** What colleagues who had this call before have written about it, or still write. */
function Others(): JSX.Element | null {
  const others = (pop.value?.notes ?? []).filter((one) => one.agent !== me.value?.agent);
  if (others.length === 0) return null;
  return (
    <div class="others small t2" role="group" aria-label={t().theirNotes}>
      {others.map((one) => (
        <p key={one.agent}>
          <b class="b">{one.name}</b> <span lang={f.langOf(one.text)}>{one.text}</span>
        </p>
      ))}
    </div>
  );
}

export function NoteBar({ call }: { call: CallView }): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const mine = work.value;
  const wrapping = call.phase === "wrap_up";
  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(MAX_LINES_PX, box.scrollHeight + 2)}px`;
  }, [mine?.note]);
  const next = me.value?.next_reason ?? null;
  return (
    <div class="note">
      {promising.value && (
        <PromiseForm
          to={mine?.confirmed?.customer ?? person.value?.customer ?? null}
          about={mine?.interaction ?? null}
          case={person.value?.cases[0]?.id ?? null}
          close={() => (promising.value = false)}
          made={(one) => (madeNow.value = [...madeNow.value, { ...one, interaction: mine?.interaction ?? "" }])}
        />
      )}
      <Others />
      <textarea
        id="note"
        class="in"
        ref={field}
        rows={1}
        maxLength={8000}
        aria-label={t().note}
        placeholder={t().noteHint}
        value={mine?.note ?? ""}
        onInput={(event) => setNote(event.currentTarget.value)}
      />
      <div class="came-of">
        <div class="row wrap" role="group" aria-labelledby="outcome-label">
          <span class="label" id="outcome-label">
            {t().outcome}
          </span>
          {outcomes.value.map((one) => {
            const on = mine?.outcome === one.id;
            return (
              <button key={one.id} class={on ? "btn is-small is-on" : "btn is-small"} aria-pressed={on} onClick={() => setOutcome(on ? null : one.id)}>
                {on && <Icon name="check" small />}
                {siteText(one.name, one.id)}
                {solvedOutcome.value?.id === one.id && !on && <Kbd>Alt S</Kbd>}
              </button>
            );
          })}
          <button class="btn is-small" aria-expanded={promising.value} onClick={() => (promising.value = !promising.value)}>
            <Icon name="plus" small />
            {t().promise}
          </button>
        </div>
        <div class="row finish">
          <Saved />
          {wrapping && (
            <>
              <button class="btn is-small is-quiet" disabled={mine?.sent ?? false} onClick={() => void wrapUp(false)}>
                {next ? t().doneThen(reasonName(next)) : t().doneNotReady}
              </button>
              <button id="done" class="btn is-small is-main" disabled={mine?.sent ?? false} onClick={() => void wrapUp(true)}>
                {t().done} <Kbd>Ctrl Enter</Kbd>
              </button>
            </>
          )}
        </div>
      </div>
    </div>
  );
}

function Saved(): JSX.Element | null {
  const mine = work.value;
  if (!mine || (!mine.note && mine.stored === null)) return null;
  const text = mine.sent ? t().sending : mine.stored === mine.note ? t().saved : t().savedHere;
  return <span class="small t3">{text}</span>;
}

// --- promises

const HOUR = 3_600_000;

/** What one usually promises, by the site's clock: today only until it is over. */
export function usualTimes(at: number): readonly (readonly [string, number])[] {
  const evening = hourOn(at, 0, 17);
  return [
    [t().inOneHour, at + HOUR],
    ...(at < evening ? [[t().today17, evening] as const] : []),
    [t().tomorrow12, hourOn(at, 1, 12)],
  ];
}

interface Promising {
  /** To whom; null: nobody has said who it is. */
  to: string | null;
  /** The call or message it is made in. */
  about: string | null;
  case: string | null;
  close: () => void;
  made: (promise: PromiseLine) => void;
}

export function PromiseForm({ to, about, case: inCase, close, made }: Promising): JSX.Element {
  const what = useSignal("");
  const due = useSignal(hourOn(serverNow(), 1, 12));
  const busy = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const choices = usualTimes(serverNow());
  const leave = (): void => {
    close();
    document.getElementById("note")?.focus();
  };
  const make = async (): Promise<void> => {
    const text = what.value.trim();
    if (!text || !to || busy.value) return;
    busy.value = true;
    const body: NewPromise = { customer: to, what: text, due: due.value, case: inCase, interaction: about };
    const line = await attempt(() => post<PromiseLine>("/promises", body));
    busy.value = false;
    if (!line) return;
    made(line);
    offerWithdrawal(line.id, line.what);
    leave();
  };
  if (!to) return <p class="small t2">{t().promiseNobody}</p>;
  return (
    <form
      class="promise-form"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
      onKeyDown={(event) => event.key === "Escape" && leave()}
    >
      <input class="in" ref={field} maxLength={200} placeholder={t().promiseWhat} aria-label={t().promiseWhat} value={what.value} onInput={(event) => (what.value = event.currentTarget.value)} />
      <div class="row wrap">
        <span class="label">{t().promiseBy}</span>
        {choices.map(([word, when]) => (
          <button type="button" class={Math.abs(due.value - when) < 60_000 ? "btn is-small is-on" : "btn is-small"} onClick={() => (due.value = when)}>
            {word}
          </button>
        ))}
        <input class="in when" type="datetime-local" aria-label={t().promiseBy} value={toField(due.value)} onInput={(event) => (due.value = fromField(event.currentTarget.value) ?? due.value)} />
        <span class="row end">
          <button type="button" class="btn is-small is-quiet" onClick={leave}>
            {t().cancel}
          </button>
          <button class="btn is-small" disabled={!what.value.trim() || busy.value}>
            {t().promiseMake}
          </button>
        </span>
      </div>
    </form>
  );
}

/** Promises made in this call, until the history shows them. */
export const madeNow = signal<(PromiseLine & { interaction: string })[]>([]);

/** What is left until a promise is due, amber in its last fifth. */
export function PromiseRow({ promise, mine }: { promise: PromiseLine; mine: string }): JSX.Element {
  const left = promise.due - now.value;
  const share = Math.max(0, Math.min(1, (now.value - promise.made) / Math.max(1, promise.due - promise.made)));
  const tone = left < 0 ? "late" : share > 0.8 || left < 2 * HOUR ? "soon" : "";
  return (
    <div class="prom">
      <span>
        <b class="b" lang={f.langOf(promise.what)}>
          {t().promised(promise.what)}
        </b>
        <br />
        <span class="small t2">{t().byWhen(f.dayAndTime(promise.due, now.value), promise.by === null ? "" : promise.by === mine ? t().youName : agentName(promise.by))}</span>
      </span>
      <span class={`count num ${tone}`}>{f.due(left)}</span>
      <div class="bar">
        <i class={tone ? `is-${tone}` : ""} style={{ width: `${(share * 100).toFixed(1)}%` }} />
      </div>
    </div>
  );
}
