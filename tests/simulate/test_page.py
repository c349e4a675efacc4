"""The page: one file that opens offline, whole in every language, and right where it draws."""

import re
from html import escape
from xml.etree import ElementTree

import pytest

from cti.simulate.outcome import FIGURES, Outcome, simulate
from cti.simulate.page import page
from cti.simulate.svg import Curve, plot
from cti.simulate.theory import erlang_c
from cti.simulate.words import LANGUAGES, WORDS, localised
from tests.simulate.small import crowd, load, shift, site


def drawn(language: str, title: str = "One <day>") -> str:
    few, many = (simulate(load(site(n), crowd(60, 2 / 60, 60), [shift(k) for k in range(n)])) for n in (3, 4))
    found = [Outcome.of("simulated", [few]), Outcome.of("more & more", [many])]
    return page(title, "Asia/Hong_Kong", found, erlang_c(2 / 60, 60, 3), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_whole_and_needs_nothing_from_outside(language: str) -> None:
    html = drawn(language)
    body = html[html.index("<main>") : html.index("</body>")]
    tree = ElementTree.fromstring(body)
    assert len(tree.findall(".//section/svg")) == 9
    assert tree.findtext("h1") == "One <day>"
    assert "more & more" in [cell.text for cell in tree.iter("th")]
    assert not re.search(r"https?:|src=|@import|url\(", html)
    for name, _, _ in FIGURES:
        assert escape(WORDS[name][language]) in html


def test_every_word_is_there_in_every_language() -> None:
    for key, said in WORDS.items():
        assert set(said) == set(LANGUAGES), key
        assert all(said.values()), key
    assert localised("86.0 % ± 1.2", "en") == "86.0\u202f% ± 1.2"
    assert localised("24.5 s", "zh-Hans") == "24.5 秒"


def test_a_plot_shows_each_half_hour_as_high_as_it_is() -> None:
    svg = plot("Calls", ["09:00", "09:30", "10:00"], [Curve("now", "now", (40.0, None, 80.0))], str)
    tree = ElementTree.fromstring(svg)
    (line,) = [path for path in tree.iter("path") if path.get("class") == "now"]
    heights = [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)H", line.get("d") or "")]
    rules = [path.get("d") or "" for path in tree.iter("path") if path.get("class") == "grid"]
    grid = [float(y) for rule in rules for y in re.findall(r" ([\d.]+)H", rule)]
    assert len(heights) == 2, "a half hour without a value is a gap"
    assert heights == [pytest.approx((grid[0] + grid[-1]) / 2), grid[-1]]
    assert line.findtext("title") == "now"
    labels = [text.text for text in tree.iter("text")]
    assert labels[:5] == ["0.0", "20.0", "40.0", "60.0", "80.0"]
    assert labels[5:] == ["09:00", "09:30", "10:00"]
