// Today's opening hours, by the site's own calendar and not by the visitor's.

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

export interface Span {
  from: string;
  to: string;
}

/** Null: always open. Empty: closed today. */
export function today(hours: Readonly<Record<string, string>>, zone: string, now: number): Span[] | null {
  if (Object.keys(hours).length === 0) return null;
  const name = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short" }).format(now).toLowerCase();
  const day = DAYS.find((d) => name.startsWith(d));
  const text = day === undefined ? undefined : hours[day];
  if (!text) return [];
  return text.split(",").flatMap((span) => {
    const [from, to] = span.trim().split("-");
    return from && to ? [{ from, to }] : [];
  });
}
