/**
 * Microphone, headset and bell: which devices are used, what stands in their way, and the sounds a desk makes itself.
 * Choices are remembered on this browser. What the page plays is made here; no sound file is loaded.
 */
import { signal } from "@preact/signals";
import { keep, kept } from "../shared/keep";

/** Why there is no microphone: blocked by the browser, none plugged in, used by another program, page not https. */
export type MicTrouble = "blocked" | "none" | "busy" | "insecure";

export interface Mic {
  state: "closed" | "asking" | "open" | MicTrouble;
  stream: MediaStream | null;
}

export interface Device {
  id: string;
  name: string;
}

export type Role = "mic" | "headset" | "bell";

export const mic = signal<Mic>({ state: "closed", stream: null });
export const devices = signal<{ inputs: Device[]; outputs: Device[] }>({ inputs: [], outputs: [] });
/** Device id by role; "" is the system's default. */
export const chosen = signal<Record<Role, string>>({
  mic: kept("hotline.mic") ?? "",
  headset: kept("hotline.headset") ?? "",
  bell: kept("hotline.bell") ?? "",
});

/** Called with a new microphone while a call stands. */
let onMicrophone: (stream: MediaStream) => void = () => undefined;
export function whenMicrophoneChanges(call: (stream: MediaStream) => void): void {
  onMicrophone = call;
}

let opening: Promise<MediaStream | null> | null = null;
let watching = false;

/** The open microphone; opens it when it is not. Null: `mic` says why. */
export function microphone(): Promise<MediaStream | null> {
  const { stream } = mic.value;
  if (stream?.getAudioTracks()[0]?.readyState === "live") return Promise.resolve(stream);
  opening ??= open().finally(() => (opening = null));
  return opening;
}

async function open(): Promise<MediaStream | null> {
  if (!window.isSecureContext || !("mediaDevices" in navigator)) {
    mic.value = { state: "insecure", stream: null };
    return null;
  }
  watch();
  mic.value = { state: "asking", stream: null };
  const id = chosen.value.mic;
  const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: id ? { ...audio, deviceId: { exact: id } } : audio });
    const track = stream.getAudioTracks()[0];
    // Pulled out, or taken away by the system while the desk was idle.
    if (track) track.onended = () => void reopen();
    mic.value = { state: "open", stream };
    // A page with an open microphone may make sounds without a press before, such as the ring after a reload.
    if (context?.state === "suspended") void context.resume();
    await list();
    return stream;
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (id && (name === "OverconstrainedError" || name === "NotFoundError")) {
      // The remembered one is gone: the system's default is better than none.
      choose("mic", "", false);
      return open();
    }
    const state: MicTrouble = name === "NotFoundError" ? "none" : name === "NotReadableError" ? "busy" : "blocked";
    mic.value = { state, stream: null };
    await list();
    return null;
  }
}

