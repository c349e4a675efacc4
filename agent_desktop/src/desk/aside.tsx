/** Mails that no person wrote, of one customer or of all, and what could not be read: in nobody's way, but to be seen and put right. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get, post, remove, withQuery } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { words } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Panel, type PanelState } from "../shared/parts";
import type { AsideMails, Done, Kept, ReadAgain, UnreadList } from "../shared/types";
import { bytes, Mail } from "./mail-thread";
import { call, me } from "./session";
import { t } from "./text";
import { where } from "./where";
import { attempt } from "./work";
import { en, zhHans, zhHant } from "./words/aside";

export const w = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant });

const failed = (again: () => void): PanelState => ({ is: "error", what: t().historyNotRead, works: t().historyNotReadThen, again });

/** `customer`: only those that this one sent. `changed`: a line more stands in the timeline. */
export function AsideList({ customer, changed }: { customer?: string; changed?: () => unknown }): JSX.Element {
  const got = useSignal<AsideMails | "failed" | null>(null);
  const read = async (before?: string): Promise<void> => {
    const so_far = before !== undefined && got.value !== null && got.value !== "failed" ? got.value.mails : [];
    try {
      const page = await get<AsideMails>(withQuery("/mails/aside", { customer, before }));
      got.value = { mails: [...so_far, ...page.mails], next: page.next };
    } catch {
      got.value = "failed";
    }
  };
  useEffect(() => void read(), [customer]);
  const put = async (mail: string): Promise<void> => {
    if (!(await attempt(() => post<Done>(`/mails/${encodeURIComponent(mail)}/person`)))) return;
    await read();
    changed?.();
  };
  const shown = got.value;
  if (shown === null || shown === "failed") return <Panel state={shown === null ? { is: "loading", bones: 3 } : failed(() => void read())} />;
  return (
    <>
      {shown.mails.length === 0 && <p class="t3">{w().noMails}</p>}
      {shown.mails.map((one) => (
        <Mail key={one.id} mail={one} open={false}>
          <button class="btn is-small" onClick={() => void put(one.id)}>
            {w().fromPerson}
          </button>
        </Mail>
      ))}
      {shown.next !== null && (
        <button class="btn is-small" onClick={() => void read(shown.next ?? undefined)}>
          {w().older}
        </button>
      )}
    </>
  );
}

export function AsidePage(): JSX.Element {
  return (
    <div class="case-page" id="aside-page">
      <div class="row">
        <h1 class="grow cut">{w().title}</h1>
        <button class="btn is-small is-quiet again" onClick={() => (where.value = { is: "here" })}>
          <Icon name="back" small />
          {call.value ? t().backToCall : t().back}
        </button>
      </div>
      {me.value?.role === "administrator" && <Unread />}
      <section aria-label={w().mails}>
        <h2 class="label">{w().mails}</h2>
        <AsideList />
      </section>
    </div>
  );
}

function Unread(): JSX.Element {
  const got = useSignal<readonly Kept[] | "failed" | null>(null);
  const said = useSignal("");
  const sure = useSignal<number | null>(null);
  const read = async (): Promise<void> => {
    got.value = await get<UnreadList>("/unread").then((list) => list.unread, () => "failed" as const);
  };
  useEffect(() => void read(), []);
  const again = async (): Promise<void> => {
    said.value = w().reading;
    const done = await attempt(() => post<ReadAgain>("/unread/again"));
    said.value = done ? w().readNow(f.count(done.read), f.count(done.kept)) : "";
    await read();
  };
  const forget = async (one: Kept): Promise<void> => {
    // What is thrown away is gone: not by one slip of the hand.
    if (sure.value !== one.id) {
      sure.value = one.id;
      return;
    }
    if (await attempt(() => remove<Done>(`/unread/${one.id}`))) await read();
  };
  const list = got.value;
  return (
    <section id="unread" aria-label={w().unread}>
      <div class="row wrap">
        <h2 class="label grow">{w().unread}</h2>
        <span class="small t2" role="status">
          {said.value}
        </span>
        {Array.isArray(list) && list.length > 0 && (
          <button class="btn is-small" disabled={said.value === w().reading} onClick={() => void again()}>
            {w().readAgain}
          </button>
        )}
      </div>
      {(list === null || list === "failed") && <Panel state={list === null ? { is: "loading", bones: 3 } : failed(() => void read())} />}
      {Array.isArray(list) && list.length === 0 && <p class="t3">{w().allRead}</p>}
      {Array.isArray(list) && list.some((one) => one.source !== "mail") && <p class="small t2">{w().tables}</p>}
      {Array.isArray(list) && (
        <ul class="rows">
          {list.map((one) => (
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
    </section>
  );
}
