/** An article's text, drawn from its Markdown. */
import type { JSX } from "preact";
import { blocks, type Block, type Span } from "./markdown";

export function ArticleText({ markdown, lang, class: more = "" }: { markdown: string; lang?: string | undefined; class?: string }): JSX.Element {
  return (
    <div class={`article ${more}`} lang={lang}>
      {blocks(markdown).map((block) => (
        <Part block={block} />
      ))}
    </div>
  );
}

function Part({ block }: { block: Block }): JSX.Element {
  switch (block.is) {
    case "heading":
      return <h3>{block.spans.map(inline)}</h3>;
    case "text":
      return <p>{block.spans.map(inline)}</p>;
    case "bullets":
    case "steps": {
      const items = block.items.map((item) => <li>{item.map(inline)}</li>);
      return block.is === "steps" ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

function inline(span: Span): JSX.Element | string {
  switch (span.is) {
    case "text":
      return span.text;
    case "strong":
      return <strong>{span.text}</strong>;
    case "code":
      return <code>{span.text}</code>;
    case "link":
      return (
        <a href={span.to} rel="noreferrer">
          {span.text}
        </a>
      );
  }
}