async function reopen(): Promise<void> {
  for (const track of mic.value.stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
  mic.value = { state: "closed", stream: null };
  const stream = await microphone();
  if (stream) onMicrophone(stream);
}

/** Give the microphone back: the browser's red dot goes out. */
export function closeMicrophone(): void {
  for (const track of mic.value.stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
  mic.value = { state: "closed", stream: null };
}

/** A failure mends itself: a permission given or a headset plugged in is seen without a reload. */
function watch(): void {
  if (watching) return;
  watching = true;
  const again = (): void => {
    void list();
    if (mic.value.state !== "open" && mic.value.state !== "asking" && mic.value.state !== "closed") void microphone();
  };
  navigator.mediaDevices.addEventListener("devicechange", again);
  addEventListener("focus", again);
  void navigator.permissions
    ?.query({ name: "microphone" as PermissionName })
    .then((status) => status.addEventListener("change", again))
    .catch(() => undefined);
}

async function list(): Promise<void> {
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  const of = (kind: MediaDeviceKind): Device[] =>
    all.filter((one) => one.kind === kind && one.deviceId && one.deviceId !== "default" && one.deviceId !== "communications").map((one) => ({ id: one.deviceId, name: one.label }));
  devices.value = { inputs: of("audioinput"), outputs: of("audiooutput") };
}

/** Use this device from now on. */
export function choose(role: Role, id: string, use = true): void {
  chosen.value = { ...chosen.value, [role]: id };
  keep(`hotline.${role}`, id || null);
  if (!use) return;
  if (role === "mic") void reopen();
  if (role === "headset" && earpiece) void sink(earpiece, id);
}

// --- what is heard

let earpiece: HTMLAudioElement | null = null;

/** Play a call's sound on the headset. */
export function hear(stream: MediaStream, volume = 1): void {
  earpiece ??= Object.assign(new Audio(), { autoplay: true });
  earpiece.volume = volume;
  earpiece.srcObject = stream;
  void sink(earpiece, chosen.value.headset).then(() => earpiece?.play().catch(() => undefined));
}

export function hush(): void {
  if (earpiece) earpiece.srcObject = null;
}

/** Play an element on this device. */
export async function sink(element: HTMLAudioElement, id: string): Promise<void> {
  // Firefox and Safari choose the speaker themselves.
  if ("setSinkId" in element) await element.setSinkId(id).catch(() => undefined);
}

let context: AudioContext | null = null;

/** One audio context for the page, awake as soon as the browser lets it. */
export function audioContext(): AudioContext {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume().catch(() => undefined);
  return context;
}

if (typeof window !== "undefined") {
  const wake = (): void => void (context?.state === "suspended" && context.resume());
  addEventListener("pointerdown", wake);
  addEventListener("keydown", wake);
}

/** Plays notes (start s, length s, Hz) on one device; the returned call stops them. */
function play(role: Role, notes: readonly (readonly [number, number, number])[], loudness: number, every?: number): () => void {
  const sounds = audioContext();
  const out = sounds.createMediaStreamDestination();
  const speaker: HTMLAudioElement = Object.assign(new Audio(), { autoplay: true, srcObject: out.stream });
  void sink(speaker, chosen.value[role]).then(() => speaker.play().catch(() => undefined));
  const once = (): void => {
    for (const [start, length, hertz] of notes) {
      const from = sounds.currentTime + 0.02 + start;
      const tone = new OscillatorNode(sounds, { frequency: hertz });
      const loud = new GainNode(sounds, { gain: 0 });
      // Soft edges: a tone that begins at once clicks.
      loud.gain.setValueAtTime(0, from);
      loud.gain.linearRampToValueAtTime(loudness, from + 0.02);
      loud.gain.setValueAtTime(loudness, from + length - 0.03);
      loud.gain.linearRampToValueAtTime(0, from + length);
      tone.connect(loud).connect(out);
      tone.start(from);
      tone.stop(from + length);
    }
  };
  once();
  const timer = every === undefined ? undefined : setInterval(once, every);
  return () => {
    clearInterval(timer);
    speaker.pause();
    speaker.srcObject = null;
  };
}

const RING: readonly (readonly [number, number, number])[] = [
  [0, 0.16, 784],
  [0.18, 0.16, 988],
  [0.42, 0.16, 784],
  [0.6, 0.16, 988],
];

/** A second of test tone in the headset. */
export function testTone(): void {
  const stop = play("headset", [[0, 0.5, 523], [0.55, 0.5, 659]], 0.2);
  setTimeout(stop, 1400);
}

/** The ring, once. */
export function testRing(): void {
  const stop = play("bell", RING, 0.35);
  setTimeout(stop, 1400);
}

/** Two soft notes, once: something is on the desk that does not ring. */
export function chime(): void {
  const stop = play("bell", [[0, 0.12, 659], [0.14, 0.2, 880]], 0.18);
  setTimeout(stop, 1000);
}

let ringing: (() => void) | null = null;

/** Ring until told otherwise. */
export function ring(on: boolean): void {
  if (on === (ringing !== null)) return;
  ringing?.();
  ringing = on ? play("bell", RING, 0.35, 2400) : null;
  if (on) performance.mark("bell-rang");
}

/** Reads how loud a stream is, 0..1, every 50 ms until the returned call. */
export function meter(stream: MediaStream, level: (loud: number) => void): () => void {
  const sounds = audioContext();
  const source = sounds.createMediaStreamSource(stream);
  const analyser = new AnalyserNode(sounds, { fftSize: 1024 });
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    level(Math.sqrt(sum / samples.length));
  }, 50);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}
