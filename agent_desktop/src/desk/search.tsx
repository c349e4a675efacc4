/** Search from the strip: customers, cases and articles, found while typing. `/` puts the keys here, arrows or J and K move. */
import { effect, signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { get, withQuery } from "../shared/api";
import * as f from "../shared/format";
import { Icon } from "../shared/icons";
import { now } from "../shared/clock";
import { Kbd, Panel, type PanelState } from "../shared/parts";
import type { Found } from "../shared/types";
import { s } from "../shared/words";
import { Dial, dial, whyNoDial } from "./dial";
import { useOutside } from "./outside";
import { isNumber } from "./targets";
import { t } from "./text";
import { reading, searchOpen, where } from "./where";

const WAIT_MS = 120;

const asked = signal("");
const found = signal<{ for: string; what: Found } | "failed" | null>(null);
const at = signal(0);

effect(() => {
  const text = asked.value.trim();
  at.value = 0;
  if (text.length < 2) {
    found.value = null;
    return undefined;
  }
  const cancel = new AbortController();
  const timer = setTimeout(() => {
    get<Found>(withQuery("/search", { q: text, limit: 6 }), cancel.signal).then(
      (what) => (found.value = { for: text, what }),
      () => {
        if (!cancel.signal.aborted) found.value = "failed";
      },
    );
  }, WAIT_MS);
  return () => {
    clearTimeout(timer);
    cancel.abort();
  };
});

const howMany = (what: Found): number => what.customers.length + what.cases.length + what.articles.length;

function leave(): void {
  searchOpen.value = false;
}

function openAt(index: number): void {
  const got = found.value;
  if (!got || got === "failed") return;
  const { customers, cases, articles } = got.what;
  const customer = customers[index];
  const one = cases[index - customers.length];
  const article = articles[index - customers.length - cases.length];
  if (customer) where.value = { is: "customer", id: customer.customer };
  else if (one) where.value = { is: "case", id: one.case.id };
  else if (article) reading.value = article.article;
  else return;
  leave();
  (document.activeElement as HTMLElement | null)?.blur();
}

export function Search(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const open = useSignal(false);
  open.value = searchOpen.value;
  useOutside(box, leave);
  const count = found.value && found.value !== "failed" ? howMany(found.value.what) : 0;
  const keys = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") at.value = Math.min(count - 1, at.value + 1);
    else if (event.key === "ArrowUp") at.value = Math.max(0, at.value - 1);
    else if (event.key === "Enter" && event.shiftKey) void dialTyped();
    else if (event.key === "Enter") openAt(at.value);
    else if (event.key === "Escape") {
      leave();
      (event.currentTarget as HTMLElement).blur();
    } else return;
    event.preventDefault();
  };
  return (
    <div class={open.value ? "find is-open" : "find"} ref={box}>
      <Icon name="search" />
      <input
        id="search"
        type="search"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={t().searchHint}
        aria-label={t().searchLabel}
        aria-expanded={open.value}
        aria-controls="found"
        aria-activedescendant={count > 0 ? `found-${at.value}` : ""}
        value={asked.value}
        onFocus={() => (searchOpen.value = true)}
        onInput={(event) => {
          asked.value = event.currentTarget.value;
          searchOpen.value = true;
        }}
        onKeyDown={keys}
      />
      <Kbd>/</Kbd>
      {open.value && asked.value.trim().length >= 2 && <Results />}
    </div>
  );
}

function state(): PanelState {
  const got = found.value;
  if (got === "failed") return { is: "error", what: t().historyNotRead, works: t().historyNotReadThen };
  if (!got) return { is: "loading" };
  if (howMany(got.what) === 0) {
    return { is: "empty", what: t().nothingFound(got.for), will: t().nothingFoundThen };
  }
  return { is: "ready" };
}

function Results(): JSX.Element {
  const got = found.value && found.value !== "failed" ? found.value.what : null;
  const customers = got?.customers ?? [];
  const cases = got?.cases ?? [];
  const articles = got?.articles ?? [];
  return (
    <div class="menu results" id="found" role="listbox" aria-label={t().searchLabel}>
      {isNumber(asked.value) && <DialRow number={asked.value.trim()} />}
      <Panel state={state()}>
        {customers.length > 0 && <p class="label">{t().customers}</p>}
        {customers.map((one, index) => (
          <Row index={index} name={one.name || one.detail} lang={f.langOf(one.name)} detail={one.detail} end={one.last === null ? t().noContactYet : t().lastContact(f.date(one.last, now.peek()))} />
        ))}
        {got?.more && <p class="small t2 more">{t().moreCustomers}</p>}
        {cases.length > 0 && <p class="label">{t().cases}</p>}
        {cases.map(({ case: one, name }, index) => (
          <Row
            index={customers.length + index}
            name={one.title || t().openCase(one.id)}
            lang={f.langOf(one.title)}
            detail={[one.state === "closed" ? t().closedCase(one.id) : t().openCase(one.id), name].filter(Boolean).join(f.joiner())}
            detailLang={f.langOf(name)}
            end={f.date(one.opened, now.peek())}
          />
        ))}
        {articles.length > 0 && <p class="label">{t().articles}</p>}
        {articles.map((one, index) => (
          <Row index={customers.length + cases.length + index} name={one.title} lang={f.langOf(one.title, one.language)} detail={one.summary} end="" />
        ))}
      </Panel>
    </div>
  );
}

/** The field at the top is the dial field, too: a number typed there is called by a click, or by Shift and Enter. */
function DialRow({ number }: { number: string }): JSX.Element {
  const why = whyNoDial();
  return (
    <div class={`menu-item two-lines${why ? " is-off" : ""}`} role="option" aria-selected={false} aria-disabled={why !== ""} onClick={() => void dialTyped()}>
      <Icon name="phone" small />
      <span class="grow">
        <b class="b cut num">{t().dialNumber(number)}</b>
        <span class="small t2 cut">{why || t().dialHint}</span>
      </span>
    </div>
  );
}

async function dialTyped(): Promise<void> {
  const number = asked.value.trim();
  if (!isNumber(number) || whyNoDial()) return;
  leave();
  if (await dial(number)) asked.value = "";
}

interface RowProps {
  index: number;
  name: string;
  lang: string | undefined;
  detail: string;
  /** Where it is not the name's. */
  detailLang?: string | undefined;
  end: string;
}

function Row({ index, name, lang, detail, detailLang = lang, end }: RowProps): JSX.Element {
  return (
    <div id={`found-${index}`} class="menu-item two-lines" role="option" aria-selected={at.value === index} onPointerEnter={() => (at.value = index)} onClick={() => openAt(index)}>
      <span class="grow">
        <b class="b cut" lang={lang}>
          {name || s().kinds.call}
        </b>
        <span class="small t2 cut" lang={detailLang}>
          {detail}
        </span>
      </span>
      <Dial number={detail} />
      <span class="small t3">{end}</span>
    </div>
  );
}
