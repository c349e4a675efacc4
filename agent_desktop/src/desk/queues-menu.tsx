/** The queues, for those who have something to say about them: an agent takes no calls of one, a supervisor closes one. */
import { signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { post } from "../shared/api";
import * as f from "../shared/format";
import { siteText } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Incidents } from "../shared/incidents";
import type { ClosingView, Done, QueueChoice, QueueView } from "../shared/types";
import { useOutside } from "./outside";
import { agentName, closings, incidents, me, queues } from "./session";
import { queueName, t } from "./text";
import { attempt } from "./work";

export const queuesOpen = signal(false);

const close = (closing: string, only?: string[]): void => {
  void attempt(() => post<Done>("/queues/close", { closing, queues: only ?? null }));
};
const reopen = (only?: string[]): void => {
  void attempt(() => post<Done>("/queues/open", { queues: only ?? null }));
};

const choices = (): readonly QueueChoice[] => me.value?.choices ?? [];

export function QueuesMenu(): JSX.Element | null {
  if (closings.value.length === 0 && choices().length === 0) return null;
  return (
    <div class="self">
      <button id="queues-menu" class="icon-btn" aria-label={t().queuesMenu} aria-haspopup="menu" aria-expanded={queuesOpen.value} onClick={() => (queuesOpen.value = !queuesOpen.value)}>
        <Icon name="more" />
      </button>
      {queuesOpen.value && <Open />}
    </div>
  );
}

function Open(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useOutside(box, () => (queuesOpen.value = false), "#queues-menu");
  return (
    <div class="menu at-end queues-menu" ref={box} role="group" aria-label={t().queuesMenu}>
      {choices().length > 0 && (
        <>
          <p class="label">{t().takesOf}</p>
          {choices().map((one) => (
            <Choice key={one.queue} one={one} />
          ))}
        </>
      )}
      {choices().length > 0 && closings.value.length > 0 && <hr />}
      {closings.value.length > 0 && <Switches ways={closings.value} />}
      {incidents.value.length > 0 && (
        <>
          <hr />
          <Incidents ways={incidents.value} queues={queues.value} name={agentName} attempt={attempt} />
        </>
      )}
    </div>
  );
}

function Choice({ one }: { one: QueueChoice }): JSX.Element {
  return (
    <button
      class="menu-item"
      role="checkbox"
      aria-checked={one.takes}
      onClick={() => void attempt(() => post<Done>(`/agent/queues/${encodeURIComponent(one.queue)}`, { takes: !one.takes }))}
    >
      <span class="grow">{queueName(one.queue)}</span>
      {one.takes ? <Icon name="check" small /> : <span class="small soon">{t().takesNoneOf}</span>}
    </button>
  );
}

function Switches({ ways }: { ways: readonly ClosingView[] }): JSX.Element {
  const chosen = useSignal("");
  const sure = useSignal(false);
  const way = ways.find((one) => one.id === chosen.value) ?? ways[0];
  if (way === undefined) return <></>;
  const all = queues.value;
  const open = all.filter((queue) => queue.closed === null);
  return (
    <>
      <label class="row menu-row">
        <span class="small t2">{t().closeAs}</span>
        <select class="in grow" value={way.id} onChange={(event) => (chosen.value = event.currentTarget.value)}>
          {ways.map((one) => (
            <option key={one.id} value={one.id}>
              {siteText(one.name, one.id)}
            </option>
          ))}
        </select>
      </label>
      <p class="small t3 menu-row">{way.waiting ? t().lineGoes : t().lineStays}</p>
      <hr />
      {all.map((queue) => (
        <Switch key={queue.id} queue={queue} way={way} />
      ))}
      <hr />
      <div class="row menu-row">
        {open.length > 0 && (
          <button
            class={sure.value ? "btn is-main" : "btn"}
            onClick={() => {
              // The whole house is not closed by one slip of the hand.
              if (sure.value) close(way.id);
              sure.value = !sure.value;
            }}
          >
            {sure.value ? t().closeAllSure(siteText(way.name, way.id)) : t().closeAll}
          </button>
        )}
        {open.length < all.length && (
          <button class="btn" onClick={() => reopen()}>
            {t().openAll}
          </button>
        )}
      </div>
    </>
  );
}

function Switch({ queue, way }: { queue: QueueView; way: ClosingView }): JSX.Element {
  const { closed } = queue;
  const name = siteText(queue.name, queue.id);
  return (
    <div class="row menu-row queue-switch">
      <span class="grow">
        {name}
        {closed !== null && <span class="small soon">{t().closedBy(siteText(closed.name, closed.closing), agentName(closed.by), f.timeOfDay(closed.since))}</span>}
      </span>
      {closed === null ? (
        <button class="btn" aria-label={`${t().closeQueue}: ${name}`} onClick={() => close(way.id, [queue.id])}>
          {t().closeQueue}
        </button>
      ) : (
        <button class="btn" aria-label={`${t().openQueue}: ${name}`} onClick={() => reopen([queue.id])}>
          {t().openQueue}
        </button>
      )}
    </div>
  );
}
