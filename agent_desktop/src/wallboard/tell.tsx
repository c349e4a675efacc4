// The supervisor's switch on the board: callers are told of a known incident. A TV, which has only a token, never shows it.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { csrf, Failure, get } from "../shared/api";
import { Incidents, notTold, tellCallers } from "../shared/incidents";
import type { IncidentWay, IncidentWays, Me, WallboardView } from "../shared/types";

const SUPERVISORS = ["supervisor", "administrator"];

export function Tell({ view }: { view: WallboardView }): JSX.Element | null {
  const ways = useSignal<readonly IncidentWay[]>([]);
  const open = useSignal(false);
  const wrong = useSignal("");
  useEffect(() => {
    if (location.hash.includes("token=")) return;
    void (async () => {
      const me = await get<Me>("/session");
      csrf.value = me.csrf;
      if (SUPERVISORS.includes(me.role)) ways.value = (await get<IncidentWays>("/incidents")).incidents;
    })().catch(() => undefined);
  }, []);
  if (ways.value.length === 0) return null;
  const attempt = async <A,>(action: () => Promise<A>): Promise<A | null> => {
    wrong.value = "";
    try {
      return await action();
    } catch (error) {
      const problem = error instanceof Failure ? error.problem : null;
      wrong.value = problem === null ? notTold() : [problem.title, problem.todo].filter(Boolean).join(" ");
      return null;
    }
  };
  return (
    <span class="tell">
      <button class="btn" aria-haspopup="dialog" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        {tellCallers()}
      </button>
      {open.value && (
        <div class="tell-panel" role="dialog" aria-label={tellCallers()} onKeyDown={(event) => event.key === "Escape" && (open.value = false)}>
          <Incidents ways={ways.value} queues={view.queues} name={(agent) => view.agents.find((one) => one.agent === agent)?.name ?? agent} attempt={attempt} />
          <p class="small late" role="alert">{wrong.value}</p>
        </div>
      )}
    </span>
  );
}
