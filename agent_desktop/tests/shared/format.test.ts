import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as f from "../../src/shared/format";
import { setZone } from "../../src/shared/zone";

const NOON = Date.UTC(2026, 10, 24, 9, 58, 18);
const HOUR = 3_600_000;

beforeAll(() => setZone("Europe/London"));
afterAll(() => setZone(undefined));

describe("durations", () => {
  it("run as m:ss, from an hour on as h:mm:ss, never below zero", () => {
    expect(f.running(134_000)).toBe("2:14");
    expect(f.running(7_100_000)).toBe("1:58:20");
    expect(f.running(-5000)).toBe("0:00");
  });

  it("rest in words of the language from an hour on", () => {
    expect(f.atRest(278_000, "en")).toBe("4:38");
    expect(f.atRest(4 * HOUR + 28 * 60_000, "en")).toBe("4 h 28 min");
    expect(f.atRest(4 * HOUR + 28 * 60_000, "zh-Hans")).toBe("4 小时 28 分");
    expect(f.atRest(4 * HOUR + 28 * 60_000, "zh-Hant")).toBe("4 小時 28 分");
  });

  it("count down without days under a day, with days only above, and say how late", () => {
    expect(f.due(7_100_000, "en")).toBe("1:58:20");
    expect(f.due(4 * 24 * HOUR + 5, "en")).toBe("4 days");
    expect(f.due(-38_000, "en")).toBe("0:38 late");
    expect(f.due(-38_000, "zh-Hans")).toBe("超时 0:38");
    expect(f.due(-38_000, "zh-Hant")).toBe("逾時 0:38");
  });

  it("that are only expected are whole minutes, rounded outwards", () => {
    expect(f.waitRange(65_000, 239_000)).toBe("1–4");
    expect(f.waitRange(20_000, 61_000)).toBe("< 2");
    expect(f.waitRange(0, 9_000)).toBe("< 1");
    expect(f.waitRange(60_000, 60_000)).toBe("1");
  });

  it("show zero left only when it is over", () => {
    expect(f.left(1)).toBe("0:01");
    expect(f.left(0)).toBe("0:00");
  });
});

describe("dates", () => {
  it("are written as each language writes them", () => {
    expect(f.timeOfDay(NOON)).toBe("09:58");
    expect(f.timeWithSeconds(NOON)).toBe("09:58:18");
    expect(f.date(NOON, NOON, "en")).toBe("Tue 24 Nov");
    expect(f.date(NOON, NOON, "zh-Hans")).toBe("11月24日 周二");
    expect(f.date(NOON, NOON, "zh-Hant")).toBe("11月24日 星期二");
    expect(f.dateInFull(NOON, "en")).toBe("Tue 24 November 2026");
    expect(f.dateInFull(NOON, "zh-Hans")).toBe("2026年11月24日 周二");
  });

  it("of another year are written in full", () => {
    expect(f.date(NOON - 400 * 24 * HOUR, NOON, "en")).toBe("Mon 20 October 2025");
  });

  it("name today and yesterday by the zone's own midnight, also when clocks change", () => {
    expect(f.dayHeading(NOON, NOON, "en")).toBe("Today, Tue 24 Nov");
    expect(f.dayHeading(NOON - 11 * HOUR, NOON, "en")).toBe("Yesterday");
    const afterChange = Date.UTC(2026, 9, 25, 12);
    expect(f.dayNumber(afterChange) - f.dayNumber(afterChange - 13.5 * HOUR)).toBe(1);
    expect(f.dayAndTime(NOON, NOON, "zh-Hans")).toBe("今天 09:58");
  });
});

describe("a moment where there is little room", () => {
  it("has its day unless it is today's", () => {
    expect(f.dayOrTime(NOON - HOUR, NOON, "en")).toBe("08:58");
    expect(f.dayOrTime(NOON - 16 * HOUR, NOON, "en")).toBe("yesterday 17:58");
    expect(f.dayOrTime(NOON - 16 * HOUR, NOON, "zh-Hant")).toBe("昨天 17:58");
    expect(f.dayOrTime(NOON - 72 * HOUR, NOON, "en")).toBe("Sat 21 Nov");
    expect(f.dayOrTime(NOON - 72 * HOUR, NOON, "zh-Hans")).toBe("11月21日 周六");
  });
});

describe("numbers", () => {
  it("follow the language", () => {
    expect(f.count(12480)).toBe("12,480");
    expect(f.percent(0.857, 0, "en")).toBe("86\u202f%");
    expect(f.percent(0.857, 0, "zh-Hans")).toBe("86%");
    expect(f.percent(null)).toBe("–");
    expect(f.percent(0 / 0)).toBe("–");
    expect(f.shareOf(182, 219, "en")).toBe("182 of 219");
    expect(f.shareOf(182, 219, "zh-Hant")).toBe("182 / 219");
    expect(f.seconds(7_600, "zh-Hans")).toBe("8 秒");
  });
});

describe("names", () => {
  it("give their letters", () => {
    expect(f.initials("Eleanor Whitcombe")).toBe("EW");
    expect(f.initials("陈美玲")).toBe("陈");
    expect(f.initials("  ")).toBe("?");
    expect(f.shortName("Daniel Whitcombe")).toBe("Daniel W.");
    expect(f.shortName("陳思敏")).toBe("陳思敏");
  });

  it("bring the faces of their script", () => {
    expect(f.langOf("Ana")).toBeUndefined();
    expect(f.langOf("陈美玲")).toBe("zh-Hans");
    expect(f.langOf("陳思敏")).toBe("zh-Hant");
    expect(f.langOf("你好", "yue")).toBe("zh-Hant");
  });
});
