import { describe, expect, it } from "vitest";
import { blocks, spans, type Block } from "../../src/shared/markdown";

const shape = (markdown: string) =>
  blocks(markdown).map((b: Block) => ("items" in b ? [b.is, b.items.map((i) => i.map((s) => s.text).join(""))] : [b.is, b.spans.map((s) => s.text).join("")]));

describe("an article's Markdown", () => {
  it("becomes paragraphs, headings, steps and bullets", () => {
    expect(shape("# Box\n\nUnplug it.\n\n1. Wait.\n2. Plug it in.\n\n- red\n- green\n\nDone.")).toEqual([
      ["heading", "Box"],
      ["text", "Unplug it."],
      ["steps", ["Wait.", "Plug it in."]],
      ["bullets", ["red", "green"]],
      ["text", "Done."],
    ]);
  });
  it("parts a list from the sentence right before it", () => {
    expect(shape("Do this:\n1. one\n2. two\n\nThen wait.").map(([is]) => is)).toEqual(["text", "steps", "text"]);
  });
  it("keeps an indented line with its item, and a list whole over empty lines", () => {
    expect(shape("1. one\n   more of one\n\n2. two")).toEqual([["steps", ["one more of one", "two"]]]);
  });
  it("reads Chinese numbering and joins Chinese lines without a space", () => {
    expect(shape("1、拔掉电源\n2、等 30 秒")).toEqual([["steps", ["拔掉电源", "等 30 秒"]]]);
    expect(shape("拔掉\n电源\nA\r\nB")).toEqual([["text", "拔掉电源 A B"]]);
  });
  it("does not take a decimal number or a year for a step", () => {
    expect(shape("3.5 km away\n\n2026 was fine")).toEqual([["text", "3.5 km away"], ["text", "2026 was fine"]]);
  });
  it("marks bold, code and links", () => {
    expect(spans("set **APN** to `harbour`, see [page](https://x.example/a)")).toEqual([
      { is: "text", text: "set " },
      { is: "strong", text: "APN" },
      { is: "text", text: " to " },
      { is: "code", text: "harbour" },
      { is: "text", text: ", see " },
      { is: "link", text: "page", to: "https://x.example/a" },
    ]);
  });
  it("never makes markup or a script of what it reads", () => {
    expect(spans("<b>x</b>")).toEqual([{ is: "text", text: "<b>x</b>" }]);
    for (const to of ["javascript:alert", "JavaScript:x", "data:text/html,x", "//evil.example", "vbscript:x"]) {
      expect(spans(`[x](${to})`)).toEqual([{ is: "text", text: "x" }]);
    }
    expect(blocks("")).toEqual([]);
  });
});
