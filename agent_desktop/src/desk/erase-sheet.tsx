/** Erasing one person: what goes and what stays in plain words, something to type, and what came of it. A ring closes the sheet. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import * as f from "../shared/format";
import { Icon } from "../shared/icons";
import { Panel } from "../shared/parts";
import type { Erasure, Person } from "../shared/types";
import { customer } from "./customer";
import { count, e, erase, erasing, exportAll, exporting, goes, isErasing, isExporting, isTyped, phrase, stays, type Wrong } from "./erasing";
import { useOutside } from "./outside";
import { ExportState, Since } from "./person-menu";
import { me } from "./session";
import { t } from "./text";
import { eraseOpen, where } from "./where";

export function openErase(id: string): void {
  eraseOpen.value = id;
  if (!isErasing(id)) void count(id);
}

export function closeErase(): void {
  const id = eraseOpen.value;
  eraseOpen.value = null;
  if (id !== null && !isErasing(id)) erasing.value = null;
  document.getElementById("person-menu")?.focus();
}

export function EraseSheet(): JSX.Element | null {
  const id = eraseOpen.value;
  const open = where.value;
  const who = customer.value?.what;
  if (id === null || open.is !== "customer" || open.id !== id || me.value?.role !== "administrator") return null;
  if (who === undefined || typeof who === "string" || customer.value?.id !== id) return null;
  return <Sheet key={id} id={id} who={who} />;
}

/** `id`: of the page, which may be one that was merged into theirs. */
function Sheet({ id, who }: { id: string; who: Person }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const at = erasing.value?.id === id ? erasing.value : null;
  useOutside(box, closeErase, "#person-menu");
  useLayoutEffect(() => box.current?.focus(), []);
  const name = phrase(who);
  return (
    <div class="veil">
      <div class="erase-sheet card" role="dialog" aria-modal="false" aria-labelledby="erase-title" aria-describedby="erase-never" tabIndex={-1} ref={box}>
        <div class="row">
          <h2 id="erase-title" class="b grow cut" lang={f.langOf(name, who.language)}>
            {e().title(name)}
          </h2>
          <button class="icon-btn" aria-label={t().close} onClick={closeErase}>
            <Icon name="x" />
          </button>
        </div>
        <p id="erase-never" class="late b">
          {e().never}
        </p>
        {at?.wrong && <WentWrong wrong={at.wrong} counted={at.what !== null} again={() => void count(id)} />}
        {at !== null && at.what === null && (at.wrong === null || at.wrong.is === "another") && (
          <>
            <p class="small t2" role="status">
              {e().counting}
            </p>
            <Panel state={{ is: "loading", bones: 6 }} />
          </>
        )}
        {at !== null && at.what !== null && <Asked id={id} what={at.what} name={name} since={at.since} />}
      </div>
    </div>
  );
}

function WentWrong({ wrong, counted, again }: { wrong: Wrong; counted: boolean; again: () => void }): JSX.Element {
  const said = wrong.is === "failed" ? (counted ? e().failed : e().notCounted) : wrong.is === "gone" ? e().gone : wrong.is === "away" && !counted ? t().noServer : e()[wrong.is];
  return (
    <div class="row wrap" role="alert">
      <p class="late grow">
        {said} {wrong.is === "failed" && <span lang="en">{wrong.why}</span>}
      </p>
      {wrong.is !== "another" && (
        <button class="btn is-small" onClick={again}>
          {e().look}
        </button>
      )}
    </div>
  );
}

function Asked({ id, what, name, since }: { id: string; what: Erasure; name: string; since: number | null }): JSX.Element {
  const typed = useSignal("");
  const wrong = erasing.value?.wrong ?? null;
  const blocked = what.talking > 0 && wrong === null;
  const ready = since === null && what.talking === 0 && (wrong === null || wrong.is === "another") && isTyped(typed.value, name);
  const exported = exporting.value?.id === id ? exporting.value : null;
  return (
    <>
      {blocked && <WentWrong wrong={{ is: "talking" }} counted again={() => void count(id)} />}
      {what.waiting > 0 && <p class="soon">{e().waiting(what.waiting, f.count(what.waiting))}</p>}
      <div class="erase-what">
        <section aria-label={e().goes}>
          <h3 class="label">{e().goes}</h3>
          <List lines={goes(what.goes)} />
        </section>
        <section aria-label={e().stays}>
          <h3 class="label">{e().stays}</h3>
          <List lines={stays(what.goes)} />
        </section>
      </div>
      {since === null ? (
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) void erase(id, what);
          }}
        >
          {exported === null ? (
            <div class="row wrap">
              <span class="t2">{e().exportFirst}</span>
              <button type="button" class="btn is-small" disabled={isExporting()} onClick={() => void exportAll(id)}>
                {e().exportAll}
              </button>
            </div>
          ) : (
            <ExportState id={id} />
          )}
          <label>
            <span>
              {e().type} <b class="b t1">{name}</b>
            </span>
            <input
              class="in"
              name="erase-who"
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              maxLength={300}
              disabled={what.talking > 0}
              value={typed.value}
              onInput={(event) => (typed.value = event.currentTarget.value)}
            />
          </label>
          <div class="row">
            <button class="btn is-bad" disabled={!ready}>
              {e().eraseNow}
            </button>
            <button type="button" class="btn is-quiet" onClick={closeErase}>
              {t().cancel}
            </button>
          </div>
        </form>
      ) : (
        <Running since={since} />
      )}
    </>
  );
}

function Running({ since }: { since: number }): JSX.Element {
  const close = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => close.current?.focus(), []);
  return (
    <div class="row wrap">
      <p class="grow" role="status">
        {e().running}
      </p>
      <Since at={since} />
      <button class="btn" ref={close} onClick={closeErase}>
        {t().close}
      </button>
    </div>
  );
}

const List = ({ lines }: { lines: readonly string[] }): JSX.Element => (
  <ul class="erase-list">
    {lines.map((line) => (
      <li key={line}>{line}</li>
    ))}
  </ul>
);
