/**
 * The sound check: is the agent heard, and does the agent hear? The voice goes to the exchange's echo and comes back on the way
 * of a call; tone and ring count only when the agent says so. Nothing is recorded.
 */
import { computed, effect, signal } from "@preact/signals";
import { phoneRefused } from "./session";
import * as sip from "./sip";
import * as sound from "./sound";

/** What stands in the way of being heard; null: nothing (so far). */
export type Trouble = sound.MicTrouble | "exchange" | "echo";

export interface Proof {
  /** Voice out to voice back, ms; null: could not be told. */
  delay: number | null;
  received: number;
  lost: number;
}

type Test = "not" | "played" | "heard";

const STEP_MS = 50;
/** Loudness (0..1) from which something counts as a voice. */
const VOICE = 0.012;
/** Sound of this length, both ways, proves it. */
const ENOUGH_MS = 600;
const EXCHANGE_PATIENCE_MS = 8000;
const ECHO_PATIENCE_MS = 5000;
const ECHO_AGAIN_MS = 4000;
const WAVE = 61;

const flat = (): number[] => Array.from({ length: WAVE }, () => 0);

export const level = signal(0);
export const peak = signal(0);
export const you = signal<{ wave: number[]; voiced: number }>({ wave: flat(), voiced: 0 });
export const back = signal<{ wave: number[]; voiced: number }>({ wave: flat(), voiced: 0 });
export const proof = signal<Proof | null>(null);
export const tone = signal<Test>("not");
export const ring = signal<Test>("not");

const slow = signal<"exchange" | "echo" | null>(null);

export const trouble = computed<Trouble | null>(() => {
  const { state } = sound.mic.value;
  if (state === "blocked" || state === "none" || state === "busy" || state === "insecure") return state;
  if (proof.value) return null;
  if (phoneRefused.value || sip.phone.value.line === "refused") return "exchange";
  return slow.value;
});

/** Ready is open only then. */
export const passed = computed(() => proof.value !== null && tone.value === "heard" && ring.value === "heard" && trouble.value === null);

export function playTone(): void {
  sound.testTone();
  if (tone.value === "not") tone.value = "played";
}

export function playRing(): void {
  sound.testRing();
  if (ring.value === "not") ring.value = "played";
}

/** Takes loudness in and finds where a voice begins, to tell the way there and back. */
class Listener {
  onset = 0;
  private quiet = 0;

  constructor(private readonly into: typeof you) {}

  hear(loud: number, at: number): void {
    const voice = loud > VOICE;
    if (voice && this.quiet >= 250) this.onset = at;
    this.quiet = voice ? 0 : this.quiet + STEP_MS;
    const { wave, voiced } = this.into.peek();
    this.into.value = { wave: [...wave.slice(1), loud], voiced: voiced + (voice ? STEP_MS : 0) };
  }
}

/** Run the check until the returned call. */
export function run(): () => void {
  you.value = { wave: flat(), voiced: 0 };
  back.value = { wave: flat(), voiced: 0 };
  proof.value = null;
  tone.value = "not";
  ring.value = "not";
  slow.value = null;
  level.value = 0;
  peak.value = 0;

  const mine = new Listener(you);
  const theirs = new Listener(back);
  const again = signal(0);
  let echo: sip.Echo | null = null;
  let stopBack: (() => void) | null = null;
  let delay: number | null = null;
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const later = (ms: number, call: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      call();
    }, ms);
    timers.add(timer);
  };

  const proven = async (): Promise<void> => {
    if (proof.peek() || !echo) return;
    const found = await echo.stats();
    proof.value = { delay, received: found?.packetsReceived ?? 0, lost: found?.packetsLost ?? 0 };
    slow.value = null;
    endEcho();
  };
  const endEcho = (): void => {
    stopBack?.();
    stopBack = null;
    echo?.hangUp();
    echo = null;
    sound.hush();
  };

  const hearBack = (stream: MediaStream): void => {
    // Quieter than a caller, so that an open loudspeaker does not sing.
    sound.hear(stream, 0.6);
    stopBack?.();
    stopBack = sound.meter(stream, (loud) => {
      const at = performance.now();
      const before = theirs.onset;
      theirs.hear(loud, at);
      const gap = theirs.onset - mine.onset;
      if (theirs.onset !== before && gap > 15 && gap < 1500) delay = delay === null ? gap : Math.min(delay, gap);
      if (back.peek().voiced >= ENOUGH_MS && you.peek().voiced >= ENOUGH_MS) void proven();
    });
  };

  const stopMeter = effect(() => {
    const { stream } = sound.mic.value;
    if (!stream) return undefined;
    return sound.meter(stream, (loud) => {
      level.value = loud;
      peak.value = Math.max(loud, peak.peek() * 0.985);
      if (!proof.peek()) mine.hear(loud, performance.now());
    });
  });

  const stopEcho = effect(() => {
    void again.value;
    const { stream } = sound.mic.value;
    if (!stream || sip.phone.value.line !== "up" || proof.value) return;
    if (echo) return;
    const began = performance.now();
    echo = sip.callEcho(stream, hearBack, (stood) => {
      stopBack?.();
      stopBack = null;
      echo = null;
      if (proof.peek()) return;
      if (!stood) slow.value = "exchange";
      later(ECHO_AGAIN_MS, () => again.value++);
    });
    if (echo === null) later(ECHO_AGAIN_MS, () => again.value++);
    // Spoken, but nothing came back.
    const look = (): void => {
      if (proof.peek() || !echo) return;
      if (you.peek().voiced >= ENOUGH_MS && back.peek().voiced === 0 && performance.now() - began > ECHO_PATIENCE_MS) slow.value = "echo";
      later(1000, look);
    };
    later(1000, look);
  });

  const stopPatience = effect(() => {
    if (sip.phone.value.line === "up" || sip.phone.value.line === "taken") {
      if (slow.peek() === "exchange") slow.value = null;
      return undefined;
    }
    const timer = setTimeout(() => {
      if (!proof.peek()) slow.value = "exchange";
    }, EXCHANGE_PATIENCE_MS);
    return () => clearTimeout(timer);
  });

  void sound.microphone();
  return () => {
    stopMeter();
    stopEcho();
    stopPatience();
    for (const timer of timers) clearTimeout(timer);
    endEcho();
  };
}
