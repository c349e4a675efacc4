"""Bytes into text when the label may lie: GBK under `gb2312`, UTF-8 under `iso-8859-1`, or no label at all.

Never fails: the last resort is U+FFFD in place of what can't be read.
"""

import base64
import binascii
import codecs
import quopri
import re

_ALIASES = {
    **dict.fromkeys(("gb2312", "gb_2312-80", "gb_2312", "gbk", "x-gbk", "cp936", "gb18030", "euc-cn"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "big5hkscs", "x-x-big5", "cn-big5", "cp950", "big-5"), "big5hkscs"),
    **dict.fromkeys(("ks_c_5601-1987", "ks_c_5601", "euc-kr", "korean", "ks-c-5601-1987"), "cp949"),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "sjis", "ms_kanji"), "cp932"),
    **dict.fromkeys(("iso-2022-jp", "csiso2022jp", "iso-2022-jp-1"), "iso2022_jp_ext"),
    **dict.fromkeys(("latin1", "iso8859-1", "iso-8859-1", "iso_8859-1", "windows-1252", "cp1252"), "cp1252"),
    **dict.fromkeys(("unicode-1-1-utf-7", "utf-7"), "utf-7"),
    **dict.fromkeys(("utf8", "utf-8", "unicode", "x-utf-8"), "utf-8"),
}
_SAYS_NOTHING = {
    "",
    "us-ascii",
    "ascii",
    "ansi_x3.4-1968",
    "unknown-8bit",
    "x-unknown",
    "unknown",
    "default",
    "binary",
    "8bit",
}
_COMMON = set(
    "的一是不了在有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当"
    "想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定"
    "您请谢问题网络电话账单客户服务光纤宽带路由器红灯订单工程师合同费用邮件回复"
    "這來個國說們為時會過學對後麼沒於還發當無開動長樣現將與進實點種聲話兒請謝問題網絡電話帳單客戶服務寬頻路由器紅燈訂單師傅合約費用電郵回覆嘅咗喺唔係啲佢哋冇嚟咁"
)
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?]*)?\?([bBqQ])\?([^?]*)\?=")


def decode(data: bytes, declared: str | None) -> str:
    """`data` as text: by its label when that can be true, else by what it looks like."""
    # UTF-7 and UTF-16 can spell halves of a character, which nothing can store.
    return _decoded(data, declared).encode("utf-8", "replace").decode("utf-8")


def _decoded(data: bytes, declared: str | None) -> str:
    label = (declared or "").strip().strip("\"'").lower()
    if not data:
        return ""
    if label not in _SAYS_NOTHING:
        name = _codec(_ALIASES.get(label, label))
        if name == "cp1252" and (text := _strict(data, "utf-8")) is not None:
            return text  # bytes that are valid UTF-8 are hardly ever anything else
        if name in _LIKELY and (text := _twice(_strict(data, "utf-8"), name)) is not None:
            return text
        if name is not None and (text := _strict(data, name)) is not None:
            return text
        if name == "utf-8" and data.decode("utf-8", "ignore") and _mostly(data):
            return data.decode("utf-8", "replace")
        if name == "cp1252":
            return data.decode("cp1252", "replace")
        if name is not None and label not in ("utf-8", "utf8") and _nearly(data, name):
            return data.decode(name, "replace")
    return guess(data)


def guess(data: bytes) -> str:
    """`data` as text by its looks alone: ASCII, a Japanese escape, UTF-8, else what reads most like a language."""
    if b"\x1b$" in data and (text := _strict(data, "iso2022_jp_ext")) is not None:
        return text
    for name in ("ascii", "utf-8"):
        if (text := _strict(data, name)) is not None:
            return text
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return data.decode("utf-16", "replace")
    if _mostly(data):
        return data.decode("utf-8", "replace")
    readings = [
        (score, text) for name in _LIKELY if (text := _strict(data, name)) is not None and (score := _score(text)) > 0
    ]
    latin = data.decode("cp1252", "replace")
    readings.append((_latin_score(data), latin))
    return max(readings, key=lambda reading: reading[0])[1]


