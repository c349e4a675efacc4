import { render } from "preact";
import "../shared/base.css";
import { App } from "./app";
import "./desk.css";
import "./deck.css";
import "./main.css";
import "./side.css";
import "./work.css";
import "./gate.css";
import { begin } from "./session";

const root = document.getElementById("app");
if (root) render(<App />, root);
void begin();
