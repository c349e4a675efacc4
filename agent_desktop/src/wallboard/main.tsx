// The wallboard. A TV opens it with `#token=…`, a person with the session of the desk; `?lang=` and `?theme=` choose the rest.

import { signal } from "@preact/signals";
import { render } from "preact";
import "../shared/base.css";
import { Live } from "../shared/live";
import type { WallboardView } from "../shared/types";
import { board } from "./board";
import { Gate } from "./gate";
import { follow, Screen } from "./layouts";
import { Reports } from "./reports";
import "./board.css";
import "./wall.css";
import "./pocket.css";
import "./gate.css";
import "./reports.css";

/** Stays in the fragment, which browsers never send: a TV finds it there again after a power cut. */
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? undefined;
const signedOut = signal(false);
const reports = new URLSearchParams(location.search).get("view") === "reports";

/** Asked when the live connection is refused. Only a clear "no" counts; no answer at all is no reason to sign out. */
async function admitted(): Promise<boolean> {
  try {
    const answer = await fetch("/api/v1/wallboard", {
      credentials: "same-origin",
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    });
    return answer.status !== 401 && answer.status !== 403;
  } catch {
    return true;
  }
}

const live = new Live<WallboardView>({
  view: "wallboard",
  token,
  stillSignedIn: admitted,
  onSignedOut: () => (signedOut.value = true),
});
const shown = board(live);

function enter(): void {
  if (token !== undefined) {
    // The session is the key from here on; a refused token would be tried first again.
    location.replace(location.pathname + location.search);
    return;
  }
  signedOut.value = false;
  live.open();
}

function Page() {
  if (signedOut.value) return <Gate refused={token !== undefined} onSignedIn={enter} />;
  return reports ? <Reports board={shown} /> : <Screen board={shown} />;
}

follow(shown);
live.open();
render(<Page />, document.getElementById("app")!);
// Another token typed into the address bar changes only the fragment, which loads nothing by itself.
addEventListener("hashchange", () => location.reload());
