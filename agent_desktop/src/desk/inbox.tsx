/** The inbox. Today only calls come to this desk, so it says what will stand here; nothing is made up. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "../shared/icons";
import { Kbd, Panel } from "../shared/parts";
import { useOutside } from "./outside";
import { t } from "./text";
import { inboxOpen } from "./where";

const TABS = ["mine", "team", "back"] as const;

export function Inbox(): JSX.Element {
  const tab = useSignal<(typeof TABS)[number]>("mine");
  const box = useRef<HTMLElement>(null);
  useOutside(box, () => (inboxOpen.value = false), ".only-tablet");
  const names = { mine: t().inboxMine, team: t().inboxTeam, back: t().inboxBack };
  const empty = {
    mine: [t().nothingWaits, t().nothingWaitsThen],
    team: [t().nothingTeam, t().nothingTeamThen],
    back: [t().nobodyBack, t().nobodyBackThen],
  } as const;
  const arrows = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const next = TABS[(TABS.indexOf(tab.value) + step + TABS.length) % TABS.length];
    if (next) {
      tab.value = next;
      document.getElementById(`tab-${next}`)?.focus();
    }
  };
  const [what, will] = empty[tab.value];
  return (
    <aside class={inboxOpen.value ? "inbox is-open" : "inbox"} aria-label={t().inbox} ref={box}>
      <div class="tabs" role="tablist" aria-label={t().inbox} onKeyDown={arrows}>
        {TABS.map((one) => (
          <button id={`tab-${one}`} role="tab" aria-selected={tab.value === one} aria-controls="inbox-list" tabIndex={tab.value === one ? 0 : -1} onClick={() => (tab.value = one)}>
            {names[one]}
          </button>
        ))}
        <button class="icon-btn only-tablet end" aria-label={t().close} onClick={() => (inboxOpen.value = false)}>
          <Icon name="x" />
        </button>
      </div>
      <div id="inbox-list" role="tabpanel" aria-labelledby={`tab-${tab.value}`} class="inbox-list">
        <Panel state={{ is: "empty", what, will }} />
      </div>
      <div class="tail small t3 row">
        <span class="grow">{t().inboxTail}</span>
        <Kbd>G I</Kbd>
      </div>
    </aside>
  );
}
