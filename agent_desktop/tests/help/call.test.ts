import { describe, expect, it } from "vitest";
import * as state from "../../src/help/call/state";

const connecting: state.Call = { at: "connecting", number: "28000000" };
const talking = state.connected(connecting, 1_000);

describe("a guest's call", () => {
  it("talks only after it connected", () => {
    expect(talking).toEqual({ at: "talking", number: "28000000", since: 1_000, muted: false, keys: "" });
    expect(state.connected(state.IDLE, 1_000)).toBe(state.IDLE);
    expect(state.connected(state.ended(connecting, "hung_up", 5), 9)).toMatchObject({ at: "ended" });
  });

  it("keeps its first ending: the rest is an echo", () => {
    const over = state.ended(talking, "over", 61_000);
    expect(over).toEqual({ at: "ended", number: "28000000", ending: "over", lasted: 60_000 });
    expect(state.ended(over, "offline", 70_000)).toBe(over);
    expect(state.ended(state.IDLE, "failed", 1)).toBe(state.IDLE);
  });

  it("has lasted nothing when it never talked", () => {
    expect(state.ended(connecting, "no_line", 9_000)).toMatchObject({ lasted: null });
  });

  it("takes keys only while it talks, and shows the newest twelve", () => {
    expect(state.pressed(connecting, "1")).toBe(connecting);
    const typed = Array.from("1234567890*#1").reduce(state.pressed, talking);
    expect(typed).toMatchObject({ keys: "234567890*#1" });
    expect([..."0123456789*#"].every(state.isKey)).toBe(true);
    expect(["a", "", "10", "+"].some(state.isKey)).toBe(false);
  });

  it("is under way until it ended", () => {
    expect([state.IDLE, connecting, talking, state.ended(talking, "over", 2_000)].map(state.isUnderWay))
      .toEqual([false, true, true, false]);
  });

  it("says why there is no microphone", () => {
    expect(["NotAllowedError", "NotFoundError", "NotReadableError", "TypeError"].map(state.endingOfMicrophone))
      .toEqual(["refused", "absent", "taken", "failed"]);
  });

  it("says why there is no line", () => {
    const why = (status: number, problem = "") => state.endingOfLease(status, problem);
    expect([why(0), why(429, "called-often"), why(429, "no-line"), why(503, "no-asterisk"), why(500)])
      .toEqual(["offline", "too_many", "no_line", "away", "failed"]);
  });

  it("tells the hotline's goodbye from a call that never came about", () => {
    expect(state.endingOfSip("Terminated", true)).toBe("over");
    expect(state.endingOfSip("Busy", false)).toBe("no_line");
    expect(state.endingOfSip("Connection Error", false)).toBe("offline");
    expect(state.endingOfSip("Incompatible SDP", false)).toBe("no_sound");
    expect(state.endingOfSip("Rejected", false)).toBe("failed");
  });
});
