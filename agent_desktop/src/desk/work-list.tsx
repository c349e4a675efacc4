/** Text work in this agent's hand: a card beside the call or the day. */
import type { JSX } from "preact";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { Clocked, Mark, Panel } from "../shared/parts";
import type { WorkView } from "../shared/types";
import { decline, open, pieces } from "./pieces";
import { agentName, call, queues } from "./session";
import { queueName, t, w } from "./text";
import { where } from "./where";

/** On a quiet desk it says what will stand here; beside a call it is there only when there is something. */
export function WorkList(): JSX.Element | null {
  const list = pieces.value;
  if (list.length === 0 && call.value) return null;
  const fresh = list.find((one) => one.state === "offered");
  return (
    <section class="card work" aria-label={w().yours}>
      <div class="hd">
        <h2 class="label">{w().yours}</h2>
        {list.length > 0 && <span class="small t3 num">{f.count(list.length)}</span>}
      </div>
      {list.length === 0 ? (
        <Panel state={{ is: "empty", what: w().none, will: w().noneThen }} />
      ) : (
        <ul>
          {list.map((one) => (
            <Row key={one.piece} piece={one} />
          ))}
        </ul>
      )}
      <div class="vh" aria-live="polite">
        {fresh && w().came(leftBy(fresh), queueName(fresh.queue))}
      </div>
    </section>
  );
}

/** Who left it, in one line. */
export const leftBy = (piece: WorkView): string => piece.name || piece.display || t().withheld;

function Row({ piece }: { piece: WorkView }): JSX.Element {
  const shown = where.value;
  const who = leftBy(piece);
  const about = [queueName(piece.queue), piece.given_by !== null && piece.state === "offered" && w().from(agentName(piece.given_by))].filter(Boolean).join(f.joiner());
  return (
    <li class={piece.state === "offered" ? "is-new" : ""} aria-current={shown.is === "work" && shown.piece === piece.piece ? "true" : undefined}>
      <button class="row-btn" onClick={() => void open(piece)}>
        <Mark kind={piece.kind} live={piece.state === "offered" ? "ringing" : undefined} />
        <span class="who">
          <b class="b cut" lang={f.langOf(who)}>
            {who}
          </b>
          <span class="small t2 cut">
            {about} <span class="num">{f.running(piece.length)}</span>
          </span>
        </span>
        {piece.state === "open" ? <Left piece={piece} /> : <Clocked class="small t2" text={(at) => timing(piece, at)} />}
      </button>
      {piece.state === "offered" && (
        <span class="acts">
          <button class="btn is-small" onClick={() => void open(piece)}>
            {w().open}
          </button>
          <button class="btn is-small is-quiet" onClick={() => decline(piece.piece)}>
            {w().notNow}
          </button>
        </span>
      )}
    </li>
  );
}

/** What is left of the time in which the queue wants it seen to; late in red words. */
function Left({ piece }: { piece: WorkView }): JSX.Element {
  const level = queues.value.find((one) => one.id === piece.queue)?.text_level_s;
  if (level === undefined) return <Clocked class="small t2" text={(at) => timing(piece, at)} />;
  const left = piece.since + level * 1000 - now.value;
  return <span class={`small num ${left < 0 ? "late" : "t2"}`}>{f.due(left)}</span>;
}

/** How long it waits, how long there is to open it, or until when it is kept. */
function timing(piece: WorkView, at: number): string {
  if (piece.state === "later" && piece.until !== null) return w().keptUntil(f.dayOrTime(piece.until, now.peek()));
  if (piece.state === "offered" && piece.until !== null) return w().toOpen(f.left(Math.max(0, piece.until - at)));
  return w().waits(f.atRest(at - piece.since));
}
