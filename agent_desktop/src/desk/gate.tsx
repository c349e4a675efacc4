/** Before the desk: signing in. One sheet on paper, nothing else. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { Failure } from "../shared/api";
import { siteText } from "../shared/i18n";
import { LangSwitch, Logo, ThemeSwitch } from "../shared/parts";
import { exchange, live, signIn, site } from "./session";
import { exchangeText, t } from "./text";

/** The page around a sheet. */
export function Gate({ children }: { children: ComponentChildren }): JSX.Element {
  const name = siteText(site.value?.name);
  return (
    <div class="gate">
      <header>
        <Logo />
        <span class="t3 cut">{name}</span>
        <span class="end row">
          <LangSwitch />
          <ThemeSwitch />
        </span>
      </header>
      <main>{children}</main>
      <footer>
        <span class="cut">{name}</span>
        {live.view.value && (
          <span class="end row">
            <i class={`dot is-small st ${exchange.value ? "st-available" : "st-overdue"}`} />
            {exchangeText()}
          </span>
        )}
      </footer>
    </div>
  );
}

export function SignIn(): JSX.Element {
  const busy = useSignal(false);
  const wrong = useSignal<string | null>(null);
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    wrong.value = null;
    try {
      await signIn(String(form.get("name")).trim(), String(form.get("password")));
    } catch (error) {
      const status = error instanceof Failure ? error.status : 0;
      wrong.value = status === 0 || status >= 500 ? t().noServer : status === 429 ? t().tooOften : t().wrongPassword;
    } finally {
      busy.value = false;
    }
  };
  return (
    <Gate>
      <form class="sheet is-slim" onSubmit={(event) => void send(event)}>
        <h1>{t().signIn}</h1>
        <p>{t().signInThen}</p>
        <div class="form">
          <label>
            <span>{t().workNumber}</span>
            <input class="in is-tall" name="name" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus />
          </label>
          <label>
            <span>{t().password}</span>
            <input class="in is-tall" name="password" type="password" autocomplete="current-password" required aria-describedby="wrong" />
          </label>
          {wrong.value && (
            <p id="wrong" class="late" role="alert">
              {wrong.value}
            </p>
          )}
          <button class="btn is-main is-tall" disabled={busy.value}>
            {t().signIn}
          </button>
          <p class="small t3">{t().forgotten}</p>
        </div>
      </form>
    </Gate>
  );
}
