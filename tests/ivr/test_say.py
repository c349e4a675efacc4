"""Values as a native speaker says them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.core.estimate import LEAST_LONG, STEPS
from ivr import say
from ivr.flow import LANGUAGES, Language

TODAY = date(2026, 11, 22)


def spoken(prompts: tuple[str, ...], language: Language) -> str:
    words = say.pieces(language)
    return (" " if language == "en" else "").join(words[prompt] for prompt in prompts)


NUMBERS = """
    0         零                   零                   zero
    2         二                   二                   two
    10        十                   十                   ten
    12        十二                 十二                 twelve
    22        二十二               二十二               twenty-two
    102       一百零二             一百零二             one hundred and two
    112       一百一十二           一百一十二           one hundred and twelve
    200       两百                 二百                 two hundred
    1010      一千零一十           一千零一十           one thousand and ten
    2000      两千                 兩千                 two thousand
    2222      两千两百二十二       兩千二百二十二       two thousand two hundred and twenty-two
    20002     两万零二             兩萬零二             twenty thousand and two
    20200     两万零两百           兩萬零二百           twenty thousand two hundred
    120000    十二万               十二萬               one hundred and twenty thousand
    200000002 两亿零二             兩億零二             two hundred million and two
"""


@pytest.mark.parametrize("row", [line.split(maxsplit=3) for line in NUMBERS.strip().splitlines()])
def test_numbers(row: list[str]) -> None:
    for language, words in zip(LANGUAGES, row[1:], strict=True):
        assert spoken(say.number(int(row[0]), language), language) == words


MONEY = """
    5     五分       五仙         five cents
    100   一元       一蚊         one dollar
    200   两元       兩蚊         two dollars
    205   两元零五分 兩蚊零五仙   two dollars and five cents
    220   两元两角   兩蚊兩毫     two dollars and twenty cents
    2200  二十二元   二十二蚊     twenty-two dollars
    3250  三十二元五角 三十二蚊五毫 thirty-two dollars and fifty cents
"""


@pytest.mark.parametrize("row", [line.split(maxsplit=3) for line in MONEY.strip().splitlines()])
def test_money(row: list[str]) -> None:
    for language, words in zip(LANGUAGES, row[1:], strict=True):
        assert spoken(say.money(int(row[0]), language), language) == words


def test_yuan_in_english() -> None:
    assert spoken(say.money(3250, "en", "CNY"), "en") == "thirty-two point five yuan"
    assert spoken(say.money(205, "en", "CNY"), "en") == "two point zero five yuan"


TIMES = """
    00:00 凌晨零点       凌晨零點       twelve a.m.
    02:05 凌晨两点零五分 凌晨兩點零五分 two oh five a.m.
    08:00 早上八点       朝早八點       eight a.m.
    09:30 上午九点半     上晝九點半     nine thirty a.m.
    12:00 中午十二点     中午十二點     twelve p.m.
    14:15 下午两点十五分 下晝兩點十五分 two fifteen p.m.
    20:00 晚上八点       夜晚八點       eight p.m.
"""


@pytest.mark.parametrize("row", [line.split(maxsplit=3) for line in TIMES.strip().splitlines()])
def test_times(row: list[str]) -> None:
    hour, minute = map(int, row[0].split(":"))
    for language, words in zip(LANGUAGES, row[1:], strict=True):
        assert spoken(say.clock(hour, minute, language), language) == words


DAYS = """
    2026-11-22 今天             今日             today
    2026-11-23 明天             聽日             tomorrow
    2026-11-26 星期四           星期四           on Thursday
    2026-12-01 十二月一号       十二月一號       December first
    2027-01-02 二零二七年一月二号 二零二七年一月二號 January second twenty twenty-seven
    2008-01-02 二零零八年一月二号 二零零八年一月二號 January second two thousand and eight
