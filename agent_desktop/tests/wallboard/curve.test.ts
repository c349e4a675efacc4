import { describe, expect, it } from "vitest";
import type { TodayView } from "../../src/shared/types";
import { curve, midnight, scale } from "../../src/wallboard/curve";

const HALF_HOUR = 30 * 60_000;

function today(day: string, calls: number[], usual: number[] = []): TodayView {
  return { day, per_half_hour: calls, usual_half_hour: usual } as TodayView;
}

const slots = (n: number, at: Record<number, number>): number[] => Array.from({ length: n }, (_, i) => at[i] ?? 0);

describe("the site's midnight", () => {
  it("is found in zones ahead and behind", () => {
    expect(new Date(midnight("2026-11-24", "Asia/Hong_Kong")).toISOString()).toBe("2026-11-23T16:00:00.000Z");
    expect(new Date(midnight("2026-11-24", "America/New_York")).toISOString()).toBe("2026-11-24T05:00:00.000Z");
  });
  it("is found on the days clocks change", () => {
    expect(new Date(midnight("2026-03-29", "Europe/Berlin")).toISOString()).toBe("2026-03-28T23:00:00.000Z");
    expect(new Date(midnight("2026-10-25", "Europe/Berlin")).toISOString()).toBe("2026-10-24T22:00:00.000Z");
  });
});

describe("today's curve", () => {
  const zone = "Asia/Hong_Kong";
  const begin = midnight("2026-11-24", zone);
  const at = (h: number, m: number) => begin + (h * 60 + m) * 60_000;

  it("draws half hours that are over, each at its end, as today's line", () => {
    const c = curve(today("2026-11-24", slots(48, { 16: 15, 19: 57, 20: 4 })), zone, at(10, 2));
    expect(c.today[19]).toBe(57);
    expect(c.today[20]).toBeNull();
    expect(c.at[19]).toBe(at(10, 0) / 1000);
    expect(c.last).toEqual({ index: 19, since: at(9, 30), calls: 57, usual: null });
  });

  it("puts the half hour that runs where the clock is, with what it has so far", () => {
    const c = curve(today("2026-11-24", slots(48, { 20: 18 })), zone, at(10, 12));
    expect(c.running).toEqual({ since: at(10, 0), calls: 18, at: at(10, 12) / 1000 });
    expect(c.last).toMatchObject({ since: at(9, 30), calls: 0 });
  });

  it("shows it also when nobody called before it", () => {
    for (let slot = 0; slot < 48; slot += 1) {
      const c = curve(today("2026-11-24", slots(48, { [slot]: 1 })), zone, at(0, slot * 30 + 1));
      expect(c.from, String(slot)).toBeLessThanOrEqual(c.running.at);
      expect(c.to, String(slot)).toBeGreaterThanOrEqual(c.running.at);
    }
  });

  it("says so when there is no usual day, and gives room for the rest of this one", () => {
    const c = curve(today("2026-11-24", slots(48, { 16: 15 })), zone, at(10, 2));
    expect(c.usual).toBeNull();
    expect([c.from, c.to]).toEqual([at(8, 0) / 1000, at(18, 0) / 1000]);
  });

  it("covers the usual day and what came outside of it", () => {
    const usual = slots(48, { 16: 4, 35: 1 });
    const c = curve(today("2026-11-24", slots(48, { 13: 2 }), usual), zone, at(10, 2));
    expect([c.from, c.to]).toEqual([at(6, 0) / 1000, at(18, 0) / 1000]);
    expect(curve(today("2026-11-24", slots(48, {}), usual), zone, at(22, 10)).to).toBe(at(24, 0) / 1000);
  });

  it("survives the minute after midnight, before the first half hour is over", () => {
    const c = curve(today("2026-11-24", slots(48, { 0: 1 })), zone, at(0, 1));
    expect(c.last).toBeNull();
    expect(c.running.calls).toBe(1);
    expect(c.from).toBe(begin / 1000);
  });

  it("keeps to the day it was told when the screen's clock is already in the next one", () => {
    const c = curve(today("2026-11-24", slots(48, { 47: 3 })), zone, at(24, 1));
    expect(c.running).toEqual({ since: at(23, 30), calls: 3, at: at(24, 0) / 1000 });
    expect(c.to).toBe(at(24, 0) / 1000);
  });

  it("follows the number of half hours on days with 23 and 25 hours", () => {
    for (const [day, n] of [["2026-03-29", 46], ["2026-10-25", 50]] as const) {
      const start = midnight(day, "Europe/Berlin");
      const c = curve(today(day, slots(n, { 18: 5 }), slots(48, { 20: 5 })), "Europe/Berlin", start + 19 * HALF_HOUR);
      expect(c.at).toHaveLength(n);
      expect(c.at[n - 1]).toBe((start + n * HALF_HOUR) / 1000);
      expect(c.usual).toHaveLength(n);
    }
  });
});

describe("the value axis", () => {
  it("has four round whole numbers that hold the highest value", () => {
    expect(scale(57)).toEqual([0, 20, 40, 60]);
    expect(scale(0)).toEqual([0, 1, 2, 3]);
    for (let max = 0; max < 3000; max += 1) {
      const lines = scale(max);
      expect(lines[3]).toBeGreaterThanOrEqual(max);
      expect(lines.every(Number.isInteger)).toBe(true);
      expect(lines[3]! <= Math.max(3, max * 2)).toBe(true);
    }
  });
});
