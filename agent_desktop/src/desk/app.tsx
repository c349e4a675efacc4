/** Which page stands: sign in, sound check or the desk. And the desk's own frame. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { AsidePage } from "./aside";
import { Bars } from "./bars";
import { CasePage } from "./case-page";
import { CheckPage } from "./check-page";
import { Deck } from "./deck";
import { EraseSheet } from "./erase-sheet";
import { Gate, SignIn } from "./gate";
import { CustomerPage, Home } from "./home";
import { listen } from "./keys";
import { Pad, StateMenu } from "./menus";
import { PasswordSheet } from "./password";
import { CallPage } from "./pop";
import { call, checked, live, who } from "./session";
import { Side } from "./side";
import { Foot, KeySheet, Strip } from "./strip";
import { t } from "./text";
import { TransferMenu } from "./transfer";
import { reading, where } from "./where";
import { WorkPage } from "./work-page";

export function App(): JSX.Element {
  if (who.value === null) return <SignIn />;
  if (who.value === "asking" || !live.view.value) return <Gate>{null}</Gate>;
  // A call on the desk goes before the sound check: after a reload its screen is what counts.
  if (!checked.value && !call.value) return <CheckPage />;
  return <Desk />;
}

function Desk(): JSX.Element {
  useEffect(() => listen(), []);
  useEffect(() => {
    document.title = `${t().title} · Hotline`;
  });
  return (
    <div class="desk">
      <Strip />
      <Deck />
      <div class="under-deck">
        <StateMenu />
        <Pad />
        <TransferMenu />
      </div>
      <Bars />
      <main class={reading.value === null ? "main" : "main is-reading"}>
        <Middle />
      </main>
      <Side />
      <Foot />
      <KeySheet />
      <PasswordSheet />
      <EraseSheet />
    </div>
  );
}

function Middle(): JSX.Element {
  const open = where.value;
  if (open.is === "customer") return <CustomerPage key={open.id} id={open.id} />;
  if (open.is === "aside") return <AsidePage />;
  if (open.is === "case") return <CasePage key={open.id} id={open.id} />;
  if (open.is === "work") return <WorkPage key={open.piece} id={open.piece} />;
  return call.value ? <CallPage call={call.value} /> : <Home />;
}
