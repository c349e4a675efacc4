// Nobody is signed in on this screen: sign in here, or learn how a TV gets its read token.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { csrf, Failure, post } from "../shared/api";
import { LangSwitch, Logo, ThemeSwitch } from "../shared/parts";
import type { Me } from "../shared/types";
import { t } from "./words";

/** `refused`: a token was given, and it is not valid (any more). */
export function Gate({ refused, onSignedIn }: { refused: boolean; onSignedIn: () => void }): JSX.Element {
  const wrong = useSignal<string | null>(null);
  const busy = useSignal(false);

  async function signIn(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    wrong.value = null;
    try {
      const me = await post<Me>("/session", { name: String(form.get("name")).trim(), password: String(form.get("password")) });
      csrf.value = me.csrf;
      onSignedIn();
    } catch (error) {
      wrong.value = error instanceof Failure && error.status === 0 ? t().unreachable : t().signInWrong;
    } finally {
      busy.value = false;
    }
  }

  return (
    <div class="board-gate">
      <header><Logo /><span class="end" /><LangSwitch /><ThemeSwitch /></header>
      <main>
        <form class="sheet" onSubmit={(event) => void signIn(event)}>
          <h1>{refused ? t().tokenRefused : t().signIn}</h1>
          <p class="t2">{refused ? t().tokenRefusedHint : t().signInHint}</p>
          <label>
            <span class="label">{t().name}</span>
            <input class="in is-tall" name="name" autocomplete="username" required autofocus />
          </label>
          <label>
            <span class="label">{t().password}</span>
            <input class="in is-tall" name="password" type="password" autocomplete="current-password" required />
          </label>
          <p class="wrong late" role="alert">{wrong}</p>
          <button class="btn is-main is-tall" disabled={busy.value}>{t().signInNow}</button>
          <p class="tv small t2">
            {t().tokenHow} <code>hotline tokens add TV</code> {t().tokenThen} <code>{`${location.origin}/wallboard#token=…`}</code>
          </p>
        </form>
      </main>
    </div>
  );
}
