"""What a person wrote, without tags, without what was only quoted, and in which language."""

import re
from html import unescape
from html.parser import HTMLParser

_SKIPPED = {"script", "style", "head", "title", "template", "noscript", "svg"}
_BLOCKS = {"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "pre", "hr"}
_BREAKS = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li)\b[^>]*>", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]*>")
_QUOTE_DEPTH = 8

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


class _Text(HTMLParser):
    """Collects text, with line breaks where a browser would put them and `>` before what is quoted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self._skipping = 0
        self._quote = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag == "blockquote":
            self._break()
            self._quote = min(self._quote + 1, _QUOTE_DEPTH)
        elif tag in _BLOCKS:
            self._break()
        elif tag == "br":
            self.lines.append("")
        elif tag == "li":
            self._break()
            self.lines[-1] = "- "
        elif tag in ("td", "th") and self.lines[-1].strip():
            self.lines[-1] += "  "

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif tag == "blockquote":
            self._break()
            self._quote = max(0, self._quote - 1)
        elif tag in _BLOCKS or tag == "li":
            self._break(blank=tag == "p")

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        text = re.sub(r"[ \t\r\n\f]+", " ", data)
        if not self.lines[-1]:
            text = text.lstrip()
            if text and self._quote:
                text = "> " * self._quote + text
        self.lines[-1] += text

    def _break(self, *, blank: bool = False) -> None:
        if self.lines[-1]:
            self.lines.append("")
        if blank and len(self.lines) > 1 and self.lines[-2]:
            self.lines.append("")


def html_text(html: str) -> str:
    """HTML as plain text. Never fails: what the parser refuses loses its tags by force."""
    parser = _Text()
    try:
        parser.feed(html)
        parser.close()
        text = "\n".join(line.rstrip() for line in parser.lines)
    except (AssertionError, ValueError, IndexError):
        text = unescape(_TAGS.sub("", _BREAKS.sub("\n", html)))
    return re.sub(r"\n{3,}", "\n\n", text.replace("\xa0", " ")).strip()


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
            following = next((later for later in lines[n:] if later.strip()), "")
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
