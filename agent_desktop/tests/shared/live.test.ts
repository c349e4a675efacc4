import { afterEach, describe, expect, it, vi } from "vitest";
import { Live, pause, take, type Held } from "../../src/shared/live";
import type { FromServer } from "../../src/shared/types";

interface View {
  a: number;
  b: string[];
}

const start: FromServer<View> = { type: "snapshot", epoch: "e1", seq: 7, now: 0, view: { a: 1, b: ["x"] } };

function play(...messages: FromServer<View>[]): { held: Held<View> | null; gaps: number } {
  let held: Held<View> | null = null;
  let gaps = 0;
  for (const message of messages) {
    const next: { held: Held<View> | null; gap: boolean } = take(held, message);
    held = next.held;
    if (next.gap) gaps += 1;
  }
  return { held, gaps };
}

describe("a live view", () => {
  it("is the snapshot with the changes in it, and leaves other fields as they were", () => {
    const first = take<View>(null, start).held;
    const next = take(first, { type: "change", seq: 8, now: 1, set: { a: 2 } });
    expect(next).toEqual({ held: { epoch: "e1", seq: 8, view: { a: 2, b: ["x"] } }, gap: false });
    expect(next.held?.view.b).toBe(first?.view.b);
  });

  it("finds a number that is missing, and keeps what it has until the next snapshot", () => {
    const { held, gaps } = play(start, { type: "change", seq: 9, now: 1, set: { a: 3 } });
    expect(gaps).toBe(1);
    expect(held?.view.a).toBe(1);
  });

  it("finds a change that never came by the beat after it", () => {
    expect(play(start, { type: "beat", seq: 7, now: 1 }).gaps).toBe(0);
    expect(play(start, { type: "beat", seq: 8, now: 1 }).gaps).toBe(1);
    expect(play({ type: "beat", seq: 8, now: 1 }).gaps).toBe(1);
  });

  it("takes no change twice", () => {
    const { held, gaps } = play(start, { type: "change", seq: 7, now: 1, set: { a: 9 } });
    expect([held?.view.a, gaps]).toEqual([1, 0]);
  });

  it("begins anew with another epoch, whatever its numbers", () => {
    const { held } = play(start, { type: "snapshot", epoch: "e2", seq: 1, now: 1, view: { a: 5, b: [] } });
    expect(held).toEqual({ epoch: "e2", seq: 1, view: { a: 5, b: [] } });
  });

  it("needs a snapshot first", () => {
    expect(play({ type: "change", seq: 1, now: 1, set: { a: 3 } })).toEqual({ held: null, gaps: 1 });
  });
});

describe("pauses between tries", () => {
  it("grow, stay under a cap, and differ from desk to desk", () => {
    const plain = Array.from({ length: 12 }, (_, tries) => pause(tries, () => 0.5));
    expect(plain[0]).toBe(250);
    expect([...plain].sort((a, b) => a - b)).toEqual(plain);
    expect(Math.max(...plain)).toBe(5000);
    expect(pause(3, () => 0)).not.toBe(pause(3, () => 0.9));
  });
});

describe("a desk", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("answers the server's beats with what it shows: a page behind others has hardly any timers", () => {
    const sent: string[] = [];
    const made: { onopen: () => void; onmessage: (event: { data: string }) => void }[] = [];
    class Socket {
      static OPEN = 1;
      readyState = 1;
      onopen = (): void => undefined;
      onmessage = (): void => undefined;
      constructor() {
        made.push(this);
      }
      send(text: string): void {
        sent.push(text);
      }
      close(): void {
        this.readyState = 3;
      }
    }
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", Socket);
    vi.stubGlobal("location", { href: "https://hotline.example/desk" });
    vi.stubGlobal("addEventListener", () => undefined);
    vi.stubGlobal("removeEventListener", () => undefined);
    const live = new Live<View>({ view: "desk", beats: true });
    live.open();
    const [socket] = made;
    socket!.onopen();
    expect(sent).toEqual(['{"type":"beat","seq":0}']);
    const hear = (message: FromServer<View>): void => socket!.onmessage({ data: JSON.stringify(message) });
    hear({ type: "snapshot", epoch: "e1", seq: 7, now: Date.now(), view: { a: 1, b: [] } });
    hear({ type: "beat", seq: 7, now: Date.now() });
    hear({ type: "change", seq: 8, now: Date.now(), set: { a: 2 } });
    // As the offer's beat, right behind the change: no timer has run.
    hear({ type: "beat", seq: 8, now: Date.now() });
    expect(sent.slice(1).map((text) => (JSON.parse(text) as { seq: number }).seq)).toEqual([7, 7, 8]);
    live.close();
  });
});
