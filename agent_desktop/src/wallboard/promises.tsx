// What was promised to customers and is overdue, or due within hours: who must think of whom, and how long is left.

import type { JSX } from "preact";
import { due, langOf, NOTHING, shortName } from "../shared/format";
import type { PromiseTile, WallboardView } from "../shared/types";
import { second, type Board } from "./board";
import { t } from "./words";

const SOON_MS = 1_800_000;
/** So many fit on a wall; the others are counted. */
const SHOWN = 4;

export function Promises({ board, view }: { board: Board; view: WallboardView }): JSX.Element {
  const fresh = board.fresh.value;
  const more = view.promises.length - SHOWN;
  return (
    <section class="promises" aria-label={t().promises}>
      <h2>{t().promises}</h2>
      {fresh === "lost" ? (
        <span class="none">{NOTHING}</span>
      ) : view.promises.length === 0 ? (
        <span class="t2">{t().promisesNone}</span>
      ) : (
        <ul>
          {view.promises.slice(0, SHOWN).map((one) => (
            <Promised key={one.id} one={one} view={view} live={fresh === "live"} />
          ))}
          {more > 0 && <li class="more t2 num">{t().morePromises(more)}</li>}
        </ul>
      )}
    </section>
  );
}

function Promised({ one, view, live }: { one: PromiseTile; view: WallboardView; live: boolean }): JSX.Element {
  const left = one.due - second.value;
  const agent = view.agents.find((each) => each.agent === one.by)?.name ?? t().promisedByNobody;
  const customer = one.name ? shortName(one.name) : t().promisedSomebody;
  return (
    <li class={!live ? "" : left < 0 ? "is-late" : left < SOON_MS ? "is-soon" : ""}>
      <b class="num">{due(left)}</b>
      <span class="cut" lang={langOf(`${agent}${customer}`)}>{t().promisedTo(shortName(agent), customer)}</span>
    </li>
  );
}
