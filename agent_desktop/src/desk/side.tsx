/** The side column: cases and promises of who is calling, answers; on a quiet desk the knowledge base and who is here. */
import type { JSX } from "preact";
import * as f from "../shared/format";
import { now } from "../shared/clock";
import { Chip, Panel, Running, stateClass } from "../shared/parts";
import type { CaseLine, Person } from "../shared/types";
import { named } from "../shared/words";
import { Answers, Ask, Hot, Reader } from "./kb";
import { madeNow, PromiseRow } from "./note";
import { personOf } from "./pieces";
import { agentName, call, me, pop, room } from "./session";
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
          <WorkList />
          <Cases who={personOf(open.piece)} about={open.piece} />
          <Ask />
        </>
      ) : at ? (
        <>
          <WorkList />
          {pop.value && <Cases who={person.value} about={work.value?.interaction ?? null} />}
          {pop.value && <Answers />}
          <Ask />
        </>
      ) : (
        <>
          <WorkList />
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

/** Of whoever calls, or left the message; `about`: that call or message. */
function Cases({ who, about }: { who: Person | null; about: string | null }): JSX.Element {
  const mine = me.value?.agent ?? "";
  const made = madeNow.value.filter((one) => one.interaction === about && !who?.promises.some((known) => known.id === one.id));
  const promises = [...made, ...(who?.promises ?? [])];
  const cases = who?.cases ?? [];
  if (cases.length === 0 && promises.length === 0) {
    return (
      <section class="card">
        <Panel state={{ is: "empty", what: t().noCase, will: t().noCaseThen }} />
      </section>
    );
  }
  const loose = promises.filter((one) => !cases.some((known) => known.id === one.case));
  return (
    <>
      {cases.slice(0, 3).map((one) => (
        <section class="card case" key={one.id}>
          <div class="hd">
            <h2 class="label">{t().openCase(one.id)}</h2>
            <Chip>{ownerAndAge(one, mine)}</Chip>
          </div>
          <h3 lang={f.langOf(one.title)}>{one.title}</h3>
          {promises
            .filter((promise) => promise.case === one.id)
            .map((promise) => (
              <PromiseRow key={promise.id} promise={promise} mine={mine} />
            ))}
        </section>
      ))}
      {loose.length > 0 && (
        <section class="card case">
          {loose.map((promise) => (
            <PromiseRow key={promise.id} promise={promise} mine={mine} />
          ))}
        </section>
      )}
    </>
  );
}

function ownerAndAge(one: CaseLine, mine: string): string {
  const days = f.dayNumber(now.peek()) - f.dayNumber(one.opened);
  const age = days === 0 ? f.timeOfDay(one.opened) : f.days(days);
  return one.owner === mine ? t().yours(age) : one.owner ? t().caseOf(agentName(one.owner), age) : age;
}

// --- who is here

const ORDER = ["talking", "reserved", "ready", "wrap_up", "not_ready"];

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
