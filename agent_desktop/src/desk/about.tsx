/** What is known of a customer beside their contacts: in one paragraph, how to reach them, what they wish, tags. */
import { signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get, post, remove } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import type { About, Done, WishAsk } from "../shared/types";
import { named, s, tierName } from "../shared/words";
import { readCustomer } from "./customer";
import { shownCustomer } from "./identity";
import { a, summary } from "./summary";
import { t } from "./text";
import { where } from "./where";
import { attempt } from "./work";

type Channel = NonNullable<WishAsk["channel"]>;
const CHANNELS: readonly Channel[] = ["call", "sms", "mail", "chat"];
const DAY_M = 1440;

const got = signal<About | null>(null);

const path = (id: string): string => `/customers/${encodeURIComponent(id)}`;

/** Without it the history is still there to read: no error of its own is shown. */
async function read(id: string): Promise<void> {
  const what = await get<About>(`${path(id)}/about`).catch(() => null);
  if (shownCustomer.peek() === id) got.value = what;
}

async function change(id: string, send: () => Promise<Done>): Promise<boolean> {
  if (!(await attempt(send))) return false;
  await read(id);
  if (where.value.is === "customer") readCustomer(where.value.id);
  return true;
}

export function InShort(): JSX.Element | null {
  const id = shownCustomer.value;
  const open = useSignal(false);
  useEffect(() => {
    open.value = false;
    if (id !== null) void read(id);
  }, [id]);
  const known = got.value;
  if (id === null || known === null || known.customer !== id) return null;
  return (
    <section class="card" id="in-short" aria-label={a().inShort}>
      <div class="hd">
        <h2 class="label">{a().inShort}</h2>
        <button class="btn is-small is-quiet" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
          {a().change}
        </button>
      </div>
      <p>{summary(known, now.peek(), t().marks)}</p>
      {known.unwanted && <p class="small soon">{a().unwanted[known.unwanted] ?? known.unwanted}</p>}
      {known.wishes && <Wished wishes={known.wishes} />}
      <Ways known={known} />
      <Tags id={id} known={known} />
      {open.value && <Change id={id} known={known} done={() => (open.value = false)} />}
    </section>
  );
}

function Wished({ wishes }: { wishes: NonNullable<About["wishes"]> }): JSX.Element | null {
  const said = [
    wishes.never.length > 0 ? a().never(wishes.never.map(channelName).join(f.joiner())) : "",
    isWhole(wishes.begins, wishes.ends) ? "" : a().between(clock(wishes.begins), clock(wishes.ends)),
  ].filter(Boolean);
  if (said.length === 0 && !wishes.note) return null;
  return (
    <>
      {said.length > 0 && <p class="small">{said.join(f.joiner())}</p>}
      {wishes.note && (
        <p class="small t2" lang={f.langOf(wishes.note)}>
          {wishes.note}
        </p>
      )}
    </>
  );
}

