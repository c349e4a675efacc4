// Today's opening hours, by the site's own calendar and not by the visitor's.

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

export interface Span {
  from: string;
  to: string;
}

/** Null: always open. Empty: closed today. `others`: dates that don't go by the week. */
export function today(
  hours: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
  zone: string,
  now: number,
): Span[] | null {
  // The Swedish way of writing a date is the ISO one.
  const other = others[new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(now)];
  if (other !== undefined) return spans(other);
  if (Object.keys(hours).length === 0) return null;
  const name = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short" }).format(now).toLowerCase();
  const day = DAYS.find((d) => name.startsWith(d));
  return spans((day !== undefined && hours[day]) || "");
}

/** Of "closed", as of nothing: none. */
function spans(text: string): Span[] {
  return text.split(",").flatMap((span) => {
    const [from, to] = span.trim().split("-");
    return from && to ? [{ from, to }] : [];
  });
}
