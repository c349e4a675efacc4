// The help site: ask, see what others ask, reach a person. One page; an answer alone has an address of its own.

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { get, withQuery } from "../shared/api";
import { lang, LANGS, setLang, type Lang } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Panel, ThemeSwitch } from "../shared/parts";
import type { ArticleHit, ArticleHits } from "../shared/types";
import { Alone, Answers } from "./answers";
import { CallPanel } from "./call/panel";
import { ask, asked, askNow, busy, results } from "./search";
import { siteName } from "./site";
import { CallButton, Reach, Ways } from "./ways";
import { remember, where } from "./where";
import { t } from "./words";

const SHOWN_HOT = 6;
/** The languages as the head of the page has room for. */
const SHORT: Record<Lang, string> = { en: "English", "zh-Hans": "简体", "zh-Hant": "繁體" };

/** What is asked most, in the language in use; null: not read yet. */
const hot = signal<readonly ArticleHit[] | null>(null);
const hotFailed = signal(false);
const hotTries = signal(0);

export function followHot(): void {
  effect(() => {
    void hotTries.value;
    const language = lang.value;
    hotFailed.value = false;
    get<ArticleHits>(withQuery("/kb/hot", { lang: language, limit: SHOWN_HOT }))
      .then(({ articles }) => {
        if (lang.peek() === language) hot.value = articles;
      })
      .catch(() => (hotFailed.value = true));
  });
}

export function Page(): JSX.Element {
  const now = where.value;
  return (
    <>
      <div class="help">
        <Top />
        <main>
          {now.at === "home" && <Ask />}
          <div class="cols">
            {now.at === "home" ? <Found /> : <Alone key={now.id} id={now.id} />}
            <Ways />
          </div>
        </main>
      </div>
      <Reach />
      <CallPanel />
    </>
  );
}

function Top(): JSX.Element {
  return (
    <header class="top">
      <a class="brand" href="#">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <circle cx="12" cy="12" r="12" />
          <path d="M5 14c2.3 0 2.3-2 4.6-2s2.4 2 4.7 2 2.4-2 4.7-2M7.5 9.5h9" />
        </svg>
        {siteName()}
      </a>
      <nav aria-label={t().languages}>
        {LANGS.filter(([tag]) => tag !== lang.value).map(([tag, name]) => (
          <button lang={tag} aria-label={name} onClick={() => setLang(tag)}>{SHORT[tag]}</button>
        ))}
        <ThemeSwitch />
      </nav>
    </header>
  );
}

function Ask(): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest("input, textarea, [role=dialog]")) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  const type = (words: string) => {
    remember(words.trim());
    ask(words);
  };
  return (
    <section class="ask">
      <h1>{t().ask}</h1>
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          void askNow(asked.value);
        }}
      >
        <Icon name="search" />
        <input
          ref={field}
          type="text"
          inputMode="search"
          enterkeyhint="search"
          maxLength={200}
          autocomplete="off"
          aria-label={t().search}
          placeholder={t().placeholder}
          value={asked.value}
          // While an input method composes, what stands in the field is not what is meant.
          onInput={(event) => !event.isComposing && type(event.currentTarget.value)}
          onCompositionEnd={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && type("")}
        />
        {asked.value !== "" && (
          <button type="button" class="icon-btn" aria-label={t().clear} onClick={() => (type(""), field.current?.focus())}>
            <Icon name="x" />
          </button>
        )}
        <button class="btn is-main">{t().search}</button>
      </form>
    </section>
  );
}

/** What was found, or what is asked most. */
function Found(): JSX.Element {
  const now = results.value;
  return (
    <section class="found" aria-busy={busy.value}>
      <p class="vh" role="status">{now.is === "found" ? t().found(now.answers.length) : now.is === "nothing" ? t().nothing(now.words) : ""}</p>
      {now.is === "none" && <Hot />}
      {now.is === "found" && (
        <>
          <h2>{t().found(now.answers.length)}</h2>
          <Answers key={now.words} hits={now.answers} open />
        </>
      )}
      {now.is === "nothing" && (
        <>
          <div class="nothing">
            <h2>{t().nothing(now.words)}</h2>
            <p>{now.told ? t().nothingTold : t().nothingUntold}</p>
            <CallButton />
          </div>
          {now.guesses.length > 0 && (
            <>
              <h2 class="perhaps">{t().perhaps}</h2>
              <Answers key={now.words} hits={now.guesses} open={false} />
            </>
          )}
        </>
      )}
      {now.is === "failed" && (
        <Panel state={{ is: "error", what: t().failed, works: t().failedHint, again: () => void askNow(now.words) }} />
      )}
    </section>
  );
}

function Hot(): JSX.Element {
  const of = hot.value;
  return (
    <>
      <h2>{t().hot}</h2>
      {hotFailed.value ? (
        <Panel state={{ is: "error", what: t().unreachable, works: t().unreachableHint, again: () => (hotTries.value += 1) }} />
      ) : of === null ? (
        <Panel state={{ is: "loading", bones: 4 }} />
      ) : of.length === 0 ? (
        <Panel state={{ is: "empty", what: t().hotEmpty, will: t().hotEmptyHint }} />
      ) : (
        <Answers key={`hot/${of[0]!.language}/${of[0]!.article}`} hits={of} open={false} />
      )}
    </>
  );
}
