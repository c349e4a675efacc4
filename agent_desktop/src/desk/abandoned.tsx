/** Callers who left before anybody had them: gone from the list when they call again, are reached, or somebody has seen to it. */
import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get, post } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { Icon } from "../shared/icons";
import { Panel, type PanelState } from "../shared/parts";
import type { Abandoned, AbandonedList, Done } from "../shared/types";
import { Dial } from "./dial";
import { agentName, queues } from "./session";
import { queueName, t } from "./text";
import { where } from "./where";
import { attempt } from "./work";

const SHOWN = 8;
/** What happened reaches the history within a second. */
const SETTLED_MS = 1500;
/** A colleague may have called one of them: no count tells of it. */
const AGAIN_MS = 5000;

const callers = signal<Abandoned[] | "failed" | null>(null);

export async function readAbandoned(): Promise<void> {
  try {
    callers.value = (await get<AbandonedList>("/abandoned")).callers;
  } catch {
    if (!Array.isArray(callers.value)) callers.value = "failed";
  }
}

/** The list is read anew when somebody has left, or somebody was answered. */
let counted = "";
effect(() => {
  const count = queues.value.map((one) => `${one.abandoned} ${one.answered}`).join();
  if (count === counted) return undefined;
  const first = counted === "";
  counted = count;
  if (first) return undefined;
  const timer = setTimeout(() => void readAbandoned(), SETTLED_MS);
  return () => clearTimeout(timer);
});

async function handle(one: Abandoned): Promise<void> {
  if (await attempt(() => post<Done>(`/abandoned/${encodeURIComponent(one.interaction)}/handled`, { done: one.handled_by === null }))) void readAbandoned();
}

export function AbandonedCallers(): JSX.Element | null {
  const got = callers.value;
  const some = Array.isArray(got) && got.length > 0;
  useEffect(() => {
    if (!some) return undefined;
    const timer = setInterval(() => void readAbandoned(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [some]);
  if (got === null || (Array.isArray(got) && got.length === 0)) return null;
  const state: PanelState = got === "failed" ? { is: "error", what: t().historyNotRead, works: t().historyNotReadThen, again: () => void readAbandoned() } : { is: "ready" };
  const rows = got === "failed" ? [] : got;
  return (
    <section class="block" aria-label={t().leftCallers}>
      <h2 class="label">
        {t().leftCallers} <span class="num">{f.count(rows.filter((one) => one.handled_by === null).length)}</span>
      </h2>
      <Panel state={state}>
        <ul class="rows">
          {rows.slice(0, SHOWN).map((one) => (
            <Row key={one.interaction} one={one} />
          ))}
        </ul>
      </Panel>
    </section>
  );
}

function Row({ one }: { one: Abandoned }): JSX.Element {
  const name = one.name || one.number;
  const by = one.handled_by === null ? "" : t().handledBy(agentName(one.handled_by));
  const parts = [one.name ? one.number : "", queueName(one.queue), t().leftAfter(f.atRest(one.waited)), one.tries > 0 ? t().triedTimes(one.tries) : "", by];
  return (
    <li class="with-act">
      <span class="cut">
        <button class="name-btn b" lang={f.langOf(name)} onClick={() => (where.value = { is: "customer", id: one.customer })}>
          {name}
        </button>
        <span class="sub cut">{parts.filter(Boolean).join(f.joiner())}</span>
      </span>
      <span class="v num">{f.dayAndTime(one.at, now.value)}</span>
      <Dial number={one.number} />
      <button class="btn is-small" onClick={() => void handle(one)}>
        <Icon name={one.handled_by === null ? "check" : "back"} small />
        {one.handled_by === null ? t().handledDone : t().handledNot}
      </button>
    </li>
  );
}
