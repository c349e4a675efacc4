/** The side column: cases and promises of who is calling, answers; on a quiet desk the knowledge base and who is here. */
import type { JSX } from "preact";
import * as f from "../shared/format";
import { Running, stateClass } from "../shared/parts";
import { named } from "../shared/words";
import { InShort } from "./about";
import { Cases } from "./cases";
import { KnownBy } from "./identity";
import { Answers, Ask, Hot, Reader } from "./kb";
import { ParkedCallers } from "./parked";
import { personOf } from "./pieces";
import { call, me, pop, room } from "./session";
import { reasonName, t } from "./text";
import { reading, where } from "./where";
import { person, work } from "./work";
import { WorkList } from "./work-list";

export function Side(): JSX.Element {
  const at = call.value;
  const open = where.value;
  return (
    <aside class="side">
      {reading.value !== null ? (
        <Reader id={reading.value} />
      ) : open.is === "work" ? (
        <>
          <ParkedCallers />
          <WorkList />
          <Cases who={personOf(open.piece)} about={open.piece} />
          <Ask />
        </>
      ) : at ? (
        <>
          <ParkedCallers />
          <WorkList />
          {where.value.is === "customer" && <InShort />}
          {where.value.is === "customer" && <KnownBy />}
          {pop.value && <Cases who={person.value} about={work.value?.interaction ?? null} />}
          {pop.value && <Answers />}
          {where.value.is !== "customer" && <InShort />}
          {where.value.is !== "customer" && <KnownBy />}
          <Ask />
        </>
      ) : (
        <>
          <ParkedCallers />
          <WorkList />
          <InShort />
          <KnownBy />
          <Ask />
          <section class="card" aria-label={t().hotQuestions}>
            <div class="hd">
              <h2 class="label">{t().hotQuestions}</h2>
            </div>
            <Hot />
          </section>
          <Here />
        </>
      )}
    </aside>
  );
}

// --- who is here

const ORDER = ["talking", "dialling", "ringing", "offered", "ready", "wrap_up", "not_ready"];

function Here(): JSX.Element | null {
  const view = room.view.value;
  if (!view) return null;
  const others = view.agents.filter((one) => one.state !== "signed_out" && one.agent !== me.value?.agent);
  const shown = [...others].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)).slice(0, 8);
  if (shown.length === 0) return null;
  const here = view.agents.filter((one) => one.state !== "signed_out").length;
  return (
    <section class="card" aria-label={t().whoIsHere}>
      <div class="hd">
        <h2 class="label">{t().whoIsHere}</h2>
        <span class="small t3 num">{t().hereOf(f.count(here), f.count(view.agents.length))}</span>
      </div>
      <ul class="here">
        {shown.map((one) => (
          <li key={one.agent} class={`row ${stateClass(one.state)}`}>
            <i class="dot" />
            <span class="b cut name" lang={f.langOf(one.name)}>
              {one.name}
            </span>
            <span class="t2 small grow cut">{one.state === "not_ready" ? reasonName(one.reason) : named("states", one.state)}</span>
            <Running class="t2" since={one.since} />
          </li>
        ))}
      </ul>
    </section>
  );
}
