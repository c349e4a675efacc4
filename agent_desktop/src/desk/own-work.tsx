/** On a quiet desk: one's own open cases, and for supervisors what colleagues promised and is overdue. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { get } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import type { CaseLine, CaseList } from "../shared/types";
import { c, openCase } from "./case-page";
import { agentName, me, reminders } from "./session";
import { t } from "./text";
import { where } from "./where";

const SHOWN = 8;
const SOON_MS = 7_200_000;

const own = signal<readonly CaseLine[]>([]);

/** What was read before stays when this reading fails: the promises above say that the history can't be read. */
export async function readOwnWork(): Promise<void> {
  own.value = (await get<CaseList>("/cases").catch(() => null))?.cases ?? own.value;
}

const tone = (left: number): string => (left < 0 ? "late" : left < SOON_MS ? "soon" : "");

export function OwnCases(): JSX.Element | null {
  if (own.value.length === 0) return null;
  return (
    <section class="block" id="own-cases" aria-label={c().yourCases}>
      <h2 class="label">{c().yourCases}</h2>
      <ul class="rows">
        {own.value.slice(0, SHOWN).map((one) => (
          <li key={one.id} class="with-act">
            <button class="row-btn cut" onClick={() => openCase(one.id)}>
              <span class="b" lang={f.langOf(one.title)}>
                {one.title}
              </span>
              <span class="sub cut">{[t().caseNo(one.id), one.state === "waiting" ? c().waiting : "", t().priorities[String(one.priority)] ?? ""].filter(Boolean).join(f.joiner())}</span>
            </button>
            {one.due !== null && <span class={`v num ${tone(one.due - now.value)}`}>{f.due(one.due - now.value)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function OverduePromises(): JSX.Element | null {
  const overdue = reminders.value.filter((one) => one.due < now.value && one.by !== me.value?.agent);
  if (overdue.length === 0) return null;
  return (
    <section class="block" id="overdue-promises" aria-label={c().overdueHere}>
      <h2 class="label">{c().overdueHere}</h2>
      <ul class="rows">
        {overdue.slice(0, SHOWN).map((one) => (
          <li key={one.id} class="with-act">
            <button class="row-btn cut" onClick={() => (where.value = { is: "customer", id: one.customer })}>
              <span class="b" lang={f.langOf(one.what)}>
                {one.what}
              </span>
              <span class="sub cut">{[one.by ? c().by(agentName(one.by)) : "", one.name ? c().caseOf(one.name) : ""].filter(Boolean).join(f.joiner())}</span>
            </button>
            <span class="v num late">{f.due(one.due - now.value)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
