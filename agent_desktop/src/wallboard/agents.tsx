// Agents by state, with the time in it: a list while they fit, columns of short names up to about fifty.

import type { JSX } from "preact";
import { langOf, NOTHING } from "../shared/format";
import { Running, stateClass } from "../shared/parts";
import type { AgentTile, WallboardView } from "../shared/types";
import { named } from "../shared/words";
import type { Board } from "./board";
import { groups, lines, shortNames, type Group, type State } from "./model";
import { reasonWord, Tile } from "./parts";
import { t } from "./words";

/** How the agents' tile of the wall is laid out for so many of them. */
export interface Layout {
  /** 1: a list with the state's word in every line; more: columns, the words stand in the bar above. */
  columns: 1 | 2 | 3;
  rows: number;
}

const LIST_ROWS = 11;
/** Letters for which a line of the list has room beside a state's word. */
const LONG_NAME = 14;
const COLUMN_ROWS = 17;

export function layout(agents: number): Layout {
  if (agents <= LIST_ROWS) return { columns: 1, rows: LIST_ROWS };
  const columns = agents <= 30 ? 2 : 3;
  return { columns, rows: Math.min(COLUMN_ROWS, Math.max(12, Math.ceil(agents / columns))) };
}

/** `wall` undefined: there is room for all (the pocket scrolls). */
export function Agents({ board, view, wall }: { board: Board; view: WallboardView; wall?: Layout | undefined }): JSX.Element {
  const of = groups(view.agents);
  const here = of.reduce((sum, g) => sum + g.agents.length, 0);
  const away = of.find((g) => g.state === "not_ready")?.agents.length ?? 0;
  const columns = wall?.columns ?? 1;
  const shown = lines(of, wall ? wall.columns * wall.rows : here);
  const names = shown.map((line) => ("agent" in line ? line.agent.name : ""));
  const short = shortNames(names);
  const written = columns === 1 ? names.map((name, i) => (name.length > LONG_NAME ? short[i]! : name)) : short;
  const lost = board.fresh.value === "lost";
  return (
    <Tile board={board} title={t().agents} by={lost ? NOTHING : t().onAndAway(here - away, away)} class="is-agents">
      {here === 0 ? (
        <p class="empty">
          <b>{t().nobody}</b>
          <span>{t().nobodyHint}</span>
        </p>
      ) : (
        <>
          <Strip of={of} worded={columns > 1} />
          <ul class="agents" data-columns={columns > 1 ? columns : undefined} style={wall && columns > 1 ? { "--rows": wall.rows } : undefined}>
            {shown.map((line, i) =>
              "agent" in line ? (
                <li key={line.agent.agent} class={`agent ${stateClass(isSilent(line.agent) ? "overdue" : line.state)}`}>
                  {isSilent(line.agent) && columns > 1 ? <Mute /> : <i class="dot" />}
                  <b class="cut" lang={langOf(line.agent.name)}>{written[i]}</b>
                  {columns === 1 && <em class="cut">{isSilent(line.agent) ? t().silent : line.state === "not_ready" ? reasonWord(line.agent.reason, view.reasons) : [t().states[line.state], ...withWhom(line.agent.consult, view), ...recording(line.agent.recorded)].join(" · ")}</em>}
                  {lost ? <time class="num">{NOTHING}</time> : <Running since={line.agent.since} />}
                </li>
              ) : (
                <li key={`more-${line.state}`} class={`agent ${stateClass(line.state)}`}>
                  <i class="dot" />
                  <em class="num">{t().more(line.more)}</em>
                </li>
              ),
            )}
          </ul>
        </>
      )}
    </Tile>
  );
}

/** Whether an agent counts as at work whose desk does not answer. */
const isSilent = (agent: AgentTile): boolean => agent.silent && agent.state !== "not_ready";

/** In place of the dot, where there is no room for the word. */
function Mute(): JSX.Element {
  return (
    <i class="mute" title={t().silent}>
      <span aria-hidden="true">!</span>
      <span class="vh">{t().silent}</span>
    </i>
  );
}

/** The colleague an agent consults with. */
const withWhom = (agent: string | null, view: WallboardView): string[] => view.agents.filter((one) => one.agent === agent).map((one) => one.name);

/** What is worth a word of the recording of their talk. */
const recording = (recorded: string): string[] => (recorded === "failed" ? [t().notRecorded] : recorded === "paused" ? [t().recordingPaused] : []);

/** The bar of states: as wide as there are agents in each. `worded`: the word stands in it, because no line says it. */
function Strip({ of, worded }: { of: readonly Group[]; worded: boolean }): JSX.Element {
  const word = (state: State): string => t().states[state];
  return (
    <div class="strip">
      {of.map(({ state, agents }) => (
        <i key={state} class={`${stateClass(state)} num`} style={{ flexGrow: agents.length }} title={named("states", state)}>
          {agents.length}
          {worded ? <small>{word(state)}</small> : <span class="vh"> {word(state)}</span>}
        </i>
      ))}
    </div>
  );
}
