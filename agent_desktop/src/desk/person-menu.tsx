/** What only administrators may do with a customer, on the customer's page; how far it is; and the page of one who is gone. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import * as f from "../shared/format";
import { Icon } from "../shared/icons";
import { Clocked } from "../shared/parts";
import { isErased } from "./customer";
import { openErase } from "./erase-sheet";
import { e, erasedHere, exportAll, exporting, goes, isErasing, isExporting } from "./erasing";
import { bytes } from "./mail-thread";
import { walk } from "./menus";
import { useOutside } from "./outside";
import { me } from "./session";
import { eraseOpen, personMenuOpen } from "./where";

export function PersonMenu({ id }: { id: string }): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  const open = personMenuOpen.value;
  useOutside(box, () => (personMenuOpen.value = false), "#person-menu");
  useLayoutEffect(() => {
    if (open) box.current?.querySelector<HTMLElement>("button:not([disabled])")?.focus();
  }, [open]);
  useLayoutEffect(() => () => void (personMenuOpen.value = false), []);
  if (me.value?.role !== "administrator") return null;
  const choose = (action: () => void): void => {
    personMenuOpen.value = false;
    document.getElementById("person-menu")?.focus();
    action();
  };
  return (
    <div class="person-menu">
      <button id="person-menu" class="icon-btn" aria-haspopup="menu" aria-expanded={open} aria-label={e().menu} title={e().menu} onClick={() => (personMenuOpen.value = !open)}>
        <Icon name="more" />
      </button>
      {open && (
        <div class="menu" ref={box} role="menu" aria-label={e().menu} onKeyDown={walk}>
          <button class="menu-item" role="menuitem" disabled={isExporting()} onClick={() => choose(() => void exportAll(id))}>
            {e().exportAll}
          </button>
          <button class="menu-item late" role="menuitem" onClick={() => choose(() => openErase(id))}>
            {e().erase}
          </button>
        </div>
      )}
    </div>
  );
}

/** How far the export is, or what came of it. Only its begin and end are told to who hears the screen. */
export function ExportState({ id }: { id: string }): JSX.Element | null {
  const at = exporting.value;
  if (at === null || at.id !== id) return null;
  const running = at.is === "made" || at.is === "comes";
  return (
    <p class="row wrap small export-state">
      <span role={at.is === "failed" ? "alert" : "status"} class={at.is === "failed" ? "late" : "t2"}>
        {running && e().exportMade}
        {at.is === "saved" && e().exportSaved(bytes(at.got))}
        {at.is === "failed" && (
          <>
            {e().exportFailed} <span lang="en">{at.why}</span>
          </>
        )}
      </span>
      {running && (
        <span class="t3 num">
          {at.is === "comes" ? e().exportComes(bytes(at.got), at.of > 0 ? bytes(at.of) : "") : <Since at={at.since} />}
        </span>
      )}
      {at.is === "failed" && (
        <button class="btn is-small" onClick={() => void exportAll(id)}>
          {e().again}
        </button>
      )}
    </p>
  );
}

/** How long it is under way, by the browser's clock. */
export function Since({ at }: { at: number }): JSX.Element {
  return <Clocked class="t3" text={() => f.running(Date.now() - at)} />;
}

/** Beneath a customer's head: what goes on while the sheet is closed. */
export function UnderWay({ id }: { id: string }): JSX.Element | null {
  if (me.value?.role !== "administrator" || eraseOpen.value === id) return null;
  return (
    <div class="under-way">
      <ExportState id={id} />
      {isErasing(id) && (
        <p class="small t2" role="status">
          {e().runningShort}
        </p>
      )}
    </div>
  );
}

/** Nobody is there any more: whom this desk has erased with what went, others with what is to be known. */
export function Gone({ id, leave }: { id: string; leave: JSX.Element }): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  const what = erasedHere.value?.members.includes(id) ? erasedHere.value : null;
  const erased = what !== null || isErased(id);
  useLayoutEffect(() => title.current?.focus(), []);
  return (
    <div class="case-page" id="person-gone">
      <div class="row">
        <h1 class="grow" tabIndex={-1} ref={title}>
          {erased ? e().gone : e().nobody}
        </h1>
        {leave}
      </div>
      <p class="t2">{erased ? e().goneThen : e().nobodyThen}</p>
      {what !== null && (
        <>
          <h2 class="label">{e().went}</h2>
          <ul class="erase-list">
            {goes(what).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
