"""Numbers, digits, money, dates, times, places in line and waits, as a native speaker says them -> prompt names.

Every value becomes a list of whole recorded pieces (`say-...`), so that a site can record them all. `pieces` lists them
with their words for each language; the prompt builder makes them, and the lint knows how long they last.

Wording: Mandarin says 两 before 百 千 万 亿, a measure word or 点, else 二, and 幺 for 1 in a row of digits.
Cantonese keeps 二百, says 兩 before 千 萬 億 and measure words, and 蚊 for the money. English says "twenty
twenty-six" for the year.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from types import MappingProxyType

from ivr.flow import Language

IN_LINE = 20
"""Places up to here have a sentence of their own."""

LARGEST = 999_999_999_999
"""The largest number said as a number; a larger one is said digit by digit."""

WAITS = (*range(1, 11), 15, 20, 25, 30, 40, 50, 60)
"""Minutes of waiting that have words."""
LONG_WAITS = (30, 40, 50, 60)
"""Those that "more than" is said of."""

_HAN = "零一二三四五六七八九"


def value(
    what: str, given: str | datetime | None, language: Language, *, today: date, currency: str = "HKD"
) -> tuple[str, ...]:
    """The pieces of a flow's `say`. What cannot be said so (no value, not a number) is left unsaid."""
    if given is None or given == "":
        return ()
    if isinstance(given, datetime):
        return _moment(what, given, language, today)
    if what == "digits":
        return digits(given, language)
    if what in ("date", "time", "moment"):
        try:
            return _moment(what, datetime.fromisoformat(given), language, today)
        except ValueError:
            return ()
    if what == "money":
        whole, _, part = given.partition(".")
        if not (whole.isascii() and whole.isdigit() and ((part.isascii() and part.isdigit()) or not part)):
            return ()
        return money(int(whole) * 100 + int(part[:2].ljust(2, "0")), language, currency)
    return number(int(given), language) if given.isascii() and given.isdigit() else digits(given, language)


def _moment(what: str, when: datetime, language: Language, today: date) -> tuple[str, ...]:
    if what == "time":
        return clock(when.hour, when.minute, language)
    if what == "date":
        return day(when.date(), language, today)
    if what == "moment":
        return moment(when, language, today)
    return ()


# --- numbers


def digits(text: str, language: Language) -> tuple[str, ...]:
    """Digit by digit; every other character is passed over."""
    return tuple(f"say-digit-{char}" for char in text if char.isascii() and char.isdigit())


def number(n: int, language: Language, *, counted: bool = False) -> tuple[str, ...]:
    """A whole number from 0. `counted`: a measure word follows (两位, not 二位)."""
    if n > LARGEST:
        return digits(str(n), language)
    if language == "en":
        return tuple(_english(n))
    if counted and n == 2:
        return ("say-liang",)
    return tuple(_chinese(n, language))


