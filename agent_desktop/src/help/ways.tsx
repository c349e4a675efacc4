// Ways to a person, always in view. Only what exists is offered, and what does not is said.

import type { JSX } from "preact";
import { lang, siteText } from "../shared/i18n";
import { Icon } from "../shared/icons";
import { serverNow } from "../shared/clock";
import type { PublicSite } from "../shared/types";
import { isUnderWay } from "./call/state";
import { phone, showCall } from "./call/store";
import { today } from "./hours";
import { phoneText, site, unreachable } from "./site";
import { t } from "./words";

const canCall = (of: PublicSite): boolean => of.guest_calls && of.numbers.length > 0;

/** Starts the call, or shows the one that is on. */
function call(): void {
  showCall();
  const number = site.value?.numbers[0]?.number;
  if (number !== undefined) void phone.start(number);
}

export function CallButton({ class: more = "" }: { class?: string }): JSX.Element | null {
  const of = site.value;
  if (!of || !canCall(of)) return null;
  return (
    <button class={`btn ${more}`} onClick={call}>
      <Icon name="phone" />
      {t().callUs}
    </button>
  );
}

/** "Open today 09:00 to 18:00." in the site's time. */
function hours(of: PublicSite): string {
  const spans = today(of.open_hours, of.other_days, of.zone, serverNow());
  if (spans === null) return t().alwaysOpen;
  if (spans.length === 0) return t().closedToday;
  return t().openToday(spans.map((s) => t().span(s.from, s.to)).join(t().and));
}

export function Ways(): JSX.Element {
  const of = site.value;
  return (
    <section class="person">
      <h2>{t().person}</h2>
      {of ? <Open of={of} /> : unreachable.value && <p class="fine"><b class="b">{t().unreachable}</b> {t().unreachableHint}</p>}
    </section>
  );
}

function Open({ of }: { of: PublicSite }): JSX.Element {
  const on = isUnderWay(phone.call.value);
  const able = canCall(of);
  return (
    <>
      <div class="ways">
        <button class="way" onClick={call} disabled={!able}>
          <Icon name="phone" />
          <b>{t().callUs}</b>
          <small>{on ? t().callOn : able ? t().callUsHint : t().callOff}</small>
          {able && (of.open ? <em class="fast">{t().now}</em> : <em>{t().closedNow}</em>)}
        </button>
        {of.numbers.map((n) => (
          <a class="way" href={`tel:${n.number}`}>
            <Icon name="keypad" />
            <b class="num">{phoneText(n.number)}</b>
            <small>{siteText(n.name)}</small>
            {of.open ? <em class="fast">{t().now}</em> : <em>{t().closedNow}</em>}
          </a>
        ))}
      </div>
      <p class="fine">{hours(of) + (lang.value === "en" ? " " : "") + t().onlyCalls}</p>
    </>
  );
}

/** On a phone: the same ways, fixed at the bottom. */
export function Reach(): JSX.Element | null {
  const of = site.value;
  const first = of?.numbers[0];
  if (!of || !first) return null;
  const able = canCall(of);
  const when = of.open ? t().now : t().closedNow;
  return (
    <nav class="reach" aria-label={t().person}>
      <button onClick={call} disabled={!able}>
        <Icon name="phone" />
        {t().callUs}
        <small class={able && of.open ? "fast" : ""}>{isUnderWay(phone.call.value) ? t().callOn : able ? when : t().callOffNow}</small>
      </button>
      <a href={`tel:${first.number}`}>
        <Icon name="keypad" />
        <span class="num">{t().dial} {phoneText(first.number)}</span>
        <small class={of.open ? "fast" : ""}>{when}</small>
      </a>
    </nav>
  );
}
