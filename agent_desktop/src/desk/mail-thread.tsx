/** The mails of one line of the timeline, in full: newest first and open, what was only quoted folded away, attachments to save. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { Failure, get } from "../shared/api";
import { now } from "../shared/clock";
import * as f from "../shared/format";
import { words } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { Chip, Panel } from "../shared/parts";
import type { Message, Messages } from "../shared/types";
import { t } from "./text";
import { en, zhHans, zhHant } from "./words/mails";

export const m = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant });

/** Lines whose mails are kept here have such ids; those brought in from tables have their words in the line. */
export const hasMails = (kind: string, interaction: string): boolean => kind === "mail" && interaction.startsWith("mail-");

export const bytes = (size: number): string => (size < 1000 ? `${size} B` : size < 1_000_000 ? `${Math.round(size / 1000)} kB` : `${(size / 1_000_000).toFixed(1)} MB`);

export function MailThread({ interaction }: { interaction: string }): JSX.Element {
  const got = useSignal<readonly Message[] | "failed" | null>(null);
  const read = async (): Promise<void> => {
    got.value = null;
    try {
      got.value = [...(await get<Messages>(`/interactions/${encodeURIComponent(interaction)}/messages`)).messages].reverse();
    } catch (error) {
      got.value = error instanceof Failure && error.status === 404 ? [] : "failed";
    }
  };
  return (
    <details class="txt mails" onToggle={(event) => event.currentTarget.open && !Array.isArray(got.value) && void read()}>
      <summary>{m().read}</summary>
      {got.value === null && <Panel state={{ is: "loading", bones: 3 }} />}
      {got.value === "failed" && <Panel state={{ is: "error", what: t().historyNotRead, works: t().historyNotReadThen, again: () => void read() }} />}
      {Array.isArray(got.value) && got.value.length === 0 && <p class="t3">{m().nothingKept}</p>}
      {Array.isArray(got.value) && got.value.map((one, n) => <Mail key={one.id} mail={one} open={n === 0} />)}
    </details>
  );
}

/** One mail. Its words are shown as text: nothing in them is fetched, run or followed. `children`: what can be done with it. */
export function Mail({ mail, open, children }: { mail: Message; open: boolean; children?: ComponentChildren }): JSX.Element {
  const tag = f.langOf(mail.text, mail.language);
  return (
    <details class="mail" open={open}>
      <summary>
        <b lang={f.langOf(mail.author)}>{mail.author || "–"}</b> {mail.auto && <Chip>{m().auto[mail.auto] ?? mail.auto}</Chip>}{" "}
        <span class="small t3 num">{f.dayAndTime(mail.at, now.peek())}</span>{" "}
        <span class="small t2 subject" lang={f.langOf(mail.subject, mail.language)}>
          {mail.subject}
        </span>
      </summary>
      <p class="b" lang={f.langOf(mail.subject, mail.language)}>
        {mail.subject}
      </p>
      {mail.recipients && <p class="small t3">{m().to(mail.recipients)}</p>}
      <p class={mail.text ? "words t1" : "t3"} lang={tag}>
        {mail.text || m().noWords}
      </p>
      {mail.quoted && (
        <details>
          <summary class="small">{m().quoted}</summary>
          <p class="words t2" lang={tag}>
            {mail.quoted}
          </p>
        </details>
      )}
      {mail.attachments.length > 0 && (
        <ul class="row wrap" aria-label={m().attached}>
          {mail.attachments.map((one, n) => (
            <li key={n}>
              <a class="btn is-small" href={`/api/v1/attachments/${encodeURIComponent(one.digest)}`} download={one.name}>
                <Icon name="form" small />
                <span class="cut">{one.name}</span> <span class="num t3">{bytes(one.size)}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      {children && <div class="row">{children}</div>}
    </details>
  );
}
