"""What a person wrote, without tags, without what was only quoted, and in which language."""

import re
from html import unescape
from string import ascii_lowercase, ascii_uppercase

_SKIPPED = {"script", "style", "head", "title", "template", "noscript", "svg"}
_BLOCKS = {"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "pre", "hr"}
_TAG = re.compile(r"<(/?)([A-Za-z][\w:-]{0,40})")
_QUOTE_DEPTH = 8
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
"""Unlike `lower`, it keeps every character in its place."""

_HARD = re.compile(
    r"^\s*(?:[-_=*]{2,}\s*(?:original message|forwarded message|reply message|original appointment|"
    r"原始邮件|原始郵件|原邮件|转发的邮件|轉寄的郵件|轉寄郵件|回复的邮件|回覆的郵件|mensaje original|"
    r"message d'origine|ursprüngliche nachricht)\s*[-_=*]{0,}|begin forwarded message:|下面是被转发的邮件[:：])\s*",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"^\s*(?:on\b.{6,250}\bwrote\s*:|(?:在|於|于)?.{4,200}(?:写道|寫道|写到)\s*[:：]|le\b.{6,200}a écrit\s*:|"
    r"am\b.{6,200}schrieb\b.{0,100}:|el\b.{6,200}escribió\s*:|.{4,120}\bwrites\s*:)\s*$",
    re.IGNORECASE,
)
_BLOCK_FROM = re.compile(r"^\s*\*?(?:from|发件人|发信人|寄件者|寄件人|von|de)\s*\*?\s*[:：]", re.IGNORECASE)
_BLOCK_REST = re.compile(
    r"^\s*\*?(?:sent|date|to|subject|cc|发送时间|日期|时间|收件人|主题|抄送|寄件日期|傳送時間|收件者|主旨|副本|gesendet|an|betreff)"
    r"\s*\*?\s*[:：]",
    re.IGNORECASE,
)
_PHONE_SIGNATURE = re.compile(
    r"^\s*(?:sent from my \w.{0,40}|get outlook for \w+.{0,80}|发自我的.{1,20}|從我的.{1,20}傳送|以我的.{1,20}傳送|"
    r"来自我的.{1,20}|发送自.{1,30})\s*$",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CANTONESE = re.compile(r"[嘅咗喺啲嚟冇咁哋嗰佢唔乜睇攞搵俾畀諗咩嘢]|係咪|而家|依家|點解|幾時|多謝晒")
_OTHER_SCRIPT = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f]")
_ENGLISH = re.compile(
    r"\b(?:the|and|you|to|is|for|my|we|of|please|not|have|it|with|this|thanks?|hello|hi)\b", re.IGNORECASE
)


class _Text:
    """Collects text, with line breaks where a browser would put them and `>` before what is quoted."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quote = 0

    def start(self, tag: str) -> None:
        """An element begins."""
        if tag == "blockquote":
            self._break()
            self._quote = min(self._quote + 1, _QUOTE_DEPTH)
        elif tag in _BLOCKS:
            self._break()
        elif tag == "br":
            self._end_line()
        elif tag == "li":
            self._break()
            self._line.append("- ")
        elif tag in ("td", "th") and self._line:
            self._line.append("  ")

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "blockquote":
            self._break()
            self._quote = max(0, self._quote - 1)
        elif tag in _BLOCKS or tag == "li":
            self._break()
            if tag == "p" and self._lines and self._lines[-1]:
                self._lines.append("")

    def data(self, data: str) -> None:
        """Text between tags."""
        text = re.sub(r"[ \t\r\n\f]+", " ", unescape(data))
        if not self._line:
            text = text.lstrip()
            if text and self._quote:
                self._line.append("> " * self._quote)
        if text:
            self._line.append(text)

    def text(self) -> str:
        """Everything so far."""
        self._end_line()
        text = "\n".join(self._lines).replace("\xa0", " ")
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    def _break(self) -> None:
        if self._line:
            self._end_line()

    def _end_line(self) -> None:
        self._lines.append("".join(self._line).rstrip())
        self._line = []


def html_text(html: str) -> str:
    """HTML as plain text. Never fails, and takes no longer than the page is long.

    Python's own parser takes hours over pages made for it (thousands of unclosed tags), so tags are found here: each
    step goes forward, and what never ends is looked for once.
    """
    text = _Text()
    lower = html.translate(_LOWER)
    at = 0
    while at < len(html):
        begin = html.find("<", at)
        if begin < 0:
            break
        found = _TAG.match(html, begin)
        if lower.startswith("<!--", begin):
            end = html.find("-->", begin + 4)
            end = len(html) if end < 0 else end + 3
        elif found is None and html[begin + 1 : begin + 2] not in ("!", "?"):
            text.data(html[at : begin + 1])  # a lone "<"
            at = begin + 1
            continue
        else:
            end = _tag_end(html, begin)
        text.data(html[at:begin])
        at = end
        if found is not None:
            closing, name = bool(found[1]), found[2].lower()
            if not closing and name in _SKIPPED:
                close = lower.find(f"</{name}", at)
                at = len(html) if close < 0 else close
            elif closing:
                text.end(name)
            else:
                text.start(name)
    text.data(html[at:])
    return text.text()


def _tag_end(html: str, begin: int) -> int:
    """Where the tag that begins here is over: after its `>`, unless that stands in an attribute's quotes."""
    end = begin
    for _ in range(4):
        end = html.find(">", end) + 1
        if not end:
            return len(html)
        if html.count('"', begin, end) % 2 == 0:
            break
    return end


def unflow(text: str, delsp: bool) -> str:
    """`format=flowed` (RFC 3676): lines that end in a space go on in the next one."""
    made: list[str] = []
    flowing = False
    for line in text.split("\n"):
        soft = line.endswith(" ") and line != "-- "
        content = line[:-1] if soft and delsp else line
        if flowing and not line.startswith(">"):
            made[-1] += content
        else:
            made.append(content)
        flowing = soft and not line.startswith(">")
    return "\n".join(made)


def fold(text: str) -> tuple[str, str]:
    """(what was written, what was only quoted or is a signature). A mail that quotes only is all written."""
    lines = text.split("\n")
    own: list[str] = []
    quoted: list[str] = []
    n = 0
    while n < len(lines):
        line = lines[n]
        if line.lstrip().startswith(">"):
            quoted.append(line)
        elif _HARD.match(line) or _header_block(lines, n) or line in ("-- ", "--"):
            quoted += lines[n:]
            break
        elif taken := _attribution(lines, n):
            quoted += lines[n : n + taken]
            n += taken
            following = next((lines[later] for later in range(n, len(lines)) if lines[later].strip()), "")
            if not following.lstrip().startswith(">"):
                quoted += lines[n:]
                break
            continue
        elif _PHONE_SIGNATURE.match(line):
            quoted.append(line)
        else:
            own.append(line)
        n += 1
    written = re.sub(r"\n{3,}", "\n\n", "\n".join(own)).strip()
    if not written:
        return text.strip(), ""
    return written, "\n".join(quoted).strip()


def _attribution(lines: list[str], n: int) -> int:
    """How many lines the "On … wrote:" here takes; 0: there is none. Mailers wrap it to two or three."""
    head = lines[n].strip()
    if not head or len(head) > 250:
        return 0
    for taken in (1, 2, 3):
        if _WROTE.match(" ".join(line.strip() for line in lines[n : n + taken])):
            return taken if taken == 1 or re.match(r"(?:on|le|am|el|在|於|于)\b|[在於于]", head, re.IGNORECASE) else 0
    return 0


def _header_block(lines: list[str], n: int) -> bool:
    """The copy of a header that Outlook and others put above what they quote."""
    if not _BLOCK_FROM.match(lines[n]):
        return False
    following = [line for line in lines[n + 1 : n + 8] if line.strip()][:5]
    return sum(bool(_BLOCK_REST.match(line)) for line in following) >= 2


def language(text: str) -> str | None:
    """`yue`, `cmn` or `en` when the text is plainly that, else None."""
    sample = text[:2000]
    if len(_OTHER_SCRIPT.findall(sample)) > 3:
        return None
    han = len(_HAN.findall(sample))
    if han >= 4 and han * 4 >= len(re.sub(r"\s", "", sample)) - han:
        return "yue" if len(_CANTONESE.findall(sample)) * 60 >= han else "cmn"
    return "en" if len(_ENGLISH.findall(sample)) >= 2 else None
