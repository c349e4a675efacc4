// The help site. `#a=ID` shows one answer, `#q=words` a search; `?lang=` and `?theme=` choose how it looks.

import { effect } from "@preact/signals";
import { render } from "preact";
import "../shared/base.css";
import { lang } from "../shared/i18n";
import { followHot, Page } from "./page";
import { ask, askNow, asked } from "./search";
import { follow } from "./site";
import { parse, where } from "./where";
import "./help.css";
import "./call.css";

function follows(): void {
  const there = parse(location.hash);
  where.value = there.where;
  if (there.where.at === "home" && there.words !== asked.peek().trim()) {
    if (there.words) void askNow(there.words);
    else ask("");
  }
  if (there.where.at === "article") scrollTo(0, 0);
}

document.body.classList.add("is-help");
follow();
followHot();
follows();
addEventListener("hashchange", follows);
// Another language finds other answers to the same words.
let before = lang.peek();
effect(() => {
  if (lang.value === before) return;
  before = lang.value;
  if (asked.peek()) ask(asked.peek());
});
render(<Page />, document.getElementById("app")!);
