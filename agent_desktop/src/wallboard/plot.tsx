// Today's curve, drawn by uPlot. Colours come from the tokens when it draws, sizes from the type around it.

import { useComputed, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { count, hourOfDay, joiner, timeOfDay } from "../shared/format";
import { lang } from "../shared/i18n";
import { theme } from "../shared/theme";
import type { WallboardView } from "../shared/types";
import { second, type Board } from "./board";
import { curve, scale, type Curve } from "./curve";
import type { Freshness } from "./model";
import { Tile } from "./parts";
import { t } from "./words";

const HOUR_S = 3600;
/** The fill under today's line, as the last two digits of a colour. */
const FILL_ALPHA = "24";

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A half hour changes with the minute and the counters, not with every second. */
export function CurveTile({ board, view }: { board: Board; view: WallboardView }): JSX.Element {
  const minute = useComputed(() => Math.floor(second.value / 60_000) * 60_000);
  const c = curve(view.today, view.zone, minute.value);
  const day = weekday(view.today.day);
  const usual = c.last?.usual ?? null;
  return (
    <Tile
      board={board}
      title={t().curve}
      class="is-curve"
      by={
        <>
          <span class="key"><i />{t().today}</span>
          {c.usual !== null && <span class="key is-usual"><i />{t().usualDay(day)}</span>}
        </>
      }
    >
      <Plot curve={c} label={label(c)} fresh={board.fresh.value} />
      <p class="plot-foot num">
        {c.last && <span>{t().lastFull(timeOfDay(c.last.since), timeOfDay(c.running.since), count(c.last.calls))}</span>}
        {usual !== null && <span>{t().usual(count(usual))}</span>}
        {c.usual === null && <span>{t().noUsual(day)}</span>}
      </p>
    </Tile>
  );
}

/** What the curve says, for those who hear it. */
function label({ last, running }: Curve): string {
  const before = last && t().curveIn(last.calls, last.usual === null ? null : count(last.usual));
  return [before, t().soFar(count(running.calls), timeOfDay(running.since))].filter(Boolean).join(joiner());
}

/** `Tuesday`, `周二`, `星期二` of a calendar day (`YYYY-MM-DD`), whatever the zone. */
const weekday = (day: string): string =>
  new Intl.DateTimeFormat(lang.value, { weekday: lang.value === "zh-Hans" ? "short" : "long", timeZone: "UTC" }).format(Date.parse(day));

interface Size {
  width: number;
  height: number;
  /** Pixels of the type around the plot; every line and figure is a share of it. */
  em: number;
}

interface Held {
  curve: Curve;
  fresh: Freshness;
}

function Plot({ curve: c, label, fresh }: { curve: Curve; label: string; fresh: Freshness }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const held = useRef<Held>({ curve: c, fresh });
  held.current = { curve: c, fresh };
  const [size, setSize] = useState<Size | null>(null);

  useEffect(() => {
    const element = box.current!;
    const measure = () => {
      const { width, height } = element.getBoundingClientRect();
      setSize({ width: Math.floor(width), height: Math.floor(height), em: parseFloat(getComputedStyle(element).fontSize) });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const language = lang.value;
  useEffect(() => {
    if (!size || size.width < 40 || size.height < 40) return undefined;
    plot.current = new uPlot(options(size, () => held.current), data(held.current.curve), box.current!);
    return () => {
      plot.current?.destroy();
      plot.current = null;
    };
  }, [size?.width, size?.height, size?.em, language]);

  useEffect(() => plot.current?.setData(data(c)), [c]);
  useEffect(() => plot.current?.redraw(false), [fresh]);
  useSignalEffect(() => {
    void theme.value;
    plot.current?.redraw(false);
  });
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => plot.current?.redraw(false);
    dark.addEventListener("change", redraw);
    return () => dark.removeEventListener("change", redraw);
  }, []);

  return <div ref={box} class="plot" role="img" aria-label={label} />;
}

const data = (c: Curve): uPlot.AlignedData => [c.at, c.today, c.usual ?? c.at.map(() => null)];

function top(c: Curve): number[] {
  const inside = (values: readonly (number | null)[]) => values.filter((_, i) => c.at[i]! >= c.from && c.at[i]! <= c.to);
  const values = [c.running.calls, ...inside(c.today), ...inside(c.usual ?? [])].filter((v) => v !== null);
  return scale(Math.max(0, ...values));
}

function options(size: Size, held: () => Held): uPlot.Options {
  const { em } = size;
  const family = getComputedStyle(document.body).fontFamily;
  const font = `${0.92 * em}px ${family}`;
  const axis: uPlot.Axis = { stroke: () => token("--text-2"), font, ticks: { show: false } };
  const now = () => token(held().fresh !== "live" ? "--text-3" : "--plot-now");
  return {
    width: size.width,
    height: size.height,
    padding: [em * 0.7, em * 0.9, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [held().curve.from, held().curve.to] },
      y: { range: () => [0, top(held().curve)[3]!] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: em * 1.6,
        gap: em * 0.35,
        splits: () => hours(held().curve),
        values: (_, at) => at.map((s) => String(hourOfDay(s * 1000))),
      },
      {
        ...axis,
        grid: { stroke: () => token("--plot-grid"), width: Math.max(1, em / 17) },
        size: (_, values) => Math.max(...(values ?? [""]).map((v) => v.length)) * em * 0.56 + em * 0.6,
        gap: em * 0.5,
        splits: () => top(held().curve),
        values: (_, at) => at.map((n) => count(n)),
      },
    ],
    series: [
      {},
      {
        stroke: now,
        width: Math.max(2, em * 0.21),
        fill: () => (held().fresh !== "live" ? "transparent" : token("--plot-now") + FILL_ALPHA),
        points: { show: false },
        spanGaps: false,
      },
      { stroke: () => token("--plot-then"), width: Math.max(1.5, em * 0.13), dash: [0.1, em * 0.36], cap: "round", points: { show: false } },
    ],
    hooks: { draw: [(plot) => drawNow(plot, held(), em, family)] },
  };
}

/** Even hours; every fourth on a long day, so that they never touch. */
function hours(c: Curve): number[] {
  const step = (c.to - c.from > 14 * HOUR_S ? 4 : 2) * HOUR_S;
  const out: number[] = [];
  for (let at = c.from; at <= c.to; at += step) out.push(at);
  return out;
}

/**
 * Where today has come to: a disc on the last half hour that is over, and a ring at what the running one has so far, with its value
 * and since when it counts. It began with nothing, so its line rises, dashed, from zero: joined to the disc, it would look
 * like a fall.
 */
function drawNow(plot: uPlot, { curve: c, fresh }: Held, em: number, family: string): void {
  const { ctx } = plot;
  const size = em * uPlot.pxRatio;
  const place = (at: number, calls: number) => [plot.valToPos(at, "x", true), plot.valToPos(calls, "y", true)] as const;
  ctx.save();
  ctx.fillStyle = ctx.strokeStyle = token(fresh === "live" ? "--plot-now" : "--text-3");
  if (c.last) {
    ctx.beginPath();
    ctx.arc(...place(c.at[c.last.index]!, c.last.calls), size * 0.33, 0, 2 * Math.PI);
    ctx.fill();
  }
  // Too old to say what it has by now.
  if (fresh !== "lost") {
    const here = place(c.running.at, c.running.calls);
    ctx.lineWidth = size * 0.13;
    ctx.setLineDash([size * 0.3, size * 0.25]);
    ctx.beginPath();
    ctx.moveTo(...place(c.running.since / 1000, 0));
    ctx.lineTo(...here);
    ctx.stroke();
    ctx.setLineDash([]);
    drawRing(plot, here, size);
    drawSoFar(plot, here, c, size, family, fresh === "live");
  }
  ctx.restore();
}

type Place = readonly [x: number, y: number];

function drawRing({ ctx }: uPlot, here: Place, size: number): void {
  ctx.lineWidth = size * 0.16;
  ctx.fillStyle = token("--surface");
  ctx.beginPath();
  ctx.arc(...here, size * 0.33, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
}

function drawSoFar({ ctx, bbox }: uPlot, [x, y]: Place, c: Curve, size: number, family: string, live: boolean): void {
  const [value, since] = [count(c.running.calls), t().since(timeOfDay(c.running.since))];
  const big = `600 ${1.3 * size}px ${family}`;
  const small = `${0.92 * size}px ${family}`;
  ctx.font = big;
  const valueWidth = ctx.measureText(value).width;
  ctx.font = small;
  const width = valueWidth + size * 0.4 + ctx.measureText(since).width;
  const fits = x + size * 0.75 + width <= bbox.left + bbox.width + size * 0.9;
  const from = fits ? x + size * 0.75 : Math.max(bbox.left, x - size * 0.75 - width);
  // Beside the ring; over the line where the line would run through the words, inside the plot in any case.
  const beside = Math.min(y + size * 0.25, bbox.top + bbox.height - size * 0.3);
  const base = Math.max(bbox.top + size * 0.5, fits ? beside : y - size * 0.7);
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillStyle = token(live ? "--text" : "--text-3");
  ctx.font = big;
  ctx.fillText(value, from, base);
  ctx.fillStyle = token(live ? "--text-2" : "--text-3");
  ctx.font = small;
  ctx.fillText(since, from + valueWidth + size * 0.4, base);
}
