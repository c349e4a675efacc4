/** "Why am I not getting calls?": the router's own answer, read while somebody wants to know. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get } from "../shared/api";
import { Panel, type PanelState } from "../shared/parts";
import type { NoWork, Why } from "../shared/types";
import { me } from "./session";
import { t, whyText } from "./text";

const AGAIN_MS = 5000;

const open = signal(false);
const told = signal<readonly Why[] | "failed" | null>(null);

async function read(): Promise<void> {
  try {
    told.value = (await get<NoWork>("/agent/why")).why;
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
  const facts = Array.isArray(got) ? got : [];
  return (
    <details class="no-call t2" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{t().whyNoCall}</summary>
      {open.value && (
        <Panel state={panel}>
          <ul>
            {facts.map((one, at) => (
              <li key={at}>{whyText(one)}</li>
            ))}
            {facts.length === 0 && <li>{t().whyNoCallNothing}</li>}
          </ul>
        </Panel>
      )}
    </details>
  );
}