"""


@pytest.mark.parametrize("row", [line.split(maxsplit=3) for line in DAYS.strip().splitlines()])
def test_days(row: list[str]) -> None:
    for language, words in zip(LANGUAGES, row[1:], strict=True):
        assert spoken(say.day(date.fromisoformat(row[0]), language, TODAY), language) == words


PLACES = """
    1  您是下一位。       下一位就到你。     You are next in line.
    2  您排在第二位。     你排第二位。       You are second in line.
    20 您排在第二十位。   你排第二十位。     You are twentieth in line.
    21 您排在第二十一位。 你排第二十一位。   You are number twenty-one in line.
"""


@pytest.mark.parametrize("row", [line.split(maxsplit=3) for line in PLACES.strip().splitlines()])
def test_places_in_line(row: list[str]) -> None:
    for language, words in zip(LANGUAGES, row[1:], strict=True):
        assert spoken(say.position(int(row[0]), language), language) == words


WAITS = """
    0  1  预计等候不到一分钟。     估計一分鐘之內就到你。   Your wait will be less than a minute.
    0  2  预计等候不到两分钟。     估計兩分鐘之內就到你。   Your wait will be at most two minutes.
    2  2  预计等候大约两分钟。     估計要等大約兩分鐘。     Your wait will be about two minutes.
    1  1  预计等候大约一分钟。     估計要等大約一分鐘。     Your wait will be about one minute.
    2  4  预计等候两到四分钟。     估計要等兩至四分鐘。     Your wait will be about two to four minutes.
    10 15 预计等候十到十五分钟。   估計要等十至十五分鐘。   Your wait will be about ten to fifteen minutes.
    60 -  预计等候六十分钟以上。   估計要等六十分鐘以上。   Your wait will be more than sixty minutes.
"""


@pytest.mark.parametrize("row", [line.split(maxsplit=4) for line in WAITS.strip().splitlines()])
def test_waits(row: list[str]) -> None:
    most = None if row[1] == "-" else int(row[1])
    for language, words in zip(LANGUAGES, row[2:], strict=True):
        assert spoken(say.wait(int(row[0]), most, language), language) == words


def test_every_wait_the_core_says_has_words() -> None:
    ranges = [(least, most) for least in (0, *STEPS) for most in STEPS if least <= most]
    ranges += [(least, None) for least in STEPS if least >= LEAST_LONG]
    for language in LANGUAGES:
        words = say.pieces(language)
        for least, most in ranges:
            prompts = say.wait(least, most, language)
            assert prompts
            assert all(prompt in words for prompt in prompts)
        assert say.wait(7, 11, language) == say.wait(5, 4, language) == say.wait(0, None, language) == ()


def test_a_work_number_digit_by_digit() -> None:
    assert spoken(say.digits("8001", "cmn"), "cmn") == "八零零幺"
    assert spoken(say.digits("8001", "yue"), "yue") == "八零零一"
    assert spoken(say.digits("80-01", "en"), "en") == "eight zero zero one"


@given(st.integers(0, 10**13), st.sampled_from(LANGUAGES))
def test_every_number_has_all_its_pieces(n: int, language: Language) -> None:
    words = say.pieces(language)
    for prompts in (say.number(n, language), say.number(n, language, counted=True), say.position(n, language)):
        assert prompts
        assert all(prompt in words for prompt in prompts)
    for currency in ("CNY", "HKD", "USD"):
        assert all(prompt in words for prompt in say.money(n // 10, language, currency))


@given(st.datetimes(datetime(1999, 1, 1), datetime(2060, 1, 1)), st.sampled_from(LANGUAGES))
def test_every_moment_has_all_its_pieces(when: datetime, language: Language) -> None:
    words = say.pieces(language)
    assert all(prompt in words for prompt in say.moment(when, language, TODAY))


@given(st.text(max_size=20), st.sampled_from(("number", "digits", "money", "date", "time", "moment")))
def test_any_text_is_said_or_left_unsaid(text: str, what: str) -> None:
    for language in LANGUAGES:
        words = say.pieces(language)
        assert all(prompt in words for prompt in say.value(what, text, language, today=TODAY))
