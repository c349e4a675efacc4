/** "Why am I not getting calls?": the router's own answer, read while somebody wants to know. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get } from "../shared/api";
import { Panel, type PanelState } from "../shared/parts";
import type { NoWork, Why } from "../shared/types";
import { me } from "./session";
import { t, w, whyText } from "./text";

const AGAIN_MS = 5000;

const open = signal(false);
const told = signal<NoWork | "failed" | null>(null);

async function read(): Promise<void> {
  try {
    told.value = await get<NoWork>("/agent/why");
  } catch {
    told.value = "failed";
  }
}

export function WhyNoCall(): JSX.Element {
  const state = me.value?.state;
  useEffect(() => {
    if (!open.value) return undefined;
    void read();
    const timer = setInterval(() => void read(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [open.value, state]);
  const got = told.value;
  const panel: PanelState =
    got === null
      ? { is: "loading", bones: 2 }
      : got === "failed"
        ? { is: "error", what: t().whyNoCallFailed, works: t().homeReady, again: () => void read() }
        : { is: "ready" };
  const known = got === null || got === "failed" ? null : got;
  return (
    <details class="no-call t2" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{t().whyNoCall}</summary>
      {open.value && (
        <Panel state={panel}>
          <Facts of={known?.why ?? []} none={t().whyNoCallNothing} />
          <p class="label">{w().whyNone}</p>
          <Facts of={known?.text ?? []} none={w().whyNothing} />
        </Panel>
      )}
    </details>
  );
}

function Facts({ of, none }: { of: readonly Why[]; none: string }): JSX.Element {
  return (
    <ul>
      {of.map((one, at) => (
        <li key={at}>{whyText(one)}</li>
      ))}
      {of.length === 0 && <li>{none}</li>}
    </ul>
  );
}
