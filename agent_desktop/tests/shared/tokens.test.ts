import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const css = readFileSync(new URL("../../src/shared/tokens.css", import.meta.url), "utf8");

function declarations(from: string): string[] {
  const start = css.indexOf(from);
  expect(start, from).toBeGreaterThan(-1);
  const body = css.slice(css.indexOf("{", start) + 1, css.indexOf("}", start));
  return body
    .split(";")
    .map((line) => line.trim().replace(/\s+/g, " "))
    .filter(Boolean);
}

it("has the same dark colours for the system's choice and for one's own", () => {
  const bySystem = declarations(':root:not([data-theme="light"])');
  const byHand = declarations(':root[data-theme="dark"]');
  expect(byHand.length).toBeGreaterThan(40);
  expect(bySystem).toEqual(byHand);
});
