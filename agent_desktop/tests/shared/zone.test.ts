import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { fromField, hourOn, moment, offset, setZone, toField, wall } from "../../src/shared/zone";

const iso = (at: number | null): string => new Date(at ?? NaN).toISOString().slice(0, 16);

beforeEach(() => setZone("Asia/Hong_Kong"));
afterAll(() => setZone(undefined));

describe("an hour of a day", () => {
  it("is the site's, wherever the browser stands", () => {
    // 17:12 on the wall in Hong Kong: five o'clock is over there, though not at UTC, where this test may run.
    const at = Date.parse("2026-11-22T09:12:00Z");
    expect(iso(hourOn(at, 0, 17))).toBe("2026-11-22T09:00");
    expect(iso(hourOn(at, 1, 12))).toBe("2026-11-23T04:00");
  });

  it("counts days by the site's midnight, over months and changes of the clock", () => {
    expect(iso(hourOn(Date.parse("2026-11-22T16:30:00Z"), 1, 12))).toBe("2026-11-24T04:00");
    expect(iso(hourOn(Date.parse("2026-12-31T10:00:00Z"), 1, 12))).toBe("2027-01-01T04:00");
    setZone("Europe/Berlin");
    expect(iso(hourOn(Date.parse("2026-10-24T12:00:00Z"), 1, 12))).toBe("2026-10-25T11:00");
    expect(iso(hourOn(Date.parse("2026-03-28T12:00:00Z"), 1, 12))).toBe("2026-03-29T10:00");
  });
});

describe("a field for date and time", () => {
  it("holds the site's time, and gives the same moment back", () => {
    const at = Date.parse("2026-11-23T04:00:00Z");
    expect(toField(at)).toBe("2026-11-23T12:00");
    expect(fromField("2026-11-23T12:00")).toBe(at);
    expect(fromField("2026-11-23T12:00:30")).toBe(at);
  });

  it("that is half filled in holds nothing", () => {
    expect(["", "2026-11-23", "noon", "2026-13-40T99:99"].map(fromField)).toEqual([null, null, null, null]);
  });
});

describe("the wall", () => {
  it("shows what its zone does, also on days clocks change", () => {
    expect(wall(Date.parse("2026-11-22T16:30:05Z"))).toEqual({ year: 2026, month: 11, day: 23, hour: 0, minute: 30, second: 5, weekday: 1 });
    expect(offset(Date.parse("2026-10-25T12:00:00Z"), "Europe/Berlin")).toBe(3_600_000);
    // Clocks go from 02:00 to 03:00: what they skip is an hour later.
    expect(iso(moment(Date.parse("2026-03-29T02:30:00Z"), "Europe/Berlin"))).toBe("2026-03-29T01:30");
  });
});