/** The evidence: how often was tried, how often answered, and what that makes likely. */
function Ways({ known }: { known: About }): JSX.Element {
  if (known.ways.length === 0) return <p class="small t3">{a().notTried}</p>;
  return (
    <ul class="known" aria-label={a().reached}>
      {known.ways.map((one) => (
        <li key={one.channel}>
          <span class="b">{[channelName(one.channel), a().time(one.weekday, one.hour)].filter(Boolean).join(f.joiner())}</span>
          <span class="num t2">{a().likely(f.percent(one.chance / 100))}</span>
          <span class="small t2">
            {a().answered(f.count(one.answered), f.count(one.tries))}
            {one.own ? "" : `${f.joiner()}${a().ofOthers}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Tags({ id, known }: { id: string; known: About }): JSX.Element {
  const fresh = useSignal("");
  const add = async (): Promise<void> => {
    const tag = fresh.value.trim();
    if (tag && (await change(id, () => post<Done>(`${path(id)}/tags`, { tag })))) fresh.value = "";
  };
  return (
    <form
      class="row wrap tag-row"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      {known.tags.map((one) => (
        <button
          key={one.tag}
          type="button"
          class="btn is-small is-quiet"
          aria-label={a().takeAway(one.tag)}
          title={a().takeAway(one.tag)}
          onClick={() => void change(id, () => remove<Done>(`${path(id)}/tags/${encodeURIComponent(one.tag)}`))}
        >
          <span lang={f.langOf(one.tag)}>{one.tag}</span>
          {one.source === "customer" && <span class="t2">{a().ownWord}</span>} ×
        </button>
      ))}
      <input class="in grow" maxLength={60} aria-label={a().addTag} placeholder={a().addTag} value={fresh.value} onInput={(event) => (fresh.value = event.currentTarget.value)} />
    </form>
  );
}

function Change({ id, known, done }: { id: string; known: About; done: () => void }): JSX.Element {
  const before = known.wishes;
  const rather = useSignal<string>(before?.channel ?? "");
  const never = useSignal<readonly string[]>(before?.never ?? []);
  const begins = useSignal(clock(before?.begins ?? 0));
  const ends = useSignal(clock(before?.ends ?? DAY_M));
  const note = useSignal(before?.note ?? "");
  const language = useSignal(known.language ?? "");
  const tier = useSignal(known.tier);
  const save = async (): Promise<void> => {
    const whole = begins.value === ends.value;
    const body: WishAsk = {
      channel: (rather.value || null) as Channel | null,
      never: never.value as Channel[],
      begins: whole ? 0 : minutes(begins.value),
      ends: whole ? DAY_M : minutes(ends.value),
      note: note.value.trim(),
    };
    if (!(await change(id, () => post<Done>(`${path(id)}/wishes`, body)))) return;
    const changed = { ...(language.value !== (known.language ?? "") && { language: language.value }), ...(tier.value.trim() !== known.tier && { tier: tier.value.trim() }) };
    if (Object.keys(changed).length === 0 || (await change(id, () => post<Done>(path(id), changed)))) done();
  };
  return (
    <form
      class="wishes"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label class="row">
        <span class="grow small">{a().rather}</span>
        <select class="in" value={rather.value} onChange={(event) => (rather.value = event.currentTarget.value)}>
          <option value="">{a().anyChannel}</option>
          {CHANNELS.map((one) => (
            <option key={one} value={one}>
              {channelName(one)}
            </option>
          ))}
        </select>
      </label>
      <div class="row wrap" role="group" aria-label={a().neverBy}>
        <span class="small grow">{a().neverBy}</span>
        {CHANNELS.map((one) => (
          <button
            key={one}
            type="button"
            class="btn is-small"
            aria-pressed={never.value.includes(one)}
            onClick={() => (never.value = never.value.includes(one) ? never.value.filter((each) => each !== one) : [...never.value, one])}
          >
            {channelName(one)}
          </button>
        ))}
      </div>
      <label class="row">
        <span class="grow small">{a().from}</span>
        <input class="in" type="time" required value={begins.value} onInput={(event) => (begins.value = event.currentTarget.value)} />
      </label>
      <label class="row">
        <span class="grow small">{a().to}</span>
        <input class="in" type="time" required value={ends.value} onInput={(event) => (ends.value = event.currentTarget.value)} />
      </label>
      <textarea class="in" rows={2} maxLength={2000} aria-label={a().toKnow} placeholder={a().toKnow} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
      <label class="row">
        <span class="grow small">{a().theirLanguage}</span>
        <select class="in" value={language.value} onChange={(event) => (language.value = event.currentTarget.value)}>
          <option value="">{a().unknown}</option>
          {[...new Set([...Object.keys(s().languages), ...(language.value ? [language.value] : [])])].map((one) => (
            <option key={one} value={one}>
              {named("languages", one)}
            </option>
          ))}
        </select>
      </label>
      <label class="row">
        <span class="grow small">{a().tier}</span>
        <select class="in" value={tier.value} onChange={(event) => (tier.value = event.currentTarget.value)}>
          <option value="">{a().unknown}</option>
          {[...new Set([...Object.keys(s().tiers), ...(known.tier ? [known.tier] : [])])].map((one) => (
            <option key={one} value={one}>
              {tierName(one)}
            </option>
          ))}
        </select>
      </label>
      <button class="btn is-main">{a().save}</button>
    </form>
  );
}

const channelName = (one: string): string => a().channels[one] ?? one;
const isWhole = (begins: number, ends: number): boolean => (ends - begins) % DAY_M === 0;
const two = (n: number): string => String(n).padStart(2, "0");
/** Minutes of the day as a clock shows them. */
const clock = (minute: number): string => `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;
const minutes = (shown: string): number => Number(shown.slice(0, 2)) * 60 + Number(shown.slice(3, 5));
