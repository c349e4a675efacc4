import { describe, expect, it } from "vitest";
import type { AgentTile, TodayView } from "../../src/shared/types";
import {
  averageWait, freshness, groups, kept, level, levelTone, lines, shortNames, waitTone,
} from "../../src/wallboard/model";

const agent = (name: string, state: string, since = 0): AgentTile => ({
  agent: name, name, work_number: "8001", state, reason: null, since, consult: null, recorded: "no", silent: false,
});

describe("how old a figure may be", () => {
  it("is live up to 2 s, then stale, and gone after a minute", () => {
    expect([0, 2000, 2001, 60_000, 60_001].map(freshness)).toEqual(["live", "live", "stale", "stale", "lost"]);
  });
});

describe("service level", () => {
  it("counts those who gave up as well", () => {
    expect(level({ within: 125, answered: 146, abandoned: 5 })).toEqual({ within: 125, of: 151, share: 125 / 151 });
  });
  it("is unknown before the first call, not 0 and not 100", () => {
    expect(level({ within: 0, answered: 0, abandoned: 0 }).share).toBeNull();
    expect(levelTone(null, 80)).toBe("plain");
  });
  it("is amber under the goal and red more than five points under it", () => {
    expect([0.8, 0.799, 0.75, 0.749].map((s) => levelTone(s, 80))).toEqual(["plain", "soon", "soon", "late"]);
  });
});

describe("waiting", () => {
  it("turns amber past the limit and red past twice the limit", () => {
    expect([null, 120_000, 120_001, 240_000, 240_001].map((w) => waitTone(w, 120)))
      .toEqual(["plain", "plain", "soon", "soon", "late"]);
  });
  it("has no average before the first answer", () => {
    const today = { answered: 0, waited_answered: 0 } as TodayView;
    expect(averageWait(today)).toBeNull();
    expect(averageWait({ ...today, answered: 4, waited_answered: 68_000 })).toBe(17_000);
  });

  it("counts what was told and kept over all queues", () => {
    expect(kept([])).toEqual({ of: 0, share: null });
    expect(kept([{ told: 8, kept: 7 }, { told: 2, kept: 2 }])).toEqual({ of: 10, share: 0.9 });
  });
});

describe("agents", () => {
  it("stand by state, longest in it first, without those who are signed out", () => {
    const all = [
      agent("c", "ready", 30), agent("a", "ready", 10), agent("b", "ready", 10), agent("x", "signed_out"),
      agent("r", "ringing"), agent("t", "talking"), agent("o", "offered"), agent("d", "dialling"),
    ];
    expect(groups(all).map((g) => [g.state, g.agents.map((a) => a.name)])).toEqual([
      ["talking", ["t"]], ["dialling", ["d"]], ["ringing", ["r"]], ["offered", ["o"]], ["ready", ["a", "b", "c"]],
    ]);
  });
  it("all have a line when there is room", () => {
    const of = groups([agent("a", "talking"), agent("b", "ready")]);
    expect(lines(of, 2)).toEqual([{ agent: of[0]!.agents[0], state: "talking" }, { agent: of[1]!.agents[0], state: "ready" }]);
  });
  it("fold in the fullest state, and nobody is lost from the count", () => {
    const of = groups([
      ...Array.from({ length: 30 }, (_, i) => agent(`t${i}`, "talking", i)),
      ...Array.from({ length: 4 }, (_, i) => agent(`r${i}`, "ready", i)),
    ]);
    for (let room = 2; room <= 36; room += 1) {
      const shown = lines(of, room);
      expect(shown.length).toBeLessThanOrEqual(Math.max(room, 2));
      expect(shown.reduce((sum, l) => sum + ("more" in l ? l.more : 1), 0)).toBe(34);
    }
    const shown = lines(of, 20);
    expect(shown.filter((l) => l.state === "ready")).toHaveLength(4);
    expect(shown[0]).toMatchObject({ agent: { name: "t0" } });
    expect(shown[15]).toEqual({ more: 15, state: "talking" });
  });
});

describe("short names", () => {
  it("keep the first name, Chinese names whole, and people apart", () => {
    expect(shortNames(["Ana Lindqvist", "陳思敏", "Bo Tan", "Bo Teng", "Jo"])).toEqual(
      ["Ana L.", "陳思敏", "Bo Tan", "Bo Teng", "Jo"],
    );
  });
});
