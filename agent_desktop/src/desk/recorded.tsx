/** How it stands with the recording of the talk on the desk, and its pause. What it says is what Asterisk has told. */
import type { JSX } from "preact";
import type { CallView } from "../shared/types";
import * as act from "./actions";
import { t } from "./text";

export function Recorded({ call: at }: { call: CallView }): JSX.Element | null {
  if (at.recorded === "failed") {
    return (
      <span id="recorded" class="small late b" role="status" title={t().recordedFailedThen}>
        {t().recordedFailed}
      </span>
    );
  }
  if (at.recorded !== "on" && at.recorded !== "paused") return null;
  const paused = at.recorded === "paused";
  return (
    <>
      <span id="recorded" class={paused ? "small soon b" : "small b"} role="status">
        {paused ? t().recordedPaused : t().recordedOn}
      </span>
      <button id="record-pause" class="btn is-small" title={paused ? undefined : t().recordPauseThen} onClick={() => act.pauseRecording(at, !paused)}>
        {paused ? t().recordResume : t().recordPause}
      </button>
    </>
  );
}
