/** Known incidents, for supervisors: what callers are told before the menu and in line, for whom, and until when. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { post } from "../shared/api";
import * as f from "../shared/format";
import { siteText } from "../shared/i18n";
import { Clocked } from "../shared/parts";
import type { Done, IncidentView, IncidentWay } from "../shared/types";
import { agentName, queues } from "./session";
import { queueName, t } from "./text";
import { attempt } from "./work";

/** Minutes. */
const SPANS = [30, 60, 120, 240, 720] as const;

/** Each once, the whole site's first. */
function known(): IncidentView[] {
  const found = new Map<string, IncidentView>();
  for (const queue of queues.value) {
    for (const one of queue.incidents) found.set(one.queue ?? "", one);
  }
  return [...found.values()].sort((a, b) => (a.queue ?? "").localeCompare(b.queue ?? ""));
}

const whom = (queue: string | null): string => (queue === null ? t().allCallers : queueName(queue));

export function Incidents({ ways }: { ways: readonly IncidentWay[] }): JSX.Element {
  const chosen = useSignal("");
  const where = useSignal("");
  const minutes = useSignal<number>(SPANS[1]);
  const way = ways.find((one) => one.id === chosen.value) ?? ways[0];
  if (way === undefined) return <></>;
  const tell = (): void => {
    void attempt(() => post<Done>("/incidents", { incident: way.id, minutes: minutes.value, queue: where.value || null }));
  };
  return (
    <>
      <p class="label">{t().tellCallers}</p>
      {known().map((one) => (
        <InForce key={one.queue ?? ""} one={one} />
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
      <div class="row menu-row">
        <select class="in grow" aria-label={t().tellWhom} value={where.value} onChange={(event) => (where.value = event.currentTarget.value)}>
          <option value="">{t().allCallers}</option>
          {queues.value.map((queue) => (
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

function InForce({ one }: { one: IncidentView }): JSX.Element {
  const over = useSignal(false);
  const name = siteText(one.name, one.incident);
  return (
    <div class="row menu-row" hidden={over.value}>
      <span class="grow">
        {whom(one.queue)}
        <span class="small soon">
          <Clocked
            text={(now) => {
              over.value = one.until <= now;
              return t().toldUntil(name, agentName(one.by), f.timeOfDay(one.until));
            }}
          />
        </span>
      </span>
      <button class="btn" aria-label={`${t().tellNoMore}: ${whom(one.queue)}`} onClick={() => void attempt(() => post<Done>("/incidents/over", { queue: one.queue }))}>
        {t().tellNoMore}
      </button>
    </div>
  );
}
