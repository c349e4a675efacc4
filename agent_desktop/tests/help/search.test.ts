import { beforeEach, expect, it, vi } from "vitest";
import { asked, askNow, busy, results, tell } from "../../src/help/search";

const told: string[] = [];
/** Questions the server has not answered yet, by their words. */
const open = new Map<string, () => void>();

beforeEach(() => {
  told.length = 0;
  open.clear();
  vi.stubGlobal("fetch", (address: string, init?: RequestInit) => {
    if (init?.method === "POST") {
      told.push((JSON.parse(String(init.body)) as { q: string }).q);
      return Promise.resolve(new Response("{}", { status: 200, headers: { "content-type": "application/json" } }));
    }
    const words = new URL(address, "http://localhost").searchParams.get("q") ?? "";
    const body = JSON.stringify({ articles: [{ id: "a", title: words, fits: true }] });
    return new Promise<Response>((resolve) => {
      open.set(words, () => resolve(new Response(body, { headers: { "content-type": "application/json" } })));
    });
  });
});

async function answered(words: string): Promise<void> {
  await vi.waitFor(() => expect(open.has(words)).toBe(true));
  open.get(words)?.();
}

it("tells what was meant, once, and nothing of an answer opened while better words are looked up", async () => {
  const first = askNow("red");
  await answered("red");
  await first;
  expect(told).toEqual(["red"]);

  const second = askNow("red light");
  expect(busy.value).toBe(true);
  told.length = 0;
  results.value = { is: "found", words: "red li", answers: [] };
  await tell();
  expect(told).toEqual([]);
  await answered("red light");
  await second;
  await tell();
  expect(asked.value).toBe("red light");
  expect(told).toEqual(["red light"]);
});
