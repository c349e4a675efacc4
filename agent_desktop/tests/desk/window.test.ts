import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

/** What a tab keeps; and the browser's locks, held for as long as a page is open. */
let kept: Map<string, string>;
let held: Map<string, () => void>;

function locks(): unknown {
  return {
    request: (name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<never>) =>
      new Promise((_, fail) => {
        const take = (): void => {
          held.set(name, () => undefined);
          void hold();
        };
        if (!held.has(name)) {
          take();
          return;
        }
        held.set(name, take);
        signal.addEventListener("abort", () => fail(new Error("aborted")));
      }),
  };
}

/** A page of this tab is loaded. */
async function load(): Promise<() => Promise<string>> {
  vi.resetModules();
  return (await import("../../src/desk/window")).ours;
}

describe("a window", () => {
  beforeEach(() => {
    kept = new Map();
    held = new Map();
    vi.useFakeTimers();
    vi.stubGlobal("navigator", { locks: locks() });
    vi.stubGlobal("sessionStorage", {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => kept.set(name, text),
      removeItem: (name: string) => kept.delete(name),
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is the same after a reload, also when the old page lets go a moment later", async () => {
    const name = await (await load())();
    kept.set("hotline.dialog", "a talk");
    const again = (await load())();
    await vi.advanceTimersByTimeAsync(300);
    held.get(`hotline.window.${name}`)!();
    expect(await again).toBe(name);
    expect(kept.get("hotline.dialog")).toBe("a talk");
  });

  it("is another when the tab was duplicated, and has no talk to take over", async () => {
    const name = await (await load())();
    kept.set("hotline.dialog", "a talk");
    const copy = (await load())();
    await vi.advanceTimersByTimeAsync(1500);
    expect(await copy).not.toBe(name);
    expect(kept.get("hotline.dialog")).toBeUndefined();
    expect(kept.get("hotline.window")).toBe(await copy);
  });

  it("is what it was where the browser has no locks", async () => {
    vi.stubGlobal("navigator", {});
    kept.set("hotline.window", "w");
    expect(await (await load())()).toBe("w");
  });
});
