/** Small parts used by every screen. */
import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { now } from "./clock";
import { age as ageText, NOTHING, running } from "./format";
import { lang, LANGS, setLang } from "./i18n";
import { Icon, kindIcon, type IconName } from "./icons";
import { setTheme, theme } from "./theme";
import { named, s } from "./words";

/** A key beside the word it stands for. */
export const Kbd = ({ children }: { children: ComponentChildren }): JSX.Element => <kbd>{children}</kbd>;

/** A fact; not clickable. `maybe` is dashed: a guess. */
export function Chip({ is, children }: { is?: "accent" | "good" | "bad" | "warn" | "maybe" | undefined; children: ComponentChildren }): JSX.Element {
  return <span class={is ? `chip is-${is}` : "chip"}>{children}</span>;
}

/** The class that carries a state's colours (see `.st` in base.css). */
export function stateClass(state: string): string {
  const name: Record<string, string> = {
    ready: "st-available",
    reserved: "st-ringing is-unheard",
    offered: "st-ringing is-unheard",
    dialling: "st-ringing is-unheard",
    ringing: "st-ringing",
    talking: "st-talking",
    held: "st-talking",
    wrap_up: "st-wrap",
    overdue: "st-overdue",
  };
  return `st ${name[state] ?? "st-notready"}`;
}

/** Shape, word and colour of a state, with the time in it. */
export function StatePill({ state, word, since }: { state: string; word?: string; since?: number }): JSX.Element {
  return (
    <span class={`pill ${stateClass(state)}`}>
      <i class="dot" />
      <b class="cut">{word ?? named("states", state)}</b>
      {since !== undefined && <Running since={since} />}
    </span>
  );
}

/** The ring with a channel's glyph; filled only while live. */
export function Mark({ kind, live }: { kind: string; live?: string | undefined }): JSX.Element {
  return (
    <span class={live ? `mark is-live ${stateClass(live)}` : "mark"}>
      <Icon name={kindIcon(kind)} />
    </span>
  );
}

/** Solved, not solved, or not asked yet. */
export function Judgement({ solved, ask }: { solved: boolean | null; ask?: boolean }): JSX.Element | null {
  if (solved === null) return ask ? <span class="t3">{s().notAsked}</span> : null;
  return (
    <span class={solved ? "solved" : "unsolved"}>
      <Icon name={solved ? "check" : "x"} small />
      {solved ? s().solved : s().notSolved}
    </span>
  );
}

/** A duration that runs from a moment of the server's clock; only its text node changes, once a second. */
export function Running({ since, class: more = "" }: { since: number; class?: string }): JSX.Element {
  const from = useSignal(since);
  from.value = since;
  const text = useComputed(() => running(now.value - from.value));
  return <time class={`num ${more}`}>{text}</time>;
}

/** Text made from the server's clock, written anew only when it differs: `(now) => text`. */
export function Clocked({ text, class: more = "" }: { text: (now: number) => string; class?: string }): JSX.Element {
  const make = useSignal(text);
  make.value = text;
  const shown = useComputed(() => make.value(now.value));
  return <span class={`num ${more}`}>{shown}</span>;
}

/** `12 s old`, beside something that is not live any more. */
export function Age({ ms }: { ms: number }): JSX.Element {
  return (
    <span class="ageline">
      <Icon name="clock" small />
      {ageText(ms)}
    </span>
  );
}

/** A figure that is known only while it is fresh: after a minute without news it is a dash. */
export const orDash = (text: string, ageMs: number): string => (ageMs > 60_000 ? NOTHING : text);

export type PanelState =
  | { is: "ready" }
  | { is: "loading"; bones?: number }
  | { is: "empty"; what: string; will?: string }
  | { is: "stale"; age: number }
  | { is: "error"; what: string; works?: string; again?: () => void }
  | { is: "offline"; what: string; goesOn?: string };

/**
 * A part of a page in one of its states: ready, empty, loading, stale, error, offline. A loading one stays blank for 150 ms,
 * then shows grey bars in its final height; nothing spins.
 */
export function Panel({ state, children, class: more = "" }: { state: PanelState; children?: ComponentChildren; class?: string }): JSX.Element {
  switch (state.is) {
    case "ready":
      return <div class={more}>{children}</div>;
    case "stale":
      return (
        <div class={`is-stale ${more}`}>
          {children}
          <Age ms={state.age} />
        </div>
      );
    case "loading":
      return <Bones count={state.bones ?? 3} />;
    case "empty":
      return <Said class={more} what={state.what} then={state.will} />;
    case "offline":
      return <Said class={more} icon="phone" what={state.what} then={state.goesOn} />;
    case "error":
      return (
        <Said class={more} icon="alert" bad what={state.what} then={state.works}>
          {state.again && (
            <button class="btn is-small" onClick={state.again}>
              {s().readAgain}
            </button>
          )}
        </Said>
      );
  }
}

function Said(props: {
  what: string;
  then?: string | undefined;
  icon?: IconName;
  bad?: boolean;
  class?: string;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`panel ${props.class ?? ""}`}>
      <p class={`say-what b ${props.icon ? "row" : ""} ${props.bad ? "late" : ""}`}>
        {props.icon && <Icon name={props.icon} />}
        {props.what}
      </p>
      {props.then && <p class="t2 small">{props.then}</p>}
      {props.children}
    </div>
  );
}

function Bones({ count }: { count: number }): JSX.Element {
  const shown = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => (shown.value = true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="bones" aria-hidden="true">
      {Array.from({ length: count }, () => (
        <i style={shown.value ? undefined : { visibility: "hidden" }} />
      ))}
    </div>
  );
}

export function Logo({ name = "Hotline" }: { name?: string }): JSX.Element {
  return (
    <span class="logo">
      <svg viewBox="0 0 18 18" aria-hidden="true">
        <rect width="18" height="18" rx="5" />
        <path d="M3.5 9.6h2.6L7.8 5l2.7 8 1.6-4.4h2.4" />
      </svg>
      {name}
    </span>
  );
}

/** The three languages, each in its own words. */
export function LangSwitch(): JSX.Element {
  return (
    <nav class="langs" aria-label={s().language}>
      {LANGS.map(([tag, name]) => (
        <button lang={tag} aria-pressed={lang.value === tag} onClick={() => setLang(tag)}>
          {name}
        </button>
      ))}
    </nav>
  );
}

/** One press: light to dark and back, starting from what is seen now. */
export function ThemeSwitch(): JSX.Element {
  const dark = theme.value === "dark" || (theme.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  return (
    <button class="icon-btn" title={s().theme.switch} aria-label={s().theme.switch} onClick={() => setTheme(dark ? "light" : "dark")}>
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}