def _english(n: int) -> Iterator[str]:
    for size, word in ((10**9, "say-billion"), (10**6, "say-million"), (1000, "say-thousand")):
        if n >= size:
            yield from _english(n // size)
            yield word
            n %= size
            if n == 0:
                return
            if n < 100:
                yield "say-and"
    if n >= 100:
        yield f"say-{n // 100}"
        yield "say-hundred"
        n %= 100
        if n == 0:
            return
        yield "say-and"
    yield f"say-{n}"


def _chinese(n: int, language: Language) -> Iterator[str]:
    if n < 100:
        yield f"say-{n}"
        return
    begun = zero = False
    for size, word in ((10**8, "say-yi"), (10**4, "say-wan"), (1, "")):
        group, n = divmod(n, size)
        if group == 0:
            zero = begun
            continue
        if begun and (zero or group < 1000):
            yield "say-0"
        if group == 2 and word:
            yield "say-liang"
        else:
            yield from _group(group, language, leading=not begun)
        if word:
            yield word
        begun, zero = True, False


def _group(n: int, language: Language, *, leading: bool) -> Iterator[str]:
    """1..9999 inside a larger number."""
    begun = zero = False
    for size, word in ((1000, "say-thousand"), (100, "say-hundred")):
        digit, n = divmod(n, size)
        if digit == 0:
            zero = begun
            continue
        two = "say-liang" if size == 1000 or language == "cmn" else "say-2"
        yield two if digit == 2 else f"say-{digit}"
        yield word
        begun, zero = True, False
    if n == 0:
        return
    if begun and (zero or n < 10):
        yield "say-0"
    if 10 <= n < 20 and (begun or not leading):
        # 一百一十二, but 十二 on its own.
        yield "say-1"
    yield f"say-{n}"


# --- money


def money(cents: int, language: Language, currency: str = "HKD") -> tuple[str, ...]:
    """An amount of hundredths of `currency` (CNY, HKD, USD)."""
    whole, part = divmod(cents, 100)
    if language == "en":
        return tuple(_english_money(whole, part, currency))
    return tuple(_chinese_money(whole, part, language))


def _english_money(whole: int, part: int, currency: str) -> Iterator[str]:
    if currency == "CNY":
        # Nobody says fen in English: "thirty-two point five yuan".
        yield from _english(whole)
        if part:
            yield "say-point"
            yield from digits(f"{part:02}".rstrip("0"), "en")
        yield "say-yuan"
        return
    if whole or not part:
        yield from _english(whole)
        yield "say-dollar" if whole == 1 else "say-dollars"
        if part:
            yield "say-and"
    if part:
        yield from _english(part)
        yield "say-cent" if part == 1 else "say-cents"


def _chinese_money(whole: int, part: int, language: Language) -> Iterator[str]:
    tenths, hundredths = divmod(part, 10)
    if whole or not part:
        yield from number(whole, language, counted=True)
        yield "say-yuan"
    if tenths:
        yield from number(tenths, language, counted=True)
        yield "say-jiao"
    if hundredths:
        if whole and not tenths:
            yield "say-0"
        yield from number(hundredths, language, counted=not tenths)
        yield "say-fen"


# --- days and times


def day(when: date, language: Language, today: date) -> tuple[str, ...]:
    """`today` and `tomorrow`, the weekday within a week, else the date; with the year only when it is another one."""
    away = (when - today).days
    if away in (0, 1):
        return ("say-today",) if away == 0 else ("say-tomorrow",)
    if 1 < away < 7:
        return (f"say-weekday-{when.weekday()}",)
    named = (f"say-month-{when.month}", f"say-day-{when.day}")
    if when.year == today.year:
        return named
    if language == "en":
        century, rest = divmod(when.year, 100)
        year = (f"say-{century}", f"say-{rest}") if rest >= 10 else number(when.year, "en")
        return (*named, *year)
    return (*(f"say-{char}" for char in str(when.year)), "say-year", *named)


def clock(hour: int, minute: int, language: Language) -> tuple[str, ...]:
    """A time of day on the twelve-hour clock, with the part of the day named as the language does."""
    if language == "en":
        half = "say-am" if hour < 12 else "say-pm"
        hours = f"say-{hour % 12 or 12}"
        if minute == 0:
            return (hours, half)
        if minute < 10:
            return (hours, "say-oh", f"say-{minute}", half)
        return (hours, f"say-{minute}", half)
    part = next(name for end, name in _PARTS[language] if hour < end)
    spoken = hour if hour <= 12 else hour - 12
    # 凌晨零点, 中午十二点, 下午两点.
    named = (f"say-{part}", f"say-hour-{spoken}")
    if minute == 0:
        return named
    return (*named, "say-half" if minute == 30 else f"say-minute-{minute}")


def moment(when: datetime, language: Language, today: date) -> tuple[str, ...]:
    """A day and a time on it."""
    at = ("say-at",) if language == "en" else ()
    return (*day(when.date(), language, today), *at, *clock(when.hour, when.minute, language))


_PARTS: dict[str, tuple[tuple[int, str], ...]] = {
    "cmn": ((6, "before-dawn"), (9, "early"), (12, "morning"), (13, "noon"), (18, "afternoon"), (24, "evening")),
    "yue": ((6, "before-dawn"), (9, "early"), (12, "morning"), (13, "noon"), (18, "afternoon"), (24, "evening")),
}


# --- the place in line


def position(n: int, language: Language) -> tuple[str, ...]:
    """The sentence for the n-th in line (1: the next)."""
    if n <= IN_LINE:
        return (f"say-position-{max(n, 1)}",)
    return ("say-position", *number(n, language), "say-position-end")


def wait(least: int, most: int | None, language: Language) -> tuple[str, ...]:
    """The sentence for a wait of `least` to `most` minutes (0: no lower end, None: no upper end).

    Only ends in `WAITS` (`LONG_WAITS` when there is no upper end) have words; other waits are left unsaid.
    """
    if most is None:
        return (f"say-wait-over-{least}",) if least in LONG_WAITS else ()
    if most not in WAITS or not (least == 0 or (least in WAITS and least <= most)):
        return ()
    if least == 0:
        return (f"say-wait-most-{most}",)
    if least == most:
        return (f"say-wait-about-{most}",)
    return (f"say-wait-from-{least}", f"say-wait-to-{most}")


# --- every piece with its words


@cache
def pieces(language: Language) -> MappingProxyType[str, str]:
    """Prompt name -> words, for all that the functions above can return."""
    return MappingProxyType({f"say-{name}": words for name, words in _PIECES[language]()})


def _english_pieces() -> Iterator[tuple[str, str]]:
    nth = _list(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth"
    )
    days = [*nth, "twentieth", *(f"twenty-{one}" for one in nth[:9]), "thirtieth", "thirty-first"]
    months = _list("January February March April May June July August September October November December")
    weekdays = _list("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
    for n in range(100):
        yield str(n), _in_english(n)
    for n in range(10):
        yield f"digit-{n}", _in_english(n)
    for n, word in enumerate(days, 1):
        yield f"day-{n}", word
    for n, word in enumerate(months, 1):
        yield f"month-{n}", word
    for n, word in enumerate(weekdays):
        yield f"weekday-{n}", f"on {word}"
    yield "position-1", "You are next in line."
    for n in range(2, IN_LINE + 1):
        yield f"position-{n}", f"You are {days[n - 1]} in line."
    for n in WAITS:
        minutes = f"{_in_english(n)} minute{'' if n == 1 else 's'}"
        yield f"wait-most-{n}", f"Your wait will be {'less than a minute' if n == 1 else 'at most ' + minutes}."
        yield f"wait-about-{n}", f"Your wait will be about {minutes}."
        yield f"wait-from-{n}", f"Your wait will be about {_in_english(n)}"
        yield f"wait-to-{n}", f"to {minutes}."
    for n in LONG_WAITS:
        yield f"wait-over-{n}", f"Your wait will be more than {_in_english(n)} minutes."
    yield "position", "You are number"
    yield "position-end", "in line."
    for word in _list("hundred thousand million billion and point dollar dollars cent cents yuan today tomorrow at oh"):
        yield word, word
    yield "am", "a.m."
    yield "pm", "p.m."


def _mandarin_pieces() -> Iterator[tuple[str, str]]:
    yield from _common_chinese("两", "号", "幺")
    yield from {
        "wan": "万", "yi": "亿", "yuan": "元", "jiao": "角", "fen": "分", "today": "今天", "tomorrow": "明天",
        "before-dawn": "凌晨", "early": "早上", "morning": "上午", "noon": "中午", "afternoon": "下午",
        "evening": "晚上", "position": "您排在第", "position-end": "位。", "position-1": "您是下一位。",
    }.items()  # fmt: skip
    for n in range(13):
        yield f"hour-{n}", f"{'两' if n == 2 else _han(n)}点"
    for n in range(2, IN_LINE + 1):
        yield f"position-{n}", f"您排在第{_han(n)}位。"
    for n in WAITS:
        minutes = f"{'两' if n == 2 else _han(n)}分钟"
        yield f"wait-most-{n}", f"预计等候不到{minutes}。"
        yield f"wait-about-{n}", f"预计等候大约{minutes}。"
        yield f"wait-from-{n}", f"预计等候{'两' if n == 2 else _han(n)}"
        yield f"wait-to-{n}", f"到{minutes}。"
    for n in LONG_WAITS:
        yield f"wait-over-{n}", f"预计等候{_han(n)}分钟以上。"


def _cantonese_pieces() -> Iterator[tuple[str, str]]:
    yield from _common_chinese("兩", "號", "一")
    yield from {
        "wan": "萬", "yi": "億", "yuan": "蚊", "jiao": "毫", "fen": "仙", "today": "今日", "tomorrow": "聽日",
        "before-dawn": "凌晨", "early": "朝早", "morning": "上晝", "noon": "中午", "afternoon": "下晝",
        "evening": "夜晚", "position": "你排第", "position-end": "位。", "position-1": "下一位就到你。",
    }.items()  # fmt: skip
    for n in range(13):
        yield f"hour-{n}", f"{'兩' if n == 2 else _han(n)}點"
    for n in range(2, IN_LINE + 1):
        yield f"position-{n}", f"你排第{_han(n)}位。"
    for n in WAITS:
        minutes = f"{'兩' if n == 2 else _han(n)}分鐘"
        yield f"wait-most-{n}", f"估計{minutes}之內就到你。"
        yield f"wait-about-{n}", f"估計要等大約{minutes}。"
        yield f"wait-from-{n}", f"估計要等{'兩' if n == 2 else _han(n)}"
        yield f"wait-to-{n}", f"至{minutes}。"
    for n in LONG_WAITS:
        yield f"wait-over-{n}", f"估計要等{_han(n)}分鐘以上。"


def _common_chinese(two: str, day_of_month: str, one_in_a_row: str) -> Iterator[tuple[str, str]]:
    for n in range(100):
        yield str(n), _han(n)
    for n in range(10):
        yield f"digit-{n}", one_in_a_row if n == 1 else _HAN[n]
    for n in range(1, 32):
        yield f"day-{n}", f"{_han(n)}{day_of_month}"
    for n in range(1, 13):
        yield f"month-{n}", f"{_han(n)}月"
    for n, name in enumerate("一二三四五六日"):
        yield f"weekday-{n}", f"星期{name}"
    for n in range(1, 60):
        if n != 30:
            yield f"minute-{n}", f"{'零' if n < 10 else ''}{_han(n)}分"
    yield from (("liang", two), ("hundred", "百"), ("thousand", "千"), ("year", "年"), ("half", "半"))


def _in_english(n: int) -> str:
    """0..99 in words."""
    ten, one = divmod(n, 10)
    return _ONES[n] if n < 20 else _TENS[ten - 2] + (f"-{_ONES[one]}" if one else "")


def _list(words: str) -> list[str]:
    return words.split()


def _han(n: int) -> str:
    """0..99 in characters."""
    ten, one = divmod(n, 10)
    if ten == 0:
        return _HAN[one]
    return ("" if ten == 1 else _HAN[ten]) + "十" + (_HAN[one] if one else "")


_ONES = _list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = _list("twenty thirty forty fifty sixty seventy eighty ninety")

_PIECES: dict[Language, Callable[[], Iterator[tuple[str, str]]]] = {
    "en": _english_pieces,
    "cmn": _mandarin_pieces,
    "yue": _cantonese_pieces,
}


def greeting(work_number: str) -> str:
    """The prompt of an agent's greeting: made of `work-number` and the digits, one file for each agent."""
    return f"greeting-{work_number}"


def agent(work_number: str) -> str:
    """The prompt of an agent's own recorded name, where there is one."""
    return f"agent-{work_number}"
