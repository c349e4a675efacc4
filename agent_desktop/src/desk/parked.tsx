/** Parked callers whom one may fetch: a card beside the call or the day, and the word in the deck after one has parked somebody. */
import type { JSX } from "preact";
import * as f from "../shared/format";
import { Clocked, Kbd, Mark } from "../shared/parts";
import type { CallView, ParkedView } from "../shared/types";
import * as act from "./actions";
import { agentName, me, parked } from "./session";
import { queueName, t } from "./text";

export function ParkedCallers(): JSX.Element | null {
  const list = parked.value;
  if (list.length === 0) return null;
  return (
    <section class="card work" id="parked" aria-label={t().parked}>
      <div class="hd">
        <h2 class="label">{t().parked}</h2>
        <span class="small t3 num">{f.count(list.length)}</span>
      </div>
      <ul>
        {list.map((one) => (
          <Row key={one.interaction} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Row({ one }: { one: ParkedView }): JSX.Element {
  const who = one.name || one.display || t().withheld;
  const mine = one.by === me.value?.agent;
  const about = [queueName(one.queue), mine ? t().parkedByYou : t().parkedBy(agentName(one.by))].filter(Boolean).join(f.joiner());
  const timing = (now: number): string => (mine ? t().parkedMine : t().parkedLeft)(f.running(now - one.since), f.left(Math.max(0, one.until - now)));
  return (
    <li>
      <div class="row">
        <Mark kind="call" />
        <span class="who grow">
          <b class="b cut" lang={f.langOf(who, one.language)}>
            {who}
          </b>
          <span class="small t2 cut">{about}</span>
          <Clocked class="small t2 num" text={timing} />
        </span>
        <button class="btn is-small" disabled={!act.canFetch()} onClick={() => act.fetchParked(one.interaction)}>
          {t().fetch}
        </button>
      </div>
    </li>
  );
}

/** Of the call in wrap-up, while its caller is parked. */
export const isParked = (at: CallView): ParkedView | undefined => parked.value.find((one) => one.interaction === at.interaction);

export const ParkedFor = ({ one }: { one: ParkedView }): JSX.Element => <Clocked text={(now) => t().parkedFor(f.running(now - one.since))} />;

export function Park(): JSX.Element {
  return (
    <button id="park" class="btn" title={t().parkThen} aria-keyshortcuts="Alt+L" onClick={act.park}>
      {t().park} <Kbd>Alt L</Kbd>
    </button>
  );
}
