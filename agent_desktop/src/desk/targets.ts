/** Whom a caller can be given to: a number, colleagues and queues, those who can take the call first. Pure. */
import type { AgentTile, QueueView } from "../shared/types";

export interface Target {
  kind: "agent" | "queue" | "number";
  id: string;
  name: string;
  /** What else finds it, and stands beside the name: a work number. */
  number: string;
  /** Of an agent: `ready` and the others; of a queue, empty. */
  state: string;
  free: boolean;
  queue: QueueView | null;
}

interface Room {
  me: string;
  agents: readonly AgentTile[];
  queues: readonly QueueView[];
  /** A queue's name in the language in use. */
  queueName: (queue: QueueView) => string;
}

const holds = (target: Target, text: string): boolean => [target.name, target.number, target.id].some((one) => one.toLowerCase().includes(text));

/** Ready colleagues whose desk answers by name, queues in the site's order, then everybody else who is signed in: they are shown, not to be chosen. */
export function targets(room: Room, text: string): Target[] {
  const agents = room.agents
    .filter((one) => one.agent !== room.me && one.state !== "signed_out")
    .map((one): Target => ({ kind: "agent", id: one.agent, name: one.name, number: one.work_number, state: one.state, free: one.state === "ready" && !one.silent, queue: null }))
    .sort((a, b) => a.name.localeCompare(b.name));
  const queues = room.queues.map((one): Target => ({ kind: "queue", id: one.id, name: room.queueName(one), number: "", state: "", free: true, queue: one }));
  const wanted = text.trim().toLowerCase();
  return [...agents.filter((one) => one.free), ...queues, ...agents.filter((one) => !one.free)].filter((one) => holds(one, wanted));
}

/** Whether what was typed or stands there can be a number that is dialled. */
export const isNumber = (text: string): boolean => /^[+0-9(][0-9 ()./-]{2,29}$/.test(text.trim()) && (text.match(/[0-9]/g)?.length ?? 0) >= 3;

/** The same list, and the number outside that was typed; a colleague's work number is that colleague. */
export function withNumber(list: readonly Target[], text: string, free: boolean): Target[] {
  const number = text.trim();
  if (!isNumber(number) || list.some((one) => one.number === number)) return [...list];
  return [...list, { kind: "number", id: number, name: number, number: "", state: "", free, queue: null }];
}

/** The next one that can be chosen, from `at` (-1: none yet) in a direction; `at` itself when there is none. */
export function next(list: readonly Target[], at: number, step: 1 | -1): number {
  for (let index = at + step; index >= 0 && index < list.length; index += step) if (list[index]?.free) return index;
  return at;
}
