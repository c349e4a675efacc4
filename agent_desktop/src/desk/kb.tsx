/** The knowledge base at the side: answers that fit, asking, and reading one article. */
import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { get, withQuery } from "../shared/api";
import { ArticleText } from "../shared/article";
import * as f from "../shared/format";
import { lang } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Kbd, Panel, type PanelState } from "../shared/parts";
import type { Answer, ArticleHit, ArticleHits, ArticleView } from "../shared/types";
import { call, comes } from "./session";
import { t } from "./text";
import { reading } from "./where";
import { addToNote, person } from "./work";

/** An answer as the side shows it, wherever it came from. */
interface Shown {
  article: string;
  title: string;
  summary: string;
  language: string;
}

const question = signal("");
const hits = signal<{ for: string; what: ArticleHit[] } | "failed" | null>(null);
const hot = signal<ArticleHit[] | "failed" | null>(null);

/** The language answers are wanted in: the caller's, else the screen's. */
const wanted = (): string => call.value?.language ?? lang.value;

effect(() => {
  const text = question.value.trim();
  const language = wanted();
  if (text.length < 2) {
    hits.value = null;
    return undefined;
  }
  const cancel = new AbortController();
  const timer = setTimeout(() => {
    get<ArticleHits>(withQuery("/kb/search", { q: text, lang: language, limit: 5 }), cancel.signal).then(
      (found) => (hits.value = { for: text, what: found.articles }),
      () => {
        if (!cancel.signal.aborted) hits.value = "failed";
      },
    );
  }, 150);
  return () => {
    clearTimeout(timer);
    cancel.abort();
  };
});

/** What is asked most, in the screen's language; read when the day's page is shown. */
export async function readHot(): Promise<void> {
  try {
    hot.value = (await get<ArticleHits>(withQuery("/kb/hot", { lang: lang.value, limit: 5 }))).articles;
  } catch {
    hot.value = "failed";
  }
}

/** The answers that `Alt 1 2 3` mean: what was just asked, else what fits the call. */
function listed(): Shown[] {
  const got = hits.value;
  if (got && got !== "failed") return got.what.slice(0, 3);
  return (person.value?.answers ?? []).slice(0, 3);
}

export function insertAnswer(index: number): void {
  const one = listed()[index];
  if (one && call.value && !comes(call.value)) addToNote(`${one.title}: ${one.summary}`);
}

export function readOut(index: number): void {
  const one = listed()[index];
  if (one) reading.value = one.article;
}

const WHYS = ["search", "menu", "case", "mail"] as const;

/** The reasons answers were found by, named once each. */
function fromWhere(answers: readonly Answer[]): string {
  const names: Record<string, string> = t().whys;
  const found = WHYS.filter((why) => answers.some((one) => one.why === why)).map((why) => names[why] ?? why);
  return found.length > 0 ? t().fromWhere(found.join(f.joiner())) : "";
}

export function Answers(): JSX.Element {
  const answers = person.value?.answers.slice(0, 3) ?? [];
  if (hits.value) return <></>;
  return (
    <section class="card kb" aria-label={t().answersThatFit}>
      <div class="hd">
        <h2 class="label">{t().answersThatFit}</h2>
        <span class="small t3">{fromWhere(answers)}</span>
      </div>
      <Panel state={answers.length > 0 ? { is: "ready" } : { is: "empty", what: t().noAnswers, will: t().noAnswersThen }}>
        <List of={answers} />
      </Panel>
    </section>
  );
}

function List({ of }: { of: readonly Shown[] }): JSX.Element {
  const canInsert = call.value !== null && !comes(call.value);
  return (
    <ol>
      {of.map((one, index) => (
        <li key={one.article}>
          <span class="no num">{index + 1}</span>
          <b lang={f.langOf(one.title, one.language)}>{one.title}</b>
          <p lang={f.langOf(one.summary, one.language)}>{one.summary}</p>
          <div class="acts">
            {call.value && (
              <button class="btn is-small" disabled={!canInsert} onClick={() => addToNote(`${one.title}: ${one.summary}`)}>
                <Icon name="insert" small />
                {t().insert}
              </button>
            )}
            <button class="btn is-small is-quiet" onClick={() => (reading.value = one.article)}>
              <Icon name="say" small />
              {t().readOut}
            </button>
            <span class="grow" />
            {index < 3 && call.value && <Kbd>Alt {index + 1}</Kbd>}
          </div>
        </li>
      ))}
    </ol>
  );
}

