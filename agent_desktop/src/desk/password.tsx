/** Changing one's own password: a sheet under the deck, closed by Esc, by a press outside, and by a call that rings. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Failure, post } from "../shared/api";
import { Icon } from "../shared/icons";
import type { Done, NewPassword } from "../shared/types";
import { useOutside } from "./outside";
import { me } from "./session";
import { t } from "./text";
import { passwordOpen } from "./where";

/** As the server asks for (`NewPassword`). */
export const LEAST = 10;

export interface Typed {
  old: string;
  new: string;
  again: string;
}

/** What keeps this from being sent, and in which field; null: nothing. */
export function fault(typed: Typed): { field: keyof Typed; is: "short" | "differs" } | null {
  if ([...typed.new].length < LEAST) return { field: "new", is: "short" };
  if (typed.new !== typed.again) return { field: "again", is: "differs" };
  return null;
}

/** What the server's refusal means to whom it refused. */
export function refusal(error: unknown): { field: keyof Typed | null; is: "wrong" | "often" | "away" } {
  if (!(error instanceof Failure)) return { field: null, is: "away" };
  if (error.problem?.type === "wrong-password") return { field: "old", is: "wrong" };
  return { field: null, is: error.status === 429 ? "often" : "away" };
}

export function closePassword(): void {
  passwordOpen.value = false;
  document.getElementById("self")?.focus();
}

export function PasswordSheet(): JSX.Element | null {
  return passwordOpen.value ? <Sheet /> : null;
}

type Trouble = ReturnType<typeof fault> | ReturnType<typeof refusal>;

const said = ({ is }: NonNullable<Trouble>): string => (is === "away" ? t().noServer : t().passwordTrouble[is]);

function Sheet(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const done = useSignal(false);
  useOutside(box, () => (passwordOpen.value = false), "#self");
  return (
    <div class="veil">
      <div class="change-password card" role="dialog" aria-modal="false" aria-labelledby="change-password" ref={box}>
        <div class="row">
          <h2 id="change-password" class="b grow">
            {t().changePassword}
          </h2>
          <button class="icon-btn" aria-label={t().close} onClick={closePassword}>
            <Icon name="x" />
          </button>
        </div>
        {done.value ? <Changed /> : <Form onDone={() => (done.value = true)} />}
      </div>
    </div>
  );
}

function Changed(): JSX.Element {
  const close = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => close.current?.focus(), []);
  return (
    <>
      <p role="status">
        <b class="b">{t().passwordChanged}</b>
        <br />
        <span class="t2">{t().passwordChangedThen}</span>
      </p>
      <button class="btn end" ref={close} onClick={closePassword}>
        {t().close}
      </button>
    </>
  );
}

function Form({ onDone }: { onDone: () => void }): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const busy = useSignal(false);
  const trouble = useSignal<Trouble>(null);
  const field = (name: string): HTMLInputElement | null => form.current?.querySelector(`[name=${name}]`) ?? null;
  useLayoutEffect(() => field("old")?.focus(), []);
  const say = (found: NonNullable<Trouble>): void => {
    trouble.value = found;
    if (found.field) field(found.field)?.select();
  };
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy.value) return;
    const read = (name: keyof Typed): string => field(name)?.value ?? "";
    const typed: Typed = { old: read("old"), new: read("new"), again: read("again") };
    const found = fault(typed);
    if (found) return say(found);
    trouble.value = null;
    busy.value = true;
    const ask: NewPassword = { old: typed.old, new: typed.new };
    try {
      await post<Done>("/session/password", ask);
      onDone();
    } catch (error) {
      say(refusal(error));
    } finally {
      busy.value = false;
    }
  };
  const input = (name: keyof Typed, word: string, complete: AutoFill): JSX.Element => (
    <label>
      <span>{word}</span>
      <input
        class="in"
        type="password"
        name={name}
        autocomplete={complete}
        maxLength={256}
        required
        aria-invalid={trouble.value?.field === name}
        aria-describedby={trouble.value?.field === name ? "password-trouble" : undefined}
      />
    </label>
  );
  return (
    <form class="form" ref={form} onSubmit={(event) => void send(event)}>
      <input name="username" autocomplete="username" value={me.value?.work_number} hidden readOnly />
      {input("old", t().oldPassword, "current-password")}
      {input("new", t().newPassword(LEAST), "new-password")}
      {input("again", t().newPasswordAgain, "new-password")}
      {trouble.value && (
        <p id="password-trouble" class="late" role="alert">
          {said(trouble.value)}
        </p>
      )}
      <div class="row">
        <button class="btn" disabled={busy.value}>
          {t().changePassword}
        </button>
        <button type="button" class="btn is-quiet" onClick={closePassword}>
          {t().cancel}
        </button>
      </div>
    </form>
  );
}
