// The two shapes of the board: a wall read from five metres, and a pocket. The same parts in the same order.

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { date, dateInFull, timeOfDay, timeWithSeconds } from "../shared/format";
import { siteText } from "../shared/i18n";
import { LangSwitch, ThemeSwitch } from "../shared/parts";
import type { WallboardView } from "../shared/types";
import { setZone } from "../shared/zone";
import { Agents, layout } from "./agents";
import { address, second, type Board } from "./board";
import { Bar, Figures, Fresh, hasBar, Queues } from "./parts";
import { CurveTile } from "./plot";
import { Promises } from "./promises";
import { Tell } from "./tell";
import { t } from "./words";

const phone = matchMedia("(max-width: 899px)");
const narrow = signal(phone.matches);
phone.addEventListener("change", () => (narrow.value = phone.matches));

export function Screen({ board }: { board: Board }): JSX.Element {
  return narrow.value ? <Pocket board={board} /> : <Wall board={board} />;
}

/** The zone and the page's title follow the site. */
export function follow(board: Board): void {
  effect(() => {
    const view = board.view.value;
    if (!view) return;
    setZone(view.zone);
    document.title = t().page(siteText(view.site, "Hotline"));
  });
}

function Wall({ board }: { board: Board }): JSX.Element {
  const view = board.view.value;
  const people = view ? layout(view.agents.filter((a) => a.state !== "signed_out").length) : layout(0);
  return (
    <main class="board wall">
      <header class="wall-top">
        <h1>{t().title}</h1>
        {view && <span class="t2 num">{dateInFull(second.value)}</span>}
        <Fresh board={board} />
        <span class="choose">{view && <Tell view={view} />}<a href={address({ view: "reports" })}>{t().reports}</a><LangSwitch /><ThemeSwitch /></span>
        {view && <span class="clock num">{timeWithSeconds(second.value)}</span>}
      </header>
      <Bar board={board} />
      {view ? (
        <>
          <Figures board={board} view={view} />
          <Promises board={board} view={view} />
          <div class="rest" data-columns={people.columns}>
            <CurveTile board={board} view={view} />
            <Queues board={board} view={view} low={hasBar(board)} />
            <Agents board={board} view={view} wall={people} />
          </div>
        </>
      ) : (
        <Bones />
      )}
    </main>
  );
}

function Pocket({ board }: { board: Board }): JSX.Element {
  const view = board.view.value;
  return (
    <main class="board pocket">
      <header class="pocket-top">
        <h1>{t().title}</h1>
        <span class="clock num">{view && timeOfDay(second.value)}</span>
        <Fresh board={board} />
        <span class="date num">{view && date(second.value, second.value)}</span>
      </header>
      <Bar board={board} class="is-pocket" />
      {view ? <Parts board={board} view={view} /> : <Bones />}
      <footer class="pocket-foot">{view && <Tell view={view} />}<a href={address({ view: "reports" })}>{t().reports}</a><LangSwitch /><ThemeSwitch /></footer>
    </main>
  );
}

function Parts({ board, view }: { board: Board; view: WallboardView }): JSX.Element {
  return (
    <>
      <Figures board={board} view={view} />
      <Promises board={board} view={view} />
      <CurveTile board={board} view={view} />
      <Queues board={board} view={view} />
      <Agents board={board} view={view} />
    </>
  );
}

/** Before the first snapshot: the tiles in their places, empty. The style sheet shows them after 150 ms. */
function Bones(): JSX.Element {
  return (
    <>
      <section class="figures bones-in" aria-hidden="true">
        {[t().waiting, t().longest, t().level, t().average, t().abandoned].map((name) => (
          <div class="tile">
            <span class="figure-name">{name}</span>
            <span class="figure-value"><i class="bone" /></span>
            <span class="figure-foot"><i class="bone" /></span>
          </div>
        ))}
      </section>
      <div class="rest bones-in" data-columns="1" aria-hidden="true">
        {[t().curve, t().queues, t().agents].map((name) => (
          <section class="tile"><h2>{name}</h2></section>
        ))}
      </div>
    </>
  );
}
