/** A recording, played in the page: one button, the place in it, its length. It is heard where calls are heard. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import * as f from "../shared/format";
import { Icon } from "../shared/icons";
import { Panel } from "../shared/parts";
import * as sound from "./sound";
import { w } from "./text";

/** What the space bar plays and pauses; null: no page with a recording of its own is open. */
let bySpace: (() => void) | null = null;

/** Where the recording of a message is. */
export const ofPiece = (piece: string): string => `/api/v1/work/${encodeURIComponent(piece)}/recording`;

/** Where that of a call's talks is. */
export const ofCall = (interaction: string): string => `/api/v1/interactions/${encodeURIComponent(interaction)}/recording`;

/** False: nothing to play. */
export function playOrPause(): boolean {
  bySpace?.();
  return bySpace !== null;
}

/** `main`: the page's own recording, which the space bar plays. `length` is known before anything is loaded. */
export function Player({ path, length, main = false }: { path: string; length: number; main?: boolean }): JSX.Element {
  const player = useRef<HTMLAudioElement>(null);
  const playing = useSignal(false);
  const at = useSignal(0);
  const failed = useSignal(false);
  const toggle = (): void => {
    const audio = player.current;
    if (!audio) return;
    if (!audio.paused) audio.pause();
    else void sound.sink(audio, sound.chosen.value.headset).then(() => audio.play().catch(() => undefined));
  };
  useEffect(() => {
    if (!main) return undefined;
    bySpace = toggle;
    return () => {
      if (bySpace === toggle) bySpace = null;
    };
  });
  if (failed.value) {
    return <Panel state={{ is: "error", what: w().gone, works: w().goneThen, again: () => (failed.value = false) }} />;
  }
  const whole = Math.max(length, at.value * 1000);
  return (
    <div class="player" role="group" aria-label={w().recording}>
      <audio
        ref={player}
        src={path}
        preload={main ? "metadata" : "none"}
        onPlay={() => (playing.value = true)}
        onPause={() => (playing.value = false)}
        onTimeUpdate={(event) => (at.value = event.currentTarget.currentTime)}
        onError={() => (failed.value = true)}
      />
      <button class="btn is-small" onClick={toggle} {...(main && { "aria-keyshortcuts": "Space" })}>
        <Icon name={playing.value ? "pause" : "play"} small />
        {playing.value ? w().stop : w().play}
        {main && <kbd>Space</kbd>}
      </button>
      <input
        type="range"
        min={0}
        max={whole / 1000}
        step={0.1}
        value={at.value}
        aria-label={w().place}
        aria-valuetext={f.running(at.value * 1000)}
        onInput={(event) => {
          at.value = Number(event.currentTarget.value);
          if (player.current) player.current.currentTime = at.value;
        }}
      />
      <span class="num small t2">
        {f.running(at.value * 1000)} / {f.running(whole)}
      </span>
    </div>
  );
}
