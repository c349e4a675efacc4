/**
 * An article's Markdown as data to draw: paragraphs, lists, headings, bold, code, links. Nothing in it can become HTML, and
 * a link goes to the web, a mail address, a telephone or a page of ours, never to a script.
 */

export type Span = { is: "text" | "strong" | "code"; text: string } | { is: "link"; text: string; to: string };

export type Block =
  | { is: "text" | "heading"; spans: Span[] }
  | { is: "bullets" | "steps"; items: Span[][] };

const BULLET = /^[-*•]\s+(.*)$/;
const STEP = /^\d{1,2}(?:[.)]\s+|、\s*)(.*)$/;
const HEADING = /^#{1,6}\s+(.*)$/;
const INLINE = /\*\*(?<strong>[^*]+)\*\*|`(?<code>[^`]+)`|\[(?<text>[^\]]+)\]\((?<to>[^)\s]+)\)/g;
const SAFE = /^(?:https?:\/\/|mailto:|tel:|\/(?!\/)|#)/i;

/** A line's text, with what is marked in it. */
export function spans(line: string): Span[] {
  const out: Span[] = [];
  let from = 0;
  for (const match of line.matchAll(INLINE)) {
    if (match.index > from) out.push({ is: "text", text: line.slice(from, match.index) });
    from = match.index + match[0].length;
    const { strong, code, text, to } = match.groups ?? {};
    if (strong !== undefined) out.push({ is: "strong", text: strong });
    else if (code !== undefined) out.push({ is: "code", text: code });
    else if (text !== undefined) out.push(to !== undefined && SAFE.test(to) ? { is: "link", text, to } : { is: "text", text });
  }
  if (from < line.length) out.push({ is: "text", text: line.slice(from) });
  return out;
}

interface Open {
  is: "text" | "bullets" | "steps";
  lines: string[];
}

/** Chinese lines join without a space, others with one. */
function join(before: string, after: string): string {
  return /[\u3000-\u9fff\uff00-\uffef]$/.test(before) && /^[\u3000-\u9fff\uff00-\uffef]/.test(after) ? before + after : `${before} ${after}`;
}

/** An empty line ends a paragraph; a list may also begin and end without one; an indented line belongs to its item. */
export function blocks(markdown: string): Block[] {
  const out: Block[] = [];
  let open: Open | null = null;
  let gap = false;
  const flush = () => {
    if (open) out.push(open.is === "text" ? { is: "text", spans: spans(open.lines[0]!) } : { is: open.is, items: open.lines.map(spans) });
    open = null;
  };
  const add = (is: Open["is"], text: string) => {
    if (open?.is === is && is !== "text") open.lines.push(text);
    else {
      flush();
      open = { is, lines: [text] };
    }
  };
  const goOn = (of: Open, text: string) => {
    of.lines[of.lines.length - 1] = join(of.lines[of.lines.length - 1]!, text);
  };
  for (const raw of markdown.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === "") {
      gap = true;
      continue;
    }
    const indented = /^(?: {2,}|\t)/.test(raw);
    const bullet = BULLET.exec(line)?.[1];
    const step = STEP.exec(line)?.[1];
    const heading = HEADING.exec(line)?.[1];
    const before = open as Open | null;
    if (heading !== undefined) {
      flush();
      out.push({ is: "heading", spans: spans(heading) });
    } else if (indented && before && before.is !== "text" && bullet === undefined && step === undefined) goOn(before, line);
    else if (bullet !== undefined) add("bullets", bullet);
    else if (step !== undefined) add("steps", step);
    else if (!gap && before?.is === "text") goOn(before, line);
    else {
      flush();
      add("text", line);
    }
    gap = false;
  }
  flush();
  return out;
}
