/** A message that was opened: who left it, the recording, everything so far, the note and what becomes of it. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { serverNow } from "../shared/clock";
import * as f from "../shared/format";
import { siteText } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Chip, Kbd, Panel } from "../shared/parts";
import type { WorkView } from "../shared/types";
import { named, tierName } from "../shared/words";
import { fromField, toField } from "../shared/zone";
import { Dial } from "./dial";
import { PromiseForm, usualTimes } from "./note";
import * as p from "./pieces";
import { ofPiece, Player } from "./player";
import { call, me, outcomes, queues, room } from "./session";
import { targets } from "./targets";
import { queueName, t, w, whyPhrase } from "./text";
import { Timeline } from "./timeline";
import { where } from "./where";
import { leftBy } from "./work-list";

const GIVE_TO = 8;

export function WorkPage({ id }: { id: string }): JSX.Element {
  const piece = p.pieces.value.find((one) => one.piece === id);
  const pop = p.pops.value[id];
  const opened = piece !== undefined;
  useEffect(() => {
    if (opened) void p.readPop(id);
  }, [id, opened]);
  if (!piece) {
    return (
      <div class="pad">
        <Leave />
        <Panel state={{ is: "empty", what: w().left, will: w().leftThen }} />
      </div>
    );
  }
  const person = p.personOf(id);
  return (
    <>
      <Who piece={piece} />
      <div class="listen">
        <Player path={ofPiece(id)} length={piece.length} main />
        {pop === "failed" && <Panel state={{ is: "error", what: w().notRead, works: w().notReadThen, again: () => void p.readPop(id) }} />}
      </div>
      <Timeline key={`${id} ${person?.customer ?? ""}`} person={person} beside={id} known={pop !== undefined && pop !== "failed"} />
      {piece.state === "open" ? <Bar piece={piece} /> : <Closed piece={piece} />}
    </>
  );
}

const Leave = (): JSX.Element => (
  <button class="btn is-small is-quiet again" onClick={() => (where.value = { is: "here" })}>
    <Icon name="back" small />
    {call.value ? t().backToCall : t().back}
  </button>
);

function Who({ piece }: { piece: WorkView }): JSX.Element {
  const person = p.personOf(piece.piece);
  const heading = useRef<HTMLHeadingElement>(null);
  // From the list to the page, so that the space bar plays; a field one types in keeps the keys.
  useEffect(() => {
    if (!document.activeElement?.matches("input, textarea")) heading.current?.focus();
  }, [piece.piece]);
  const name = person?.name || leftBy(piece);
  const tag = f.langOf(name, person?.language ?? piece.language);
  const why = whyPhrase(piece.why);
  return (
    <div class="whois">
      <span class="face" aria-hidden="true" lang={tag}>
        {person?.name ? f.initials(person.name) : <Icon name="voice" />}
      </span>
      <div class="row">
        <h1 class="cut" ref={heading} tabIndex={-1} lang={tag}>
          {name}
        </h1>
        <Sureness piece={piece.piece} />
      </div>
      <Leave />
      <div class="meta">
        <span class="b t1">{named("kinds", piece.kind)}</span>
        <span>{queueName(piece.queue)}</span>
        {piece.language && <span>{named("languages", piece.language)}</span>}
        {piece.display && (
          <span class="num">
            {piece.display !== name && piece.display} <Dial number={piece.display} />
          </span>
        )}
        <span class="num">{w().leftAt(f.dayOrTime(piece.since, serverNow()))}</span>
        {why && <span class="cut">{w().chosen(why)}</span>}
      </div>
      <div class="tags">
        {person?.tier && <Chip is="accent">{tierName(person.tier)}</Chip>}
        {person?.tags.map((one) => (
          <Chip key={one}>
            <span lang={f.langOf(one)}>{one}</span>
          </Chip>
        ))}
        <Chooser piece={piece.piece} />
      </div>
    </div>
  );
}

/** Whether it is known who of several left it. */
function Sureness({ piece }: { piece: string }): JSX.Element | null {
  const pop = p.pops.value[piece];
  if (!pop || pop === "failed" || pop.people.length < 2 || p.draft(piece).customer) return null;
  return <Chip is="maybe">{t().maybe}</Chip>;
}

/** Several people share the number: nobody is chosen silently. */
function Chooser({ piece }: { piece: string }): JSX.Element | null {
  const pop = p.pops.value[piece];
  if (!pop || pop === "failed" || pop.people.length < 2) return null;
  const chosen = p.draft(piece).customer;
  return (
    <span class="row wrap" role="group" aria-label={t().whoIsIt}>
      {pop.people.slice(0, 3).map((one) => (
        <button
          key={one.customer}
          class={one.customer === chosen ? "btn is-small is-on" : "btn is-small"}
          aria-pressed={one.customer === chosen}
          onClick={() => void p.confirm(piece, one.customer === chosen ? null : one.customer)}
        >
          <span lang={f.langOf(one.name, one.language)}>{f.shortName(one.name)}</span>
        </button>
      ))}
    </span>
  );
}

/** Not opened, or kept for later: one way on. */
function Closed({ piece }: { piece: WorkView }): JSX.Element {
  const later = piece.state === "later" && piece.until !== null;
  return (
    <div class="note">
      <div class="row wrap">
        <span class="grow">
          <b class="b">{later ? w().keptNow(f.dayAndTime(piece.until ?? 0, serverNow())) : w().openFirst}</b>
          <br />
          <span class="small t2">{later ? w().keptNowThen : w().openFirstThen}</span>
        </span>
        <button class="btn is-small is-main" onClick={() => void p.open(piece)}>
          {later ? w().goOn : w().open}
        </button>
      </div>
    </div>
  );
}

