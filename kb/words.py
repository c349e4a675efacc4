"""From text to terms: what two ways of writing the same thing have in common.

English words are lower-cased and lightly stemmed. Chinese is folded to one script (`variants`) and cut into every
pair of neighbouring characters and every single one: no dictionary, so a new product's name is found at once and
traditional text answers a simplified question.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from kb.variants import FOLDING

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_PIECES = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:['’][^\W_{_HAN}]+)*(?:-[^\W_{_HAN}]+(?:['’][^\W_{_HAN}]+)*)*")
_IS_HAN = re.compile(rf"[{_HAN}]")

_ENGLISH_FUNCTION_WORDS = """
a about am an and any are as at be been but by can could did do does doing for from get got had has have having
he hello help hers hey hi how i if im in into is isnt it its ive just know let like may me might my need of on or
our out please she should show so some tell than thank thanks that the their them then there these they this to
told us want wanted was we were what whats when where which who why will with wont would you your
"""
_CHINESE_FUNCTION_PAIRS = """
怎么 怎样 么样 什么 如何 请问 可以 为什 为何 是否 能否 可否 有没 没有 我的 你的 你们 我们 他们 这个 那个
哪里 哪些 哪个 一下 想要 需要 应该 能不 不能 是不 不是 时候 我想 想问 我要 知道 告诉 多少 几时 点样 点解
系咪 可唔 唔可 有冇 边度 乜嘢 咩嘢 你好 谢谢 麻烦 帮我 我有 有一 一个 会不 不会 的话 了吗 吗我 么办 办呢
么我 样才 才能 是什 是怎 要怎 该怎 我怎 怎办
"""
FUNCTION_WORDS = frozenset(_ENGLISH_FUNCTION_WORDS.split())
"""Words that say little about the matter: they count for `FUNCTION_WEIGHT` of a word."""
FUNCTION_PAIRS = frozenset(_CHINESE_FUNCTION_PAIRS.split())
"""The same for pairs of characters; Cantonese ones among them."""
FUNCTION_SINGLES = frozenset(
    "的了吗呢啊吧么我你您他她它们是在有和与或就也都很把被让给对从到这那哪怎什请问想要可以能会为之其及嘅咗喺唔系冇咩啲佢哋乜点嗰呀啦喇噉咁㗎"
)
FUNCTION_WEIGHT = 0.35
SINGLE_WEIGHT = 0.5
"""A lone Chinese character says less than a pair."""


CONCEPT = "="
"""Begins a term that stands for a group of words (`thesaurus`) and not for a word."""


class Term(NamedTuple):
    """A term and how much of a word it is worth."""

    text: str
    weight: float


def fold(text: str) -> str:
    """The same text in the one form that is searched: compatible forms joined, lower case, simplified characters."""
    return unicodedata.normalize("NFKC", text).lower().translate(FOLDING)


def is_han(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return _IS_HAN.search(text) is not None


def is_traditional(text: str) -> bool:
    """Whether it holds a character that is written otherwise in simplified Chinese."""
    return any(ord(character) in FOLDING for character in text)


def terms(text: str) -> list[Term]:
    """Every term of a text, in order and with repetitions."""
    found: list[Term] = []
    for piece in _PIECES.findall(fold(text)):
        if is_han(piece):
            found.extend(_han_terms(piece))
        else:
            found.extend(_word_terms(piece))
    return found


@lru_cache(maxsize=4096)
def _han_terms(run: str) -> tuple[Term, ...]:
    singles = [Term(c, SINGLE_WEIGHT) for c in run if c not in FUNCTION_SINGLES]
    pairs = [run[i : i + 2] for i in range(len(run) - 1)]
    return (*singles, *(Term(p, _pair_weight(p)) for p in pairs))


def _pair_weight(pair: str) -> float:
    if pair in FUNCTION_PAIRS:
        return FUNCTION_WEIGHT
    if pair[0] in FUNCTION_SINGLES or pair[1] in FUNCTION_SINGLES:
        return 0.5
    return 1.0


@lru_cache(maxsize=16384)
def _word_terms(word: str) -> tuple[Term, ...]:
    word = word.replace("'", "").replace("’", "")
    parts = word.split("-")
    if len(parts) > 1:  # "wi-fi" is "wifi" to some and "wi fi" to others
        parts.append("".join(parts))
    return tuple(Term(stem(p), FUNCTION_WEIGHT if p in FUNCTION_WORDS else 1.0) for p in parts)


_VOWEL = re.compile(r"[aeiouy]")


def stem(word: str) -> str:
    """An English word without its commonest endings: `charges`, `charged` and `charging` are one."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith("sses"):
        word = word[:-2]
    elif word.endswith("s") and word[-2] not in "sui":
        word = word[:-1]
    for ending in ("ing", "ed"):
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= 2 and _VOWEL.search(root):
            word = root
            break
    for ending in ("ly", "ment"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    if word.endswith("y") and len(word) > 3:
        word = word[:-1] + "i"
    if len(word) > 3 and word[-1] == word[-2]:  # "cancelled" beside "cancel", and then "bill" must follow
        word = word[:-1]
    return word
