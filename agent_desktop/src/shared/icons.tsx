/** Every glyph of the screens, drawn on 16 x 16 with a 1.5 line. They stand beside a word, so all are hidden from readers. */
import type { JSX } from "preact";

const handset =
  "M3.4 2.2 5.3 2c.4 0 .7.2.9.6l.8 2.1c.1.3 0 .7-.2.9L5.6 6.7c.8 1.6 2 2.8 3.7 3.7l1.1-1.2c.3-.2.6-.3.9-.2l2.1.8c.4.2.6.5.6.9l-.2 1.9c-.1.7-.6 1.2-1.3 1.2C7 13.7 2.3 9 2.2 3.5c0-.7.5-1.2 1.2-1.3z";

const dots = (points: readonly (readonly [number, number])[]): JSX.Element => (
  <g class="fill">
    {points.map(([x, y]) => (
      <circle cx={x} cy={y} r="1.2" />
    ))}
  </g>
);

const shapes = {
  phone: () => <path d={handset} />,
  hang: () => (
    <g transform="rotate(135 8 8)">
      <path d={handset} />
    </g>
  ),
  mail: () => (
    <>
      <rect x="1.5" y="3.5" width="13" height="9" rx="1" />
      <path d="m2 4.5 6 4.5 6-4.5" />
    </>
  ),
  chat: () => <path d="M3.5 2.5h9A1.5 1.5 0 0 1 14 4v5.5a1.5 1.5 0 0 1-1.5 1.5H8l-3.3 2.7V11H3.5A1.5 1.5 0 0 1 2 9.5V4a1.5 1.5 0 0 1 1.5-1.5z" />,
  web: () => (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M2 8h12M8 2c2 1.8 2.6 3.8 2.6 6S10 12.2 8 14c-2-1.8-2.6-3.8-2.6-6S6 3.8 8 2z" />
    </>
  ),
  sms: () => (
    <>
      <rect x="4" y="1.5" width="8" height="13" rx="1.5" />
      <path d="M6.5 5h3M6.5 7.5h3M7.2 12.5h1.6" />
    </>
  ),
  voice: () => (
    <>
      <circle cx="4.5" cy="8" r="2.7" />
      <circle cx="11.5" cy="8" r="2.7" />
      <path d="M4.5 10.7h7" />
    </>
  ),
  form: () => <path d="M4 2.5h8a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM5.5 5.5h5M5.5 8h5M5.5 10.5h3" />,
  order: () => <path d="M2.5 5 8 2l5.5 3v6L8 14l-5.5-3zM2.5 5 8 8l5.5-3M8 8v6" />,
  search: () => (
    <>
      <circle cx="7" cy="7" r="4.5" />
      <path d="m10.5 10.5 3.3 3.3" />
    </>
  ),
  pause: () => <path d="M5.5 3v10M10.5 3v10" />,
  mic: () => (
    <>
      <rect x="6" y="1.5" width="4" height="8" rx="2" />
      <path d="M3.5 7.5a4.5 4.5 0 0 0 9 0M8 12v2.5" />
    </>
  ),
  muted: () => (
    <>
      <rect x="6" y="1.5" width="4" height="8" rx="2" />
      <path d="M3.5 7.5a4.5 4.5 0 0 0 9 0M8 12v2.5M2.5 2l11 12" />
    </>
  ),
  keypad: () => dots([[4, 3], [8, 3], [12, 3], [4, 7], [8, 7], [12, 7], [4, 11], [8, 11], [12, 11], [8, 14.5]]),
  transfer: () => <path d="M2.5 5.5h10M9.5 2.5l3 3-3 3M13.5 10.5h-10M6.5 7.8l-3 2.7 3 3" />,
  clock: () => (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.5V8l2.3 1.6" />
    </>
  ),
  check: () => <path d="m3 8.5 3.3 3.3L13 4.8" />,
  x: () => <path d="m4 4 8 8M12 4l-8 8" />,
  alert: () => <path d="M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.5v.3" />,
  down: () => <path d="m4 6 4 4 4-4" />,
  right: () => <path d="m6 4 4 4-4 4" />,
  back: () => <path d="M10 4 6 8l4 4" />,
  book: () => <path d="M8 3.8C6.5 2.7 4.5 2.5 2 2.5v10c2.5 0 4.5.2 6 1.3 1.5-1.1 3.5-1.3 6-1.3v-10c-2.5 0-4.5.2-6 1.3zM8 3.8v10" />,
  say: () => <path d="M2.5 6v4H5l3.5 3V3L5 6zM11 5.8a3 3 0 0 1 0 4.4M12.8 3.8a6 6 0 0 1 0 8.4" />,
  insert: () => <path d="M13 3v5.5a1.5 1.5 0 0 1-1.5 1.5H3M6 7l-3 3 3 3" />,
  user: () => (
    <>
      <circle cx="8" cy="5.2" r="2.8" />
      <path d="M2.8 14c.5-2.9 2.6-4.3 5.2-4.3s4.7 1.4 5.2 4.3" />
    </>
  ),
  head: () => (
    <>
      <path d="M2.5 10V8a5.5 5.5 0 0 1 11 0v2" />
      <rect x="1.8" y="9" width="2.9" height="4.5" rx="1.2" />
      <rect x="11.3" y="9" width="2.9" height="4.5" rx="1.2" />
    </>
  ),
  lock: () => (
    <>
      <rect x="3" y="7" width="10" height="7" rx="1.5" />
      <path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2" />
    </>
  ),
  bell: () => <path d="M3 11.5c1.2-1 1.3-2.2 1.3-4a3.7 3.7 0 0 1 7.4 0c0 1.8.1 3 1.3 4zM6.6 13.6a1.5 1.5 0 0 0 2.8 0" />,
  play: () => <path d="M5 3.2v9.6L12.5 8z" />,
  menu: () => (
    <>
      <circle cx="3.5" cy="3.5" r="1.5" />
      <path d="M3.5 5v6A1.5 1.5 0 0 0 5 12.5h4M3.5 7.5H9" />
      <circle cx="11" cy="7.5" r="1.5" />
      <circle cx="11" cy="12.5" r="1.5" />
    </>
  ),
  more: () => dots([[3.5, 8], [8, 8], [12.5, 8]]),
  live: () => <path d="M2 8h2.5l1.8-4.5 3.2 9 2-4.5H14" />,
  plus: () => <path d="M8 3v10M3 8h10" />,
  sun: () => (
    <>
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1" />
    </>
  ),
  moon: () => <path d="M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z" />,
  leave: () => <path d="M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M10 11l3-3-3-3M13 8H6" />,
} satisfies Record<string, () => JSX.Element>;

export type IconName = keyof typeof shapes;

/** A glyph in the colour of the text around it; `small` is 12 px. */
export function Icon({ name, small }: { name: IconName; small?: boolean }): JSX.Element {
  return (
    <svg class={small ? "i i-s" : "i"} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[name]()}
    </svg>
  );
}

/** The glyph of a kind of contact. */
export function kindIcon(kind: string): IconName {
  switch (kind) {
    case "mail":
    case "chat":
    case "sms":
    case "form":
    case "order":
      return kind;
    case "search":
    case "visit":
    case "web":
      return "web";
    case "message":
    case "voice":
      return "voice";
    default:
      return "phone";
  }
}
