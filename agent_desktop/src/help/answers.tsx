// Answers in place: a line opens to the whole article, and the article asks whether it solved the matter.

import { signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Failure, get, withQuery } from "../shared/api";
import { ArticleText } from "../shared/article";
import { lang } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Panel } from "../shared/parts";
import type { ArticleHit, ArticleView } from "../shared/types";
import { addressOf } from "./where";
import { tell } from "./search";
import { judged } from "./visits";
import { CallButton } from "./ways";
import { t } from "./words";

type Read = { is: "reading" } | { is: "read"; article: ArticleView } | { is: "gone" } | { is: "failed" };

/** Articles read on this page, so that closing and opening one again costs nothing. */
const read = signal<ReadonlyMap<string, ArticleView>>(new Map());

function useArticle(id: string, wanted: boolean): { state: Read; again: () => void } {
  const language = lang.value;
  const key = `${language}/${id}`;
  const failed = useSignal<"gone" | "failed" | null>(null);
  const tries = useSignal(0);
  const article = read.value.get(key);
  const turn = tries.value;
  useEffect(() => {
    if (!wanted || article) return undefined;
    const overtaken = new AbortController();
    failed.value = null;
    get<ArticleView>(withQuery(`/kb/articles/${encodeURIComponent(id)}`, { lang: language }), overtaken.signal)
      .then((answer) => (read.value = new Map(read.value).set(key, answer)))
      .catch((error: unknown) => {
        if (!overtaken.signal.aborted) failed.value = error instanceof Failure && error.status === 404 ? "gone" : "failed";
      });
    return () => overtaken.abort();
  }, [key, wanted, turn]);
  const state: Read = article ? { is: "read", article } : failed.value ? { is: failed.value } : { is: "reading" };
  return { state, again: () => (tries.value += 1) };
}

/** A list of answers, each with its short form in sight; the first is open when it is the likely one. */
export function Answers({ hits, open }: { hits: readonly ArticleHit[]; open: boolean }): JSX.Element {
  return (
    <ul class="answers">
      {hits.map((hit, i) => (
        <Line key={`${hit.article}/${hit.language}`} hit={hit} open={open && i === 0} />
      ))}
    </ul>
  );
}

function Line({ hit, open }: { hit: ArticleHit; open: boolean }): JSX.Element {
  const shown = useSignal(open);
  const { state, again } = useArticle(hit.article, shown.value);
  return (
    <li lang={hit.language}>
      <details
        open={open}
        onToggle={(event) => {
          shown.value = event.currentTarget.open;
          if (shown.value) void tell();
        }}
      >
        <summary>
          <b>{hit.title}</b>
          {hit.rising && <small lang={lang.value}>{t().rising}</small>}
          <Icon name="down" />
          <span class="short">{hit.summary}</span>
        </summary>
        <div class="answer-body">
          {state.is === "reading" && <p class="lead">{hit.summary}</p>}
          <Body state={state} again={again} />
          {state.is === "read" && (
            <a class="alone" href={addressOf(hit.article)} lang={lang.value}>
              {t().alone}
            </a>
          )}
        </div>
      </details>
    </li>
  );
}

function Body({ state, again }: { state: Read; again: () => void }): JSX.Element {
  switch (state.is) {
    case "reading":
      return <Panel state={{ is: "loading", bones: 3 }} />;
    case "failed":
      return (
        <div lang={lang.value}>
          <Panel state={{ is: "error", what: t().readFailed, works: t().failedHint, again }} />
        </div>
      );
    case "gone":
      return (
        <div lang={lang.value}>
          <Panel state={{ is: "empty", what: t().gone, will: t().goneHint }} />
        </div>
      );
    case "read":
      return (
        <>
          {state.article.language !== lang.value && <p class="small t2" lang={lang.value}>{t().otherLanguage}</p>}
          <p class="lead">{state.article.summary}</p>
          <ArticleText markdown={state.article.text} />
          <Judge key={`${state.article.article}/${state.article.language}`} article={state.article} />
        </>
      );
  }
}

/** Two choices, no more. */
function Judge({ article }: { article: ArticleView }): JSX.Element {
  const chosen = useSignal<boolean | null>(null);
  const choose = (solved: boolean) => {
    chosen.value = solved;
    void judged(article.article, solved);
  };
  return (
    <div class="judge" lang={lang.value} role="status">
      {chosen.value === null ? (
        <>
          <span>{t().solved}</span>
          <button class="btn" onClick={() => choose(true)}><Icon name="check" />{t().yes}</button>
          <button class="btn" onClick={() => choose(false)}><Icon name="x" />{t().no}</button>
        </>
      ) : chosen.value ? (
        <span class="solved-now"><Icon name="check" />{t().thanksYes}</span>
      ) : (
        <>
          <span>{t().thanksNo}</span>
          <CallButton />
        </>
      )}
    </div>
  );
}

/** One article with an address of its own. */
export function Alone({ id }: { id: string }): JSX.Element {
  const { state, again } = useArticle(id, true);
  return (
    <article class="alone-page" lang={state.is === "read" ? state.article.language : undefined}>
      <a class="back" href="#" lang={lang.value}><Icon name="back" />{t().back}</a>
      {state.is === "read" && <h1>{state.article.title}</h1>}
      <Body state={state} again={again} />
    </article>
  );
}
