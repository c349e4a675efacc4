import { beforeEach, expect, it, vi } from "vitest";
import type { Why } from "../../src/shared/types";

vi.mock("../../src/desk/session", () => ({
  agentName: (id: string) => ({ bo: "Bo Tan" })[id] ?? id,
  me: { value: { agent: "ana" } },
  ...Object.fromEntries(["exchange", "pop"].map((name) => [name, { value: null }])),
  ...Object.fromEntries(["queues", "reasons"].map((name) => [name, { value: [] }])),
}));
const { whyText } = await import("../../src/desk/text");
const { setLang } = await import("../../src/shared/i18n");

const EVERY: readonly Why[] = [
  { code: "skills", agent: "ana", args: { yue: 7, internet: 3 } },
  { code: "idle", agent: "ana", args: { ms: 65_000 } },
  { code: "only_one", agent: "ana", args: {} },
  { code: "preferred", agent: "ana", args: { as: "last_agent" } },
  { code: "preferred", agent: "ana", args: { as: "transfer" } },
  { code: "preferred", agent: "ana", args: { as: "transfer_back" } },
  { code: "ring", agent: null, args: { after_s: 45 } },
  { code: "spared", agent: "bo", args: {} },
  { code: "by_policy", agent: "bo", args: { policy: "scarce_first" } },
  { code: "skipped_state", agent: "bo", args: { state: "wrap_up", ms: 12_000 } },
  { code: "skipped_skill", agent: "bo", args: { skill: "yue", has: 0, needs: 1 } },
  { code: "nobody", agent: null, args: {} },
  { code: "longer_idle", agent: "bo", args: { ms: 90_000 } },
  { code: "own_state", agent: "ana", args: { state: "not_ready", reason: "rona" } },
  { code: "no_phone", agent: "ana", args: {} },
  { code: "asterisk_away", agent: null, args: {} },
  { code: "nobody_waits", agent: null, args: {} },
  { code: "opted_out", agent: "bo", args: { queue: "billing" } },
  { code: "queue_closed", agent: null, args: { closing: "evacuation" } },
];

beforeEach(() => setLang("en"));

it("names languages as people do, and colleagues", () => {
  expect(EVERY.slice(0, 11).map(whyText)).toEqual([
    "Cantonese 7, internet 3",
    expect.stringMatching(/^free for /),
    "the only one free",
    "talked with them last",
    "a colleague gave the caller to you",
    "your colleague did not take the caller",
    expect.stringMatching(/^asked wider after /),
    "Bo Tan left free for a caller whom fewer can serve",
    "Bo Tan, free for longer: left for callers whom fewer can serve",
    expect.stringMatching(/^Bo Tan: wrap-up, .* left$/),
    "Bo Tan: Cantonese 0, 1 needed",
  ]);
});

it("says what one is oneself as 'you'", () => {
  expect(whyText({ code: "skipped_skill", agent: "ana", args: { skill: "internet", has: 2, needs: 3 } })).toBe("you: internet 2, 3 needed");
  expect(whyText({ code: "own_state", agent: "ana", args: { state: "not_ready", reason: "rona" } })).toContain("Not answered");
});

it("has words for every fact in every language", () => {
  const all = (["en", "zh-Hans", "zh-Hant"] as const).map((lang) => {
    setLang(lang);
    return EVERY.map(whyText);
  });
  for (const [at, why] of EVERY.entries()) {
    const said = all.map((one) => one[at]);
    expect(said).not.toContain("");
    expect(said).not.toContain(why.code);
    expect(new Set(said).size, why.code).toBeGreaterThan(1);
  }
});
