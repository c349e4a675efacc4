// Today's curve, drawn by uPlot. Colours come from the tokens when it draws, sizes from the type around it.

import { useComputed, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { count, hourOfDay, NOTHING, timeOfDay } from "../shared/format";
import { lang } from "../shared/i18n";
import { theme } from "../shared/theme";
import type { WallboardView } from "../shared/types";
import { second, type Board } from "./board";
import { curve, scale, type Curve } from "./curve";
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
      <Plot curve={c} label={c.last ? t().curveIn(c.last.calls, usual === null ? null : count(usual)) : t().curve} stale={board.fresh.value !== "live"} />
      <p class="plot-foot num">
        <span>{t().since(timeOfDay(c.running.since), board.fresh.value === "lost" ? NOTHING : count(c.running.calls))}</span>
        {c.usual === null && <span>{t().noUsual(day)}</span>}
      </p>
    </Tile>
  );
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

function Plot({ curve: c, label, stale }: { curve: Curve; label: string; stale: boolean }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const held = useRef({ curve: c, stale });
  held.current = { curve: c, stale };
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
  useEffect(() => plot.current?.redraw(false), [stale]);
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
  const values = [...inside(c.today), ...inside(c.usual ?? [])].filter((v) => v !== null);
  return scale(Math.max(0, ...values));
}

function options(size: Size, held: () => { curve: Curve; stale: boolean }): uPlot.Options {
  const { em } = size;
  const family = getComputedStyle(document.body).fontFamily;
  const font = `${0.92 * em}px ${family}`;
  const axis: uPlot.Axis = { stroke: () => token("--text-2"), font, ticks: { show: false } };
  const now = () => token(held().stale ? "--text-3" : "--plot-now");
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
        fill: () => (held().stale ? "transparent" : token("--plot-now") + FILL_ALPHA),
        points: { show: false },
        spanGaps: false,
      },
      { stroke: () => token("--plot-then"), width: Math.max(1.5, em * 0.13), dash: [0.1, em * 0.36], cap: "round", points: { show: false } },
    ],
    hooks: { draw: [(plot) => drawLast(plot, held().curve, em, family, held().stale)] },
  };
}

/** Even hours; every fourth on a long day, so that they never touch. */
function hours(c: Curve): number[] {
  const step = (c.to - c.from > 14 * HOUR_S ? 4 : 2) * HOUR_S;
  const out: number[] = [];
  for (let at = c.from; at <= c.to; at += step) out.push(at);
  return out;
}

/** The point where today has come to, with its value and what is usual then. */
function drawLast(plot: uPlot, c: Curve, em: number, family: string, stale: boolean): void {
  if (!c.last) return;
  const { ctx } = plot;
  const px = uPlot.pxRatio;
  const size = em * px;
  const x = plot.valToPos(c.at[c.last.index]!, "x", true);
  const y = plot.valToPos(c.last.calls, "y", true);
  ctx.save();
  ctx.fillStyle = token(stale ? "--text-3" : "--plot-now");
  ctx.beginPath();
  ctx.arc(x, y, size * 0.33, 0, 2 * Math.PI);
  ctx.fill();

  const value = count(c.last.calls);
  const usual = c.last.usual === null ? "" : t().usual(count(c.last.usual));
  const big = `600 ${1.3 * size}px ${family}`;
  const small = `${0.92 * size}px ${family}`;
  ctx.font = big;
  const valueWidth = ctx.measureText(value).width;
  ctx.font = small;
  const width = valueWidth + (usual ? size * 0.4 + ctx.measureText(usual).width : 0);
  const { left, width: room } = plot.bbox;
  const fits = x + size * 0.75 + width <= left + room + size * 0.9;
  const from = fits ? x + size * 0.75 : Math.max(left, x - size * 0.75 - width);
  // Beside the point; over the line where the line would run through the words, below the upper edge in any case.
  const base = Math.max(plot.bbox.top + size * 0.5, fits ? y + size * 0.25 : y - size * 0.7);
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillStyle = token(stale ? "--text-3" : "--text");
  ctx.font = big;
  ctx.fillText(value, from, base);
  ctx.fillStyle = token(stale ? "--text-3" : "--text-2");
  ctx.font = small;
  ctx.fillText(usual, from + valueWidth + size * 0.4, base);
  ctx.restore();
}
