// What a day came to, by queue and half hour; who waited longest, and why. For supervisors: `/wallboard?view=reports`.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Failure, get, withQuery } from "../shared/api";
import { atRest, count, dayNumber, NOTHING, percent, timeOfDay } from "../shared/format";
import { siteText } from "../shared/i18n";
import { LangSwitch, Panel, ThemeSwitch } from "../shared/parts";
import type { Calls, DayReport, Figures, HalfHour, Line, WallboardView } from "../shared/types";
import { t as waits, WaitAccount } from "../shared/waits";
import { address, second, type Board } from "./board";
import { longest, type Waited } from "./model";
import { t } from "./words";

/** Calls read to find those who waited longest. */
const READ = 200;
const SHOWN = 12;

const asked = new URLSearchParams(location.search).get("queue");
const day = signal("");
const queue = signal<string | null>(asked);
const report = signal<DayReport | "failed" | "forbidden" | null>(null);
const waited = signal<readonly Waited[]>([]);
const open = signal<string | null>(null);

async function read(): Promise<void> {
  report.value = null;
  try {
    const [found, calls, line] = await Promise.all([
      get<DayReport>(withQuery("/reports/day", { day: day.value || undefined })),
      get<Calls>(withQuery("/interactions", { limit: READ })),
      get<Line>("/line"),
    ]);
    report.value = found;
    waited.value = longest(found, calls, line);
  } catch (error) {
    report.value = error instanceof Failure && error.status === 403 ? "forbidden" : "failed";
  }
}

export function Reports({ board }: { board: Board }): JSX.Element {
  useEffect(() => void read(), []);
  const view = board.view.value;
  const got = report.value;
  const name = (id: string | null): string => (id === null ? NOTHING : siteText(view?.queues.find((q) => q.id === id)?.name, id));
  return (
    <main class="reports">
      <header>
        <h1>{t().reports}</h1>
        <label class="row">
          <span class="label">{t().day}</span>
          <input class="in" type="date" value={day.value || (typeof got === "object" && got ? got.day : "")} max={today()}
            onChange={(event) => { day.value = event.currentTarget.value; void read(); }} />
        </label>
        <span class="end row">
          <a class="btn is-quiet" href={address()}>{t().toBoard}</a>
          <LangSwitch /><ThemeSwitch />
        </span>
      </header>
      {got === null && <Panel state={{ is: "loading", bones: 6 }} />}
      {got === "forbidden" && <Panel state={{ is: "error", what: t().onlySupervisors, works: t().onlySupervisorsThen }} />}
      {got === "failed" && <Panel state={{ is: "error", what: t().notRead, works: t().notReadThen, again: () => void read() }} />}
      {typeof got === "object" && got && (
        <>
          <ByQueue of={got} name={name} />
          <ByHalfHour of={got} name={name} />
          <Longest view={view} name={name} />
        </>
      )}
    </main>
  );
}

/** The newest day that there can be a report of. */
function today(): string | undefined {
  const got = report.value;
  return typeof got === "object" && got && dayNumber(got.ends) === dayNumber(second.value) ? got.day : undefined;
}

function Heads({ first }: { first: string }): JSX.Element {
  return (
    <thead>
      <tr>
        {[first, t().calls, t().answered, t().abandoned, t().levelShort, t().average, t().told, t().inRange].map((word) => (
          <th scope="col">{word}</th>
        ))}
      </tr>
    </thead>
  );
}

function Cells({ of }: { of: Figures }): JSX.Element {
  const share = (part: number, whole: number): string => (whole === 0 ? NOTHING : percent(part / whole));
  return (
    <>
      <td>{count(of.calls)}</td>
      <td>{count(of.answered)}</td>
      <td>{count(of.abandoned)}</td>
      <td>{share(of.within, of.answered + of.abandoned)}</td>
      <td>{of.asa === null ? NOTHING : atRest(of.asa)}</td>
      <td>{of.told === 0 ? NOTHING : t().shareOf(share(of.kept, of.told), count(of.told))}</td>
      <td>{share(of.in_range, of.foreseen)}</td>
    </>
  );
}

function ByQueue({ of, name }: { of: DayReport; name: (id: string) => string }): JSX.Element {
  const pick = (id: string | null): void => void (queue.value = id);
  return (
    <section class="card">
      <h2>{t().queues}</h2>
      <table class="num">
        <Heads first={t().queue} />
        <tbody>
          <tr>
            <th scope="row"><button class="name-btn" aria-pressed={queue.value === null} onClick={() => pick(null)}>{t().title}</button></th>
            <Cells of={of.figures} />
          </tr>
          {of.queues.map((one) => (
            <tr key={one.queue}>
              <th scope="row"><button class="name-btn" aria-pressed={queue.value === one.queue} onClick={() => pick(one.queue)}>{name(one.queue)}</button></th>
              <Cells of={one.figures} />
            </tr>
          ))}
        </tbody>
      </table>
      <p class="t2 small">{t().reportFormulas}</p>
    </section>
  );
}

function ByHalfHour({ of, name }: { of: DayReport; name: (id: string) => string }): JSX.Element {
  const chosen = of.queues.find((one) => one.queue === queue.value);
  const rows: readonly HalfHour[] = chosen ? chosen.half_hours : of.half_hours;
  return (
    <section class="card">
      <h2>{t().byHalfHour(chosen ? name(chosen.queue) : t().title)}</h2>
      {rows.length === 0 ? (
        <Panel state={{ is: "empty", what: t().noCallsYet, will: t().noCallsThen }} />
      ) : (
        <table class="num">
          <Heads first={t().from} />
          <tbody>
            {rows.map((one) => (
              <tr key={one.at}>
                <th scope="row">{timeOfDay(one.at)}</th>
                <Cells of={one.figures} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Longest({ view, name }: { view: WallboardView | null; name: (id: string | null) => string }): JSX.Element {
  const all = waited.value.filter((one) => queue.value === null || one.queue === queue.value).slice(0, SHOWN);
  const agent = (id: string): string => view?.agents.find((one) => one.agent === id)?.name ?? id;
  return (
    <section class="card">
      <h2>{t().longestWaits}</h2>
      {all.length === 0 && <Panel state={{ is: "empty", what: t().nobodyWaited, will: t().nobodyWaitedThen }} />}
      <ul>
        {all.map((one) => (
          <li key={one.interaction}>
            <span class="row">
              <span class="num">{timeOfDay(one.at)}</span>
              <b class="num">{atRest(one.since === null ? one.waited : second.value - one.since)}</b>
              <span class="grow cut">{name(one.queue)}{one.since !== null && <span class="t2"> {one.calls ? t().calledAt(one.calls) : t().inLine}</span>}</span>
              <button class="btn is-small" aria-expanded={open.value === one.interaction}
                onClick={() => (open.value = open.value === one.interaction ? null : one.interaction)}>
                {waits().why}
              </button>
            </span>
            {open.value === one.interaction && <WaitAccount interaction={one.interaction} name={agent} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
