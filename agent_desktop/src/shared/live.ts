/**
 * A live view: a snapshot, then numbered changes of single fields, over one WebSocket (`/api/v1/live`).
 *
 * What can go wrong and what follows: a number is missing -> the screen asks for a new snapshot and shows the old until it
 * is there; another epoch -> its snapshot simply replaces all; nothing heard for `SILENT_MS` (the server beats every
 * second) -> the connection counts as dead and is made anew, with growing, jittered pauses; signed out -> `onSignedOut`.
 */
import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import { now as serverClock, serverNow, setDifference } from "./clock";
import type { FromScreen, FromServer } from "./types";

/** A view with the number of the last change in it. */
export interface Held<V> {
  epoch: string;
  seq: number;
  view: V;
}

/**
 * Take one message in. Pure. `gap`: a number is missing, or a change came before any snapshot; what is held stays as it
 * was and a new snapshot is needed.
 */
export function take<V extends object>(held: Held<V> | null, message: FromServer<V>): { held: Held<V> | null; gap: boolean } {
  switch (message.type) {
    case "snapshot":
      return { held: { epoch: message.epoch, seq: message.seq, view: message.view }, gap: false };
    case "change":
      if (!held) return { held, gap: true };
      // Already in the snapshot that overtook it.
      if (message.seq <= held.seq) return { held, gap: false };
      if (message.seq !== held.seq + 1) return { held, gap: true };
      return { held: { epoch: held.epoch, seq: message.seq, view: { ...held.view, ...message.set } }, gap: false };
    case "beat":
      return { held, gap: !held || message.seq > held.seq };
    case "refused":
      return { held, gap: false };
  }
}

/** How the connection is. `lost` since `since` (our clock, ms); `retryAt`: when the next try comes. */
export type Link = { state: "connecting" | "live" } | { state: "lost"; since: number; retryAt: number };

/** Pauses between tries in ms: doubling, capped, +-30 % so that a hall of desks does not knock in step. */
export function pause(tries: number, random: () => number = Math.random): number {
  return Math.min(5000, 250 * 2 ** Math.min(tries, 5)) * (0.7 + 0.6 * random());
}

const SILENT_MS = 4000;
/** Live is two seconds old or younger. */
export const FRESH_MS = 2000;

export interface LiveOptions {
  /** Such as `desk` or `wallboard`. */
  view: string;
  /** A read token in place of the session's cookie. Browsers let a WebSocket carry no header but its sub-protocols. */
  token?: string | undefined;
  /** Whether this page stands for a person at a desk: then it answers the server's beats. */
  beats?: boolean;
  /** Asked after a connection that never opened: is anybody signed in? */
  stillSignedIn?: () => Promise<boolean>;
  onSignedOut?: () => void;
}

export class Live<V extends object> {
  /** The newest view; null before the first snapshot. */
  readonly view = signal<V | null>(null);
  readonly link = signal<Link>({ state: "connecting" });
  /** How late the last message was, in ms: the way from the server to here. */
  readonly lag = signal(0);
  /** Age of what is shown in ms, on the server's clock. */
  readonly age: ReadonlySignal<number>;

  /** Tells one window of a person's from another; set before `open`. */
  window = "";

  private held: Held<V> | null = null;
  private socket: WebSocket | null = null;
  private tries = 0;
  private opened = false;
  private wanted = false;
  private heardAt = signal(Date.now());
  /** When the last try began or opened: silence counts from then, the age of what is shown does not. */
  private triedAt = 0;
  private difference: number | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: LiveOptions) {
    this.age = computed(() => {
      void serverClock.value;
      return Math.max(0, Date.now() - this.heardAt.value) + this.lag.value;
    });
  }

  /** Connect, and stay connected until `close`. */
  open(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.watch = setInterval(() => this.look(), 500);
    addEventListener("online", this.tryNow);
    this.connect();
  }

  close(): void {
    this.wanted = false;
    clearTimeout(this.retry);
    clearInterval(this.watch);
    removeEventListener("online", this.tryNow);
    this.drop();
  }

  /** Do not wait for the pause to end. */
  readonly tryNow = (): void => {
    if (this.link.value.state !== "lost") return;
    clearTimeout(this.retry);
    this.connect();
  };

  private connect(): void {
    this.drop();
    this.opened = false;
    const address = new URL(`/api/v1/live?view=${this.options.view}`, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    if (this.window) address.searchParams.set("window", this.window);
    const { token } = this.options;
    const socket = token === undefined ? new WebSocket(address) : new WebSocket(address, ["hotline", `bearer.${token}`]);
    this.socket = socket;
    this.triedAt = Date.now();
    socket.onopen = () => {
      this.opened = true;
      this.triedAt = Date.now();
      this.beat();
    };
    socket.onmessage = (event: MessageEvent<string>) => this.hear(event.data);
    socket.onclose = () => {
      if (this.socket === socket) this.lose();
    };
  }

  /** Say that this page is alive, and what it shows: of a frozen one no offer would be seen. */
  private beat(): void {
    if (this.options.beats) this.send({ type: "beat", seq: this.held?.seq ?? 0 });
  }

  private hear(text: string): void {
    const message = JSON.parse(text) as FromServer<V>;
    const at = Date.now();
    batch(() => {
      this.heardAt.value = at;
      if (message.type !== "refused") this.measure(message.now - at);
      const { held, gap } = take(this.held, message);
      this.held = held;
      if (gap) this.send({ type: "again" });
      // With the server's beats, not by a timer: of a page behind others, browsers run timers once a minute.
      if (message.type === "beat" || message.type === "snapshot") this.beat();
      if (message.type === "snapshot") this.tries = 0;
      if (held) {
        this.view.value = held.view;
        if (this.link.value.state !== "live") this.link.value = { state: "live" };
      }
    });
  }

  /**
   * Server clock minus ours. Every message gives a bound that is too small by its time on the way, so the largest is the
   * nearest; a fall of more than a second and a half means that somebody set a clock.
   */
  private measure(bound: number): void {
    if (this.difference === null || bound > this.difference || bound < this.difference - 1500) {
      this.difference = bound;
      setDifference(bound);
    }
    this.lag.value = Math.max(0, this.difference - bound);
  }

  private look(): void {
    if (this.socket && Date.now() - Math.max(this.heardAt.value, this.triedAt) > SILENT_MS) this.lose();
  }

  private lose(): void {
    const opened = this.opened;
    this.drop();
    if (!this.wanted) return;
    const wait = pause(this.tries++);
    const before = this.link.value;
    this.link.value = {
      state: "lost",
      since: before.state === "lost" ? before.since : this.heardAt.value,
      retryAt: Date.now() + wait,
    };
    this.retry = setTimeout(() => this.connect(), wait);
    // A refused WebSocket tells a page nothing; ask over HTTP whether the session is the reason.
    if (!opened && this.options.stillSignedIn) {
      void this.options.stillSignedIn().then((still) => {
        if (!still && this.wanted) {
          this.close();
          this.options.onSignedOut?.();
        }
      });
    }
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // Closed while it connects, a browser calls it an error.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  }

  private send(message: FromScreen): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

export { serverNow };
