/** Light, dark, or as the system says. The choice sits on `<html data-theme>`; early.js has set it before the first paint. */
import { signal } from "@preact/signals";
import { keep, kept } from "./keep";

export type Theme = "system" | "light" | "dark";

const asTheme = (text: string | null | undefined): Theme => (text === "light" || text === "dark" ? text : "system");

export const theme = signal<Theme>(
  typeof document === "undefined" ? "system" : asTheme(document.documentElement.dataset["theme"] ?? kept("hotline.theme")),
);

/** Switch and remember. Transitions are off for one frame, or every colour on the page would fade. */
export function setTheme(next: Theme): void {
  const root = document.documentElement;
  root.classList.add("no-motion");
  if (next === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = next;
  theme.value = next;
  keep("hotline.theme", next === "system" ? null : next);
  requestAnimationFrame(() => requestAnimationFrame(() => root.classList.remove("no-motion")));
}
