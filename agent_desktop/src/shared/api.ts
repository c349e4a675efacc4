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

/** GET with a typed answer. `signal` cancels, such as a search overtaken by the next key; some answers take longer to make. */
export function get<A>(path: string, signal?: AbortSignal, deadline?: number): Promise<A> {
  return request<A>("GET", path, { ...(signal && { cancel: signal }), ...(deadline && { deadline }) });
}

export function post<A>(path: string, body: object = {}): Promise<A> {
  return request<A>("POST", path, { body });
}

/** DELETE; some carry a header of their own, some take long. */
export function remove<A>(path: string, headers: Record<string, string> = {}, deadline?: number): Promise<A> {
  return request<A>("DELETE", path, { headers, ...(deadline && { deadline }) });
}

/** GET of a file, however long the server needs to make it. `far` hears how many bytes of how many (0: not known) are here. */
export async function download(path: string, far: (got: number, of: number) => void, cancel: AbortSignal): Promise<Blob> {
  try {
    const response = await fetch(BASE + path, { credentials: "same-origin", signal: cancel });
    if (!response.ok) throw refused(response, parse(await response.text()));
    const of = Number(response.headers.get("Content-Length") ?? 0);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let got = 0;
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
      parts.push(part.value);
      got += part.value.length;
      far(got, of);
    }
    return new Blob(parts, { type: response.headers.get("Content-Type") ?? "" });
  } catch (error) {
    if (cancel.aborted || error instanceof Failure) throw error;
    throw new Failure(0, null, "unreachable");
  }
}

/** A path with query values, encoded in this one place. */
export function withQuery(path: string, values: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

interface More {
  body?: object;
  cancel?: AbortSignal;
  headers?: Record<string, string>;
  deadline?: number;
}

async function request<A>(method: string, path: string, { body, cancel, headers: extra, deadline: within = DEADLINE_MS }: More): Promise<A> {
  const headers: Record<string, string> = { Accept: "application/json", ...extra };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf.value) headers["X-CSRF"] = csrf.value;
  const deadline = AbortSignal.timeout(within);
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
  if (!response.ok) throw refused(response, answer);
  return answer as A;
}

function refused(response: Response, answer: unknown): Failure {
  const problem = isProblem(answer) ? answer : null;
  if (response.status === 401) onSignedOut();
  return new Failure(response.status, problem, problem?.title ?? response.statusText);
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
