import { expect, it } from "vitest";
import { isNumber, next, targets, withNumber } from "../../src/desk/targets";
import type { AgentTile, QueueView } from "../../src/shared/types";

const agent = (id: string, name: string, number: string, state: string): AgentTile => ({ agent: id, name, work_number: number, state, reason: null, since: 0, consult: null, recorded: "no", silent: false });
const queue = (id: string): QueueView => ({ id, name: { en: id } }) as unknown as QueueView;
const room = {
  me: "ana",
  agents: [agent("ana", "Ana", "8001", "talking"), agent("zoe", "Zoe", "8005", "ready"), agent("cy", "Cy", "8003", "talking"), agent("bo", "Bo", "8002", "ready"), agent("di", "Di", "8004", "signed_out")],
  queues: [queue("billing"), queue("sales")],
  queueName: (one: QueueView) => one.name["en"] ?? "",
};

const ids = (text: string): string[] => targets(room, text).map((one) => one.id);

it("has who can take the call first, then queues, then who is busy; never oneself or who is not here", () => {
  expect(ids("")).toEqual(["bo", "zoe", "billing", "sales", "cy"]);
  expect(targets(room, "").map((one) => one.free)).toEqual([true, true, true, true, false]);
});

it("counts a colleague whose desk does not answer as not free", () => {
  const agents = [{ ...agent("zoe", "Zoe", "8005", "ready"), silent: true }];
  expect(targets({ ...room, agents, queues: [] }, "").map((one) => one.free)).toEqual([false]);
});

it("is narrowed by name and work number", () => {
  expect(ids(" BIL ")).toEqual(["billing"]);
  expect(ids("8003")).toEqual(["cy"]);
  expect(ids("nobody")).toEqual([]);
});

it("walks over those who can be chosen, and stops at the ends", () => {
  const list = targets(room, "");
  expect(next(list, -1, 1)).toBe(0);
  expect(next(list, -1, -1)).toBe(-1);
  expect(next(list, 0, -1)).toBe(0);
  expect(next(list, 3, 1)).toBe(3);
  expect(next(targets(room, "8003"), -1, 1)).toBe(-1);
});

it("has the number outside that was typed, unless it is a colleague's", () => {
  expect(withNumber(targets(room, "+852 9123 4567"), "+852 9123 4567", true).map((one) => [one.kind, one.id])).toEqual([["number", "+852 9123 4567"]]);
  expect(withNumber(targets(room, "8003"), "8003", true).map((one) => one.id)).toEqual(["cy"]);
  expect(withNumber(targets(room, "bil"), "bil", true).map((one) => one.id)).toEqual(["billing"]);
  expect(withNumber([], "91234567", false)[0]?.free).toBe(false);
});

it("knows numbers from words, dates and addresses", () => {
  for (const number of ["+852 9123 4567", "91234567", "(020) 7946-0958", "1823"]) expect(isNumber(number)).toBe(true);
  for (const other of ["12", "ana@example.org", "A-1042", "router 5", ""]) expect(isNumber(other)).toBe(false);
});
