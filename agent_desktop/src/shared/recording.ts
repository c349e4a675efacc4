/**
 * A sentence for callers: from the microphone or a file, made into what the exchange plays (16-bit PCM, mono, 8000 Hz, WAV).
 * The browser decodes whatever it can play, so any sound file will do.
 */
const RATE = 8000;
export const MOST_S = 30;

export interface Recording {
  seconds: number;
  /** To hear it back. */
  url: string;
  /** The WAV file in base64, as the server takes it. */
  sound: string;
}

/** Samples from -1 to 1 as a WAV file. */
export function wav(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => [...value].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, i) => view.setInt16(44 + i * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 0x7fff), true));
  return bytes;
}

export function base64(bytes: Uint8Array): string {
  let text = "";
  // All at once would be more arguments than a call may have.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** What a file or a recording sounds like to callers. Throws when the browser can't play it. */
export async function made(from: Blob): Promise<Recording> {
  // A context of the telephone's rate: the browser resamples, and filters, as it decodes.
  const decoded = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await from.arrayBuffer());
  const samples = new Float32Array(decoded.length);
  for (let channel = 0; channel < decoded.numberOfChannels; channel++) {
    decoded.getChannelData(channel).forEach((sample, i) => (samples[i]! += sample / decoded.numberOfChannels));
  }
  const bytes = wav(samples);
  return { seconds: decoded.duration, url: URL.createObjectURL(new Blob([bytes.buffer as ArrayBuffer], { type: "audio/wav" })), sound: base64(bytes) };
}

export interface Take {
  /** Ends the recording; what was said. */
  stop: () => Promise<Recording>;
}

/** Record from the microphone, `MOST_S` at most. Throws when there is none, or it is refused. */
export async function record(onEnd: () => void): Promise<Take> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const over = new Promise<void>((resolve) => {
    recorder.onstop = () => {
      stream.getTracks().forEach((track) => track.stop());
      resolve();
    };
  });
  recorder.start();
  // A little less than callers may be told, for what the recorder adds.
  const timer = setTimeout(onEnd, (MOST_S - 1) * 1000);
  return {
    stop: async () => {
      clearTimeout(timer);
      if (recorder.state !== "inactive") recorder.stop();
      await over;
      return made(new Blob(parts, { type: recorder.mimeType }));
    },
  };
}
