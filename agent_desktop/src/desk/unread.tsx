/** What could not be read, for administrators: looked at, read once more, or thrown away. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { get, post, remove, withQuery } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { words } from "../shared/i18n";
import { Panel, type PanelState } from "../shared/parts";
import type { Done, Kept, ReadAgain, UnreadList } from "../shared/types";
import { bytes } from "./mail-thread";
import { type Page, stepTo, without, withMore } from "./page-of";
import { t } from "./text";
import { attempt } from "./work";
import { en, zhHans, zhHant } from "./words/aside";

export const w = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant });

const AGAIN_MS = 1000;

export const failed = (again: () => void): PanelState => ({ is: "error", what: t().historyNotRead, works: t().historyNotReadThen, again });

/** How much of a list is shown, and how much there is. */
export function Count({ page }: { page: Page<unknown> }): JSX.Element | null {
  if (page.count === null) return null;
  return <p class="small t2 num count-all">{w().count(f.count(page.list.length), f.count(Math.max(page.count, page.list.length)))}</p>;
}

export function Unread(): JSX.Element {
  const got = useSignal<Page<Kept> | "failed" | null>(null);
  const again = useSignal<ReadAgain | null>(null);
  const sure = useSignal<number | null>(null);
  const box = useRef<HTMLUListElement>(null);
  const read = async (before?: string): Promise<void> => {
    const soFar = before !== undefined && got.value !== "failed" ? got.value : null;
    const ask = (): Promise<UnreadList> => get<UnreadList>(withQuery("/unread", { before }));
    const page = await (soFar ? attempt(ask) : ask().catch(() => null));
    if (page) again.value = page.again;
    got.value = page === null ? (soFar ?? "failed") : withMore(soFar, { list: page.unread, next: page.next, count: page.count });
    if (soFar && page) stepTo(box.current, "li > a", soFar.list.length);
  };
  useEffect(() => void read(), []);
  const running = again.value?.running === true;
  useEffect(() => {
    if (!running) return undefined;
    // It goes on at the server, whoever began it and whether this page is open or not.
    const timer = setInterval(() => {
      void get<ReadAgain>("/unread/again").then(
        (how) => {
          again.value = how;
          if (!how.running) void read();
        },
        () => undefined,
      );
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [running]);
  const begin = async (): Promise<void> => {
    const begun = await attempt(() => post<ReadAgain>("/unread/again"));
    if (begun) again.value = begun;
  };
  const forget = async (one: Kept): Promise<void> => {
    // What is thrown away is gone: not by one slip of the hand.
    if (sure.value !== one.id) {
      sure.value = one.id;
      return;
    }
    if ((await attempt(() => remove<Done>(`/unread/${one.id}`))) && got.value !== "failed") got.value = without(got.value, one.id);
  };
  const shown = got.value;
  const page = shown === "failed" ? null : shown;
  return (
    <section id="unread" aria-label={w().unread}>
      <div class="row wrap">
        <h2 class="label grow">{w().unread}</h2>
        <HowFar again={again.value} />
        {page !== null && page.list.length > 0 && (
          <button class="btn is-small" disabled={running} onClick={() => void begin()}>
            {w().readAgain}
          </button>
        )}
      </div>
      {page === null && <Panel state={shown === null ? { is: "loading", bones: 3 } : failed(() => void read())} />}
      {page !== null && (page.list.length === 0 && page.next === null ? <p class="t3">{w().allRead}</p> : <Count page={page} />)}
      {page !== null && page.list.some((one) => one.source !== "mail") && <p class="small t2">{w().tables}</p>}
      {page !== null && (
        <ul class="rows" ref={box}>
          {page.list.map((one) => (
            <li key={one.id} class="with-act">
              <span class="cut">
                <b class="b" lang="en" title={one.reason}>
                  {one.reason}
                </b>
                <span class="sub cut">{[one.source, one.place, bytes(one.size), f.dayAndTime(one.at, now.peek())].join(f.joiner())}</span>
              </span>
              <a class="btn is-small" href={`/api/v1/unread/${one.id}`} download={`${one.id}.bin`}>
                {w().save}
              </a>
              <button class={sure.value === one.id ? "btn is-small is-main" : "btn is-small is-quiet"} onClick={() => void forget(one)}>
                {sure.value === one.id ? w().forgetSure : w().forget}
              </button>
            </li>
          ))}
        </ul>
      )}
      {page !== null && page.next !== null && (
        <button class="btn is-small" id="more-unread" onClick={() => void read(page.next ?? undefined)}>
          {w().more}
        </button>
      )}
    </section>
  );
}

/** Of reading it once more: how far that is, or what came of it last. Only its end is told to who hears the screen. */
function HowFar({ again }: { again: ReadAgain | null }): JSX.Element {
  const over = again !== null && again.ended !== null ? again : null;
  return (
    <>
      {again?.running === true && again.of > 0 && <span class="small t3 num">{w().soFar(f.count(again.read + again.kept), f.count(again.of))}</span>}
      <span class="small t2" role="status">
        {again?.running === true && w().reading}
        {over !== null && over.failed === "" && w().readNow(f.count(over.read), f.count(over.kept))}
        {over !== null && over.failed !== "" && (
          <>
            {w().notRead} <span lang="en">{over.failed}</span>
          </>
        )}
      </span>
      {over !== null && <span class="small t3">{f.dayAndTime(over.ended ?? 0, now.peek())}</span>}
    </>
  );
}
