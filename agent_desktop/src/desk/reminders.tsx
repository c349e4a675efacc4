/**
 * One's own promises that are due within half an hour or overdue, and for supervisors what colleagues let pass: one bar each, with the
 * time that is left. Put away, a promise comes back when its time has passed.
 */
import { computed, effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { words } from "../shared/i18n";
import type { DuePromise } from "../shared/types";
import { Bar } from "./bars";
import { agentName, me, reminders } from "./session";
import { t } from "./text";
import { keep, said, takeBack, takenBack } from "./undo";
import { where } from "./where";
import { reminding } from "./words/reminding";

const m = words(reminding);

/** What was put away, each as it stood then: due soon, or overdue. */
const seen = signal<ReadonlySet<string>>(new Set());

const isLate = (one: DuePromise): boolean => one.due <= now.value;
const stand = (one: DuePromise): string => `${one.id} ${isLate(one)}`;

const open = computed(() => reminders.value.filter((one) => !seen.value.has(stand(one))));
const mine = computed(() => open.value.filter((one) => one.by === me.value?.agent));
const others = computed(() => open.value.filter((one) => one.by !== me.value?.agent));

const putAway = (those: readonly DuePromise[]): void => {
  seen.value = new Set([...seen.value, ...those.map(stand)]);
};

const toCustomer = (one: DuePromise): void => {
  where.value = { is: "customer", id: one.customer };
};

async function kept(one: DuePromise): Promise<void> {
  if (await keep(one.id, one.what)) putAway([one]);
}

// What was not kept after all is reminded of again.
effect(() => {
  const back = takenBack.value;
  seen.value = new Set([...seen.peek()].filter((one) => !back.some((id) => one.startsWith(`${id} `))));
});

/** What was just kept, or promised, and the way back. */
export function UndoBar(): JSX.Element | null {
  const one = said.value;
  const left = one ? one.until - now.value : 0;
  if (!one || left <= 0) return null;
  return (
    <Bar is="done" what={one.made ? m().made : m().kept} then={one.what}>
      <span class="num">{f.seconds(left)}</span>
      <button id="undo" class="btn is-small" onClick={() => void takeBack(one)}>
        {m().undo}
      </button>
    </Bar>
  );
}

export function Reminders(): JSX.Element {
  const [first] = mine.value;
  const [late] = others.value;
  return (
    <>
      {first && (
        <Bar is={isLate(first) ? "bad" : "warn"} what={<span class="num">{m().yours(f.due(first.due - now.value))}</span>} then={told(first, mine.value.length - 1)}>
          <button class="btn is-small" onClick={() => void kept(first)}>
            {t().keptIt}
          </button>
          <button class="btn is-small" onClick={() => toCustomer(first)}>
            {m().customer}
          </button>
          <button class="btn is-small" onClick={() => putAway([first])}>
            {t().putAway}
          </button>
        </Bar>
      )}
      {late && (
        <Bar is="warn" what={<span class="num">{m().theirs(late.by ? agentName(late.by) : m().nobody, f.due(late.due - now.value))}</span>} then={told(late, others.value.length - 1)}>
          <button class="btn is-small" onClick={() => toCustomer(late)}>
            {m().customer}
          </button>
          <button class="btn is-small" onClick={() => putAway(others.value)}>
            {t().putAway}
          </button>
        </Bar>
      )}
    </>
  );
}

/** What it is, for whom, and how many more there are. */
function told(one: DuePromise, more: number): string {
  return [one.what, one.name, more > 0 ? m().more(more) : ""].filter(Boolean).join(f.joiner());
}