type Choosing = "later" | "give" | "promise" | null;

function Bar({ piece }: { piece: WorkView }): JSX.Element {
  const choosing = useSignal<Choosing>(null);
  const id = piece.piece;
  const mine = p.draft(id);
  const person = p.personOf(id);
  const close = (): void => void (choosing.value = null);
  const pick = (what: Choosing) => (): void => void (choosing.value = choosing.value === what ? null : what);
  return (
    <div class="note" onKeyDown={(event) => event.ctrlKey && event.key === "Enter" && void p.finish(id)}>
      {choosing.value === "promise" && (
        <PromiseForm
          to={mine.customer ?? (person && !unsure(id) ? person.customer : null)}
          about={id}
          case={person?.cases[0]?.id ?? null}
          close={close}
          made={() => void p.readPop(id)}
        />
      )}
      {choosing.value === "later" && <Later piece={id} close={close} />}
      {choosing.value === "give" && <Give piece={id} />}
      <textarea
        id="note"
        class="in"
        rows={2}
        maxLength={8000}
        aria-label={t().note}
        placeholder={t().noteHint}
        value={mine.note}
        onInput={(event) => p.setNote(id, event.currentTarget.value)}
      />
      <div class="came-of">
        <div class="row wrap" role="group" aria-labelledby="outcome-label">
          <span class="label" id="outcome-label">
            {t().outcome}
          </span>
          {outcomes.value.map((one) => (
            <button
              key={one.id}
              class={mine.outcome === one.id ? "btn is-small is-on" : "btn is-small"}
              aria-pressed={mine.outcome === one.id}
              onClick={() => p.setOutcome(id, mine.outcome === one.id ? null : one.id)}
            >
              {mine.outcome === one.id && <Icon name="check" small />}
              {siteText(one.name, one.id)}
            </button>
          ))}
          <Way what="promise" word={t().promise} choosing={choosing} press={pick("promise")} />
        </div>
        <div class="row finish wrap">
          {mine.note && <span class="small t3">{mine.stored === mine.note ? t().saved : t().savedHere}</span>}
          <button class="btn is-small is-quiet" onClick={() => void p.putBack(id)}>
            {w().back}
          </button>
          <Way what="later" word={w().later} choosing={choosing} press={pick("later")} />
          <Way what="give" word={w().give} choosing={choosing} press={pick("give")} />
          <button id="work-done" class="btn is-small is-main" onClick={() => void p.finish(id)}>
            {w().done} <Kbd>Ctrl Enter</Kbd>
          </button>
        </div>
      </div>
    </div>
  );
}

function Way(props: { what: Choosing; word: string; choosing: Signal<Choosing>; press: () => void }): JSX.Element {
  return (
    <button class="btn is-small" aria-expanded={props.choosing.value === props.what} onClick={props.press}>
      {props.word}
    </button>
  );
}

/** Whether nobody has said yet who of several it was. */
function unsure(piece: string): boolean {
  const pop = p.pops.value[piece];
  return pop !== undefined && pop !== "failed" && pop.people.length > 1 && p.draft(piece).customer === null;
}

/** Until when it is kept. */
function Later({ piece, close }: { piece: string; close: () => void }): JSX.Element {
  const at = serverNow();
  const keep = (until: number): void => void p.keep(piece, until).then((done) => done && close());
  return (
    <div class="row wrap choices" role="group" aria-label={w().later}>
      <span class="label">{w().later}</span>
      {usualTimes(at).map(([word, when]) => (
        <button key={word} class="btn is-small" onClick={() => keep(when)}>
          {word}
        </button>
      ))}
      <input
        class="in when"
        type="datetime-local"
        aria-label={w().later}
        min={toField(at)}
        onChange={(event) => {
          const until = fromField(event.currentTarget.value);
          if (until !== null && until > serverNow()) keep(until);
        }}
      />
    </div>
  );
}

/** To whom it is given: ready colleagues and queues. */
function Give({ piece }: { piece: string }): JSX.Element {
  const typed = useSignal("");
  const refused = useSignal("");
  const all = targets(
    { me: me.value?.agent ?? "", agents: room.view.value?.agents ?? [], queues: queues.value, queueName: (one) => siteText(one.name, one.id) },
    typed.value,
  );
  const free = all.filter((one) => one.free).slice(0, GIVE_TO);
  const give = async (one: (typeof free)[number]): Promise<void> => {
    const done = await p.give(piece, one.kind === "agent" ? { agent: one.id } : { queue: one.id });
    if (!done) refused.value = one.name;
  };
  return (
    <div class="row wrap choices" role="group" aria-label={w().give}>
      <input class="in find-to" type="search" autocomplete="off" spellcheck={false} placeholder={w().giveHint} aria-label={w().giveHint} value={typed.value} onInput={(event) => (typed.value = event.currentTarget.value)} />
      {free.map((one) => (
        <button key={`${one.kind} ${one.id}`} class="btn is-small" onClick={() => void give(one)}>
          {one.queue && <Icon name="transfer" small />}
          <span lang={f.langOf(one.name)}>{one.name}</span>
        </button>
      ))}
      {free.length === 0 && <span class="small t3">{w().giveNobody}</span>}
      {refused.value && (
        <span class="small soon" role="alert">
          {w().giveNotFree(refused.value)}
        </span>
      )}
    </div>
  );
}
