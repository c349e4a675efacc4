import { describe, expect, it } from "vitest";
import { today } from "../../src/help/hours";

describe("opening hours today", () => {
  const monday = Date.parse("2026-11-23T20:00:00Z"); // Tuesday 04:00 in Hong Kong
  it("are those of the site's day, not of UTC's", () => {
    const hours = { mon: "09:00-18:00", tue: "09:00-13:00, 14:00-18:00" };
    expect(today(hours, {}, "Asia/Hong_Kong", monday)).toEqual([{ from: "09:00", to: "13:00" }, { from: "14:00", to: "18:00" }]);
    expect(today(hours, {}, "UTC", monday)).toEqual([{ from: "09:00", to: "18:00" }]);
  });
  it("go by holidays and exceptions first, and by the site's date", () => {
    const others = { "2026-11-23": "closed", "2026-11-24": "10:00-12:00" };
    expect(today({ mon: "09:00-18:00" }, others, "UTC", monday)).toEqual([]);
    expect(today({}, others, "Asia/Hong_Kong", monday)).toEqual([{ from: "10:00", to: "12:00" }]);
  });
  it("know always open from closed today", () => {
    expect(today({}, {}, "UTC", monday)).toBeNull();
    expect(today({ sun: "10:00-12:00" }, {}, "UTC", monday)).toEqual([]);
  });
});