def encoding_of(sample: bytes) -> str:
    """The encoding that the beginning of a text file is most likely in."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if sample.startswith(mark):
            return name
    # The sample may end inside a character.
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    if b"\x00" in sample and sample.count(b"\x00") * 3 > len(sample):
        return "utf-16-le" if sample[1:2] == b"\x00" else "utf-16-be"
    for name in ("ascii", "utf-8"):
        if _strict(sample, name) is not None:
            return "utf-8"
    # A few lines pasted in from elsewhere don't change what the file is.
    high = [line for line in sample.split(b"\n") if not line.isascii()]
    if sum(_strict(line, "utf-8") is not None for line in high) * 2 > len(high):
        return "utf-8"
    text = guess(sample)
    return next((name for name in _LIKELY if _strict(sample, name) == text), "cp1252")


_ASCII = bytes(range(128))
_SAMPLE = 20_000
"""So much of a long text tells its language; all of it would take long."""
_LEAST_SCORE = 0.7
"""Of a text in which enough characters are such as people write every day."""
_LIKELY = ("gb18030", "big5hkscs", "cp949", "cp932")


def words(raw: str, hint: str | None = None) -> str:
    """A header's value with its encoded words (RFC 2047) decoded, however broken; `raw` may hold surrogate escapes.

    Neighbours in the same charset are joined before decoding: many senders cut a character in two between them. Bytes
    outside encoded words are UTF-8 (RFC 6532) or, if they can't be, in the charset `hint`, that of the mail's text.
    """
    if raw.isascii() and raw.isprintable() and "=?" not in raw:
        return " ".join(raw.split())
    text = re.sub(r"[\r\n]+[ \t]*", " ", raw)
    parts: list[str] = []
    pending: tuple[str, bytes] | None = None
    end = 0
    for found in _WORD.finditer(text):
        between = text[end : found.start()]
        charset, data = found[1].lower(), _word_bytes(found[2], found[3])
        if pending is not None and pending[0] == charset and not between.strip():
            pending = (charset, pending[1] + data)
        else:
            if pending is not None:
                parts.append(decode(pending[1], pending[0]))
            if between.strip() or pending is None:
                parts.append(_plain(between, hint))
            pending = (charset, data)
        end = found.end()
    if pending is not None:
        parts.append(decode(pending[1], pending[0]))
    parts.append(_plain(text[end:], hint))
    joined = "".join(parts)
    if not joined.isprintable():
        joined = "".join(char for char in joined if char.isprintable())
    return " ".join(joined.split())


def base64_bytes(data: bytes) -> bytes:
    """Base64 as far as it can be read: stray characters and a missing end don't matter."""
    made = b""
    for piece in re.split(rb"=+", data):  # padding in the middle: pieces encoded one by one and joined
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", piece)
        clean = clean[:-1] if len(clean) % 4 == 1 else clean
        made += base64.b64decode(clean + b"=" * (-len(clean) % 4))
    return made


def _word_bytes(kind: str, body: str) -> bytes:
    data = body.encode("ascii", "surrogateescape") if body.isascii() else body.encode("utf-8", "surrogateescape")
    if kind in "bB":
        return base64_bytes(data)
    return quopri.decodestring(data.replace(b" ", b"_"), header=True)


def _plain(text: str, hint: str | None) -> str:
    if text.isascii():
        return text
    data = text.encode("utf-8", "surrogateescape")
    utf8 = _strict(data, "utf-8")
    if utf8 is None:
        return decode(data, hint)
    return _twice(utf8, _ALIASES.get((hint or "").lower())) or utf8


def _twice(utf8: str | None, name: str | None) -> str | None:
    """What was written in an Asian charset, then taken for Latin and put into UTF-8; None: that was not so."""
    if utf8 is None or name not in _LIKELY:
        return None
    try:
        found = _strict(utf8.encode("latin-1"), name)
    except UnicodeEncodeError:
        return None
    return found if found is not None and _score(found) > _LEAST_SCORE else None


def _codec(name: str) -> str | None:
    try:
        return name if codecs.lookup(name)._is_text_encoding else None
    except (LookupError, ValueError):
        return None


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError, binascii.Error):
        return None


def _mostly(data: bytes) -> bool:
    """Whether this is UTF-8 with a scratch, such as text cut off in the middle of a character."""
    broken = data.decode("utf-8", "replace").count("\ufffd")
    high = len(data.translate(None, _ASCII))
    return broken <= 3 and high > 8 * broken


def _nearly(data: bytes, name: str) -> bool:
    text = data.decode(name, "replace")
    return text.count("\ufffd") * 20 <= len(text)


def _score(text: str) -> float:
    """How much this reads like Chinese, Japanese or Korean: 0 not at all, 1 and more very much."""
    text = text[:_SAMPLE]
    strange = [char for char in text if not char.isascii()]
    if not strange:
        return 0.0
    common = sum(char in _COMMON for char in strange)
    odd = sum(not (char.isalnum() or "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uffef") for char in strange)
    japanese, korean = len(_KANA.findall(text)), len(_HANGUL.findall(text))
    rare = sum("\ue000" <= char <= "\uf8ff" or "\u3400" <= char <= "\u4dbf" for char in strange)
    return (3 * common + japanese + 0.7 * korean + 0.3 * len(strange) - 2 * odd - 2 * rare) / len(strange)


def _latin_score(data: bytes) -> float:
    """How much this reads like a language of western Europe: its high bytes stand alone among letters."""
    data = data[:_SAMPLE]
    high = [n for n, byte in enumerate(data) if byte >= 0x80]
    alone = sum(
        (n == 0 or data[n - 1] < 0x80) and (n + 1 == len(data) or data[n + 1] < 0x80) and data[n] >= 0x91 for n in high
    )
    return 1.5 * alone / len(high) if high else 0.0
