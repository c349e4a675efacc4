import { describe, expect, it } from "vitest";
import { answersItself, IDLE, step, type PhoneEvent, type PhoneState } from "../../src/desk/phone";

const play = (...events: PhoneEvent[]): PhoneState => events.reduce(step, IDLE);
const ringing: PhoneEvent[] = [{ is: "connecting" }, { is: "registered" }, { is: "incoming", id: "d1", offer: "c-1.1" }];

describe("the phone", () => {
  it("rings, is answered, held, muted and ended", () => {
    expect(play(...ringing).call).toMatchObject({ phase: "ringing", offer: "c-1.1" });
    expect(play(...ringing, { is: "answering", id: "d1" }).call?.phase).toBe("answering");
    const talking = [...ringing, { is: "answering", id: "d1" }, { is: "confirmed", id: "d1" }] as PhoneEvent[];
    expect(play(...talking).call).toMatchObject({ phase: "talking", held: false, muted: false });
    expect(play(...talking, { is: "held", id: "d1", on: true }).call?.held).toBe(true);
    expect(play(...talking, { is: "muted", id: "d1", on: true }).call?.muted).toBe(true);
    expect(play(...talking, { is: "ended", id: "d1" })).toMatchObject({ call: null, line: "up", trouble: null });
  });

  it("lets a talk go on when its socket is lost: the voice goes another way", () => {
    const state = play(...ringing, { is: "confirmed", id: "d1" }, { is: "lost" });
    expect(state).toMatchObject({ line: "lost", call: { phase: "talking" } });
    expect(step(state, { is: "connecting" }).line).toBe("lost");
    expect(step(state, { is: "registered" }).line).toBe("up");
  });

  it("ignores what is said about another call, and a second ring", () => {
    const state = play(...ringing);
    expect(step(state, { is: "ended", id: "d0" })).toEqual(state);
    expect(step(state, { is: "confirmed", id: "d0" })).toEqual(state);
    expect(step(state, { is: "incoming", id: "d2", offer: null })).toEqual(state);
  });

  it("answers by itself what was answered before it rang, and what is set so", () => {
    const early = play({ is: "registered" }, { is: "wanted", offer: "c-1.1" }, { is: "incoming", id: "d1", offer: "c-1.1" });
    expect(answersItself(early, false)).toBe(true);
    const other = play({ is: "registered" }, { is: "wanted", offer: "c-1.1" }, { is: "incoming", id: "d1", offer: "c-2.1" });
    expect(answersItself(other, false)).toBe(false);
    expect(answersItself(play(...ringing), false)).toBe(false);
    expect(answersItself(play(...ringing), true)).toBe(true);
    expect(answersItself(play(...ringing, { is: "answering", id: "d1" }), true)).toBe(false);
  });

  it("forgets an early answer when the call ends", () => {
    const state = play(...ringing, { is: "wanted", offer: "c-1.1" }, { is: "ended", id: "d1" });
    expect(state.answerFor).toBeNull();
  });

  it("is in another window until it is taken back", () => {
    const taken = play({ is: "registered" }, { is: "taken" });
    expect(taken).toMatchObject({ line: "taken", call: null });
    expect(play({ is: "registered" }, { is: "taken" }, { is: "connecting" }, { is: "registered" }).line).toBe("up");
  });

  it("says why there was no sound", () => {
    expect(play(...ringing, { is: "ended", id: "d1", trouble: "microphone" }).trouble).toBe("microphone");
    expect(play(...ringing, { is: "ended", id: "d1", trouble: "microphone" }, { is: "incoming", id: "d2", offer: null }).trouble).toBeNull();
  });
});
