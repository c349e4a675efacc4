/** F9: the list of those the caller can be given to. What is typed narrows it; nothing is chosen before a key says so. */
import { computed, effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Failure, post } from "../shared/api";
import * as f from "../shared/format";
import { siteText } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { stateClass } from "../shared/parts";
import type { Done } from "../shared/types";
import { named } from "../shared/words";
import { useOutside } from "./outside";
import { call, me, queues, room, transferOpen } from "./session";
import { hold, phone } from "./sip";
import { next, targets, withNumber, type Target } from "./targets";
import { t } from "./text";
import { attempt } from "./work";

const typed = signal("");
const at = signal(-1);
/** Why the last choice came to nothing. */
const refused = signal("");

const list = computed(() =>
  withNumber(
    targets(
      { me: me.value?.agent ?? "", agents: room.view.value?.agents ?? [], queues: queues.value, queueName: (one) => siteText(one.name, one.id) },
      typed.value,
    ),
    typed.value,
    me.value?.calls_out === "yes",
  ),
);

effect(() => {
  const talking = call.value?.phase === "talking" || call.value?.phase === "held";
  if (!talking) transferOpen.value = false;
});
effect(() => {
  if (transferOpen.value) return;
  typed.value = "";
  at.value = -1;
  refused.value = "";
});

/** Give the caller away (`transfer`), or ask first, with the caller set aside (`consult`). */
async function give(target: Target | undefined, how: "transfer" | "consult" = "transfer"): Promise<void> {
  const interaction = call.value?.interaction;
  if (!target?.free || !interaction) return;
  // Who is asked must hear the agent, whom the phone holds.
  if (how === "consult" && phone.value.call?.held) hold(false);
  const done = await attempt(async () => {
    try {
      return await post<Done>(`/interactions/${encodeURIComponent(interaction)}/${how}`, { [target.kind]: target.id });
    } catch (error) {
      if (error instanceof Failure && error.problem?.type === "not-free") refused.value = t().notFreeNow(target.name);
      if (error instanceof Failure && error.problem?.type === "no-way-back") refused.value = t().noWayBack;
      throw error;
    }
  });
  if (done) transferOpen.value = false;
}

export function TransferMenu(): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  useOutside(box, () => (transferOpen.value = false), "#key-transfer");
  const open = transferOpen.value;
  useLayoutEffect(() => {
    if (open) document.getElementById("transfer-to")?.focus();
  }, [open]);
  if (!open) return null;
  const found = list.value;
  const keys = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") at.value = next(found, at.value, 1);
    else if (event.key === "ArrowUp") at.value = next(found, at.value, -1);
    else if (event.key === "Enter") void give(found[at.value], event.shiftKey ? "consult" : "transfer");
    else return;
    document.getElementById(`target-${at.value}`)?.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  };
  return (
    <div class="menu transfer" ref={box} role="group" aria-label={t().transfer}>
      <input
        id="transfer-to"
        class="in"
        type="search"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={t().transferHint}
        aria-label={t().transferTo}
        aria-expanded="true"
        aria-controls="targets"
        aria-activedescendant={at.value >= 0 ? `target-${at.value}` : ""}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          at.value = typed.value.trim() ? next(list.value, -1, 1) : -1;
        }}
        onKeyDown={keys}
      />
      {refused.value && (
        <p class="small soon menu-note" role="alert">
          {refused.value}
        </p>
      )}
      <div id="targets" role="listbox" aria-label={t().transferTo}>
        {found.map((one, index) => (
          <Row key={`${one.kind} ${one.id}`} target={one} index={index} />
        ))}
      </div>
      {found.length === 0 && <p class="small t3 menu-note">{t().nobodyToTransfer}</p>}
      <p class="small t3 menu-note">
        {t().transferKeeps} {t().askFirstHint}
      </p>
    </div>
  );
}

function Row({ target, index }: { target: Target; index: number }): JSX.Element {
  const { queue } = target;
  return (
    <div
      id={`target-${index}`}
      class={`menu-item st ${stateClass(target.free ? "ready" : target.state)}${target.free ? "" : " is-off"}`}
      role="option"
      aria-selected={at.value === index}
      aria-disabled={!target.free}
      onPointerEnter={() => target.free && (at.value = index)}
      onClick={() => void give(target)}
    >
      {target.kind === "agent" ? <i class="dot" /> : <Icon name={queue ? "transfer" : "phone"} small />}
      <span class="grow cut">
        <b class="b">{target.name}</b> {target.number && <span class="num t2">{target.number}</span>}
      </span>
      <span class="small t3">{target.kind === "number" ? (target.free ? t().outsideNumber : me.value?.calls_out === "off" ? t().dialOff : t().dialNotAllowed) : queue ? t().inLine(f.count(queue.waiting), f.count(queue.ready)) : named("states", target.state)}</span>
      {target.free && (
        <button
          class="btn is-small"
          tabIndex={-1}
          onClick={(event) => {
            event.stopPropagation();
            void give(target, "consult");
          }}
        >
          {t().askFirst}
        </button>
      )}
    </div>
  );
}