export function Ask(): JSX.Element {
  const got = hits.value;
  const state: PanelState =
    got === "failed"
      ? { is: "error", what: t().kbNotRead, works: t().historyNotReadThen }
      : got && got.what.length === 0
        ? { is: "empty", what: t().noArticle(got.for), will: t().noArticleThen }
        : { is: "ready" };
  return (
    <section class="card kb" aria-label={t().askKb}>
      <div class="hd">
        <h2 class="label">{t().askKb}</h2>
        <Kbd>Alt K</Kbd>
      </div>
      <div class="in">
        <Icon name="search" />
        <input
          id="ask"
          type="search"
          autocomplete="off"
          placeholder={t().askKbHint}
          aria-label={t().askKb}
          value={question.value}
          onInput={(event) => (question.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              question.value = "";
              event.currentTarget.blur();
            }
          }}
        />
      </div>
      {got !== null && (
        <div class="asked" aria-live="polite">
          <Panel state={state}>{got !== "failed" && <List of={got.what} />}</Panel>
        </div>
      )}
    </section>
  );
}

/** What is asked most now. */
export function Hot(): JSX.Element {
  const got = hot.value;
  const state: PanelState =
    got === null
      ? { is: "loading", bones: 4 }
      : got === "failed"
        ? { is: "error", what: t().kbNotRead, works: t().historyNotReadThen, again: () => void readHot() }
        : got.length === 0
          ? { is: "empty", what: t().noHot, will: t().noHotThen }
          : { is: "ready" };
  return (
    <Panel state={state}>
      <ul class="rows">
        {(got === "failed" ? [] : (got ?? [])).map((one) => (
          <li key={one.article}>
            <button class="row-btn" onClick={() => (reading.value = one.article)}>
              <b class="b cut" lang={f.langOf(one.title, one.language)}>
                {one.title}
              </b>
              <span class="sub cut" lang={f.langOf(one.summary, one.language)}>
                {one.summary}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

// --- one article

const article = signal<{ id: string; what: ArticleView } | { id: string; what: "failed" } | null>(null);

function readArticle(id: string): void {
  article.value = null;
  get<ArticleView>(withQuery(`/kb/articles/${encodeURIComponent(id)}`, { lang: wanted() })).then(
    (what) => (article.value = { id, what }),
    () => (article.value = { id, what: "failed" }),
  );
}

effect(() => {
  const id = reading.value;
  if (id !== null) readArticle(id);
});

/** An article in large type, to be read out. Esc or Back leaves it. */
export function Reader({ id }: { id: string }): JSX.Element {
  const got = article.value?.id === id ? article.value.what : null;
  const state: PanelState =
    got === null ? { is: "loading", bones: 6 } : got === "failed" ? { is: "error", what: t().kbNotRead, works: t().historyNotReadThen, again: () => readArticle(id) } : { is: "ready" };
  return (
    <article class="card reader" aria-label={t().article}>
      <div class="hd">
        <button class="btn is-small is-quiet" onClick={() => (reading.value = null)}>
          <Icon name="back" small />
          {t().back}
        </button>
        <span class="grow" />
        <Kbd>Esc</Kbd>
      </div>
      <Panel state={state}>
        {got !== null && got !== "failed" && (
          <div lang={f.langOf(got.title + got.text, got.language)}>
            <h2>{got.title}</h2>
            <p class="lead">{got.summary}</p>
            <ArticleText markdown={got.text} />
            <p class="small t3 foot-line" lang={lang.value}>
              {t().version(String(got.version))}
            </p>
          </div>
        )}
      </Panel>
    </article>
  );
}
