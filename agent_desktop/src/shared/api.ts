/**
 * Talks to `/api/v1`. Requests that change something carry the session's CSRF token; every failure is a `Failure` that says
 * what went wrong in words a person can act on.
 */
import { signal } from "@preact/signals";
import type { Problem } from "./types";

const BASE = "/api/v1";
const DEADLINE_MS = 8000;

/** The token that came with the session; empty while nobody is signed in. */
export const csrf = signal("");

/** Called when the server says that nobody is signed in (any more). */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(call: () => void): void {
  onSignedOut = call;
}

/** A request that did not work. `status` 0: the server could not be reached or was too slow. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    message: string,
  ) {
    super(message);
    this.name = "Failure";
  }
}

/** GET with a typed answer. `signal` cancels, such as a search overtaken by the next key. */
export function get<A>(path: string, signal?: AbortSignal): Promise<A> {
  return request<A>("GET", path, undefined, signal);
}

export function post<A>(path: string, body: object = {}): Promise<A> {
  return request<A>("POST", path, body);
}

/** DELETE; some carry a header of their own. */
export function remove<A>(path: string, headers: Record<string, string> = {}): Promise<A> {
  return request<A>("DELETE", path, undefined, undefined, headers);
}

/** A path with query values, encoded in this one place. */
export function withQuery(path: string, values: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

async function request<A>(
  method: string,
  path: string,
  body?: object,
  cancel?: AbortSignal,
  extra: Record<string, string> = {},
): Promise<A> {
  const headers: Record<string, string> = { Accept: "application/json", ...extra };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf.value) headers["X-CSRF"] = csrf.value;
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers,
      credentials: "same-origin",
      signal: cancel ? AbortSignal.any([cancel, deadline]) : deadline,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (cancel?.aborted) throw error;
    throw new Failure(0, null, "unreachable");
  }
  const text = await response.text().catch(() => "");
  const answer = parse(text);
  if (!response.ok) {
    const problem = isProblem(answer) ? answer : null;
    if (response.status === 401) onSignedOut();
    throw new Failure(response.status, problem, problem?.title ?? response.statusText);
  }
  return answer as A;
}

function parse(text: string): unknown {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "title" in value && "status" in value;
}
