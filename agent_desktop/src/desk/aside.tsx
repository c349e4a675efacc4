/** Mails that no person wrote, of one customer or of all: in nobody's way, but to be seen and put right. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { get, post, withQuery } from "../shared/api";
import { Icon } from "../shared/icons";
import { Panel } from "../shared/parts";
import type { AsideMails, Done, Message } from "../shared/types";
import { Mail } from "./mail-thread";
import { type Page, stepTo, without, withMore } from "./page-of";
import { call, me } from "./session";
import { t } from "./text";
import { Count, failed, Unread, w } from "./unread";
import { where } from "./where";
import { attempt } from "./work";

/** `customer`: only those that this one sent. `changed`: a line more stands in the timeline. */
export function AsideList({ customer, changed }: { customer?: string; changed?: () => unknown }): JSX.Element {
  const got = useSignal<Page<Message> | "failed" | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const read = async (before?: string): Promise<void> => {
    const soFar = before !== undefined && got.value !== "failed" ? got.value : null;
    const ask = (): Promise<AsideMails> => get<AsideMails>(withQuery("/mails/aside", { customer, before }));
    const page = await (soFar ? attempt(ask) : ask().catch(() => null));
    got.value = page === null ? (soFar ?? "failed") : withMore(soFar, { list: page.mails, next: page.next, count: page.count });
    if (soFar && page) stepTo(box.current, ".mail > summary", soFar.list.length);
  };
  useEffect(() => void read(), [customer]);
  const put = async (mail: string): Promise<void> => {
    if (!(await attempt(() => post<Done>(`/mails/${encodeURIComponent(mail)}/person`)))) return;
    if (got.value !== "failed") got.value = without(got.value, mail);
    changed?.();
  };
  const shown = got.value;
  if (shown === null || shown === "failed") return <Panel state={shown === null ? { is: "loading", bones: 3 } : failed(() => void read())} />;
  return (
    <div ref={box}>
      {shown.list.length === 0 && shown.next === null ? <p class="t3">{w().noMails}</p> : <Count page={shown} />}
      {shown.list.map((one) => (
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
    </div>
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
