"""Small pictures of a day: curves over time as SVG, drawn for the page that `hotline simulate` writes.

The document that holds them gives the colours: `.now`, `.then`, `.grid`, `.label`.
"""

from collections.abc import Callable, Sequence
from html import escape
from math import ceil, floor, log10

from msgspec import Struct

WIDTH, HEIGHT = 380, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 12, 24
_GRID = 4


class Curve(Struct, frozen=True):
    """One line of a plot: a value for each point in time, None where there is none."""

    name: str
    style: str
    """The class it is drawn with."""
    values: tuple[float | None, ...]


def plot(title: str, clocks: Sequence[str], curves: Sequence[Curve], say: Callable[[float], str]) -> str:
    """Curves over one axis that begins at 0. A half hour is a step: what is counted in it is not a point in time.

    `clocks` is the time at the begin of each step; `say` writes a value for people.
    """
    top = _round_up(max((value for curve in curves for value in curve.values if value is not None), default=1.0))
    wide, high = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    step = wide / max(1, len(clocks))
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">']
    for line in range(_GRID + 1):
        y = _TOP + high - high * line / _GRID
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>')
        parts.append(_text(_LEFT - 6, y + 4, "end", say(top * line / _GRID)))
    every = max(1, ceil(len(clocks) / 7))
    for place in range(0, len(clocks), every):
        parts.append(_text(_LEFT + step * place, HEIGHT - 6, "middle" if place else "start", clocks[place]))
    for curve in curves:
        d, drawn = [], False
        for place, value in enumerate(curve.values):
            if value is not None:
                x, y = _LEFT + step * place, _TOP + high - high * value / top
                d.append(f"{'L' if drawn else 'M'}{x:.1f} {y:.1f}H{x + step:.1f}")
            drawn = value is not None
        parts.append(f'<path class="{curve.style}" d="{"".join(d)}"><title>{escape(curve.name)}</title></path>')
    parts.append("</svg>")
    return "".join(parts)


def _text(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text class="label" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _round_up(value: float) -> float:
    """A top that four grid lines divide into numbers people read: 1, 2, 4 or 8 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(power * head for head in (1, 2, 4, 8, 10) if power * head >= value * 0.9999)
