"""The outcome as one HTML file that needs nothing else: opened from a disk, sent by mail, printed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from cti.core.ids import Ms
from cti.simulate.outcome import Figure, Outcome
from cti.simulate.svg import Curve, plot
from cti.simulate.tally import Line, Slot
from cti.simulate.theory import Pooled
from cti.simulate.words import localised, word

_Say = Callable[[str], str]
_Value = Callable[[Slot, int], float | None]
"""Of a half hour, and the number of runs it counts."""

_STYLES = ("now", "second", "third", "fourth")
"""The setting that is asked about, and others beside it."""

_CSS = """
:root{color-scheme:light dark;--bg:#f5f4f1;--card:#fff;--line:#e4e2dc;--ink:#1b1a17;--ink2:#514e47;--accent:#3448cf;
--b:#8a5a00;--c:#0b6e64;--then:#67635b}
@media(prefers-color-scheme:dark){:root{--bg:#161512;--card:#1f1e1b;--line:#3a3833;--ink:#f0eee9;--ink2:#c2beb4;
--accent:#93a2ff;--b:#e0b050;--c:#5cc9bb;--then:#a09b90}}
body{margin:0;padding:24px;background:var(--bg);color:var(--ink);font:14px/20px system-ui,sans-serif;
font-variant-numeric:tabular-nums}
main{max-width:1200px;margin:auto}h1{font-size:24px;line-height:32px}h2{font-size:14px;margin:0 0 8px}
h2::first-letter,td:first-child::first-letter{text-transform:uppercase}
section,table{background:var(--card);border:1px solid var(--line);border-radius:10px}
section{padding:16px}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:16px;margin:16px 0}
table{border-collapse:separate;border-spacing:0;width:100%;margin:16px 0}
th,td{padding:8px 12px;text-align:right;border-top:1px solid var(--line)}tr:first-child>*{border-top:0}
th:first-child,td:first-child{text-align:start}th{font-weight:600}small,p{color:var(--ink2)}
svg{width:100%;height:auto;display:block}svg path{fill:none;stroke-width:2}
.grid{stroke:var(--line);stroke-width:1!important}
.label{fill:var(--ink2);font-size:11px}.now{stroke:var(--accent)}.second{stroke:var(--b);stroke-dasharray:8 3}
.third{stroke:var(--c);stroke-dasharray:3 3}.fourth{stroke:var(--then);stroke-dasharray:1 3}
.key{display:flex;flex-wrap:wrap;gap:16px;color:var(--ink2)}.key svg{width:24px;height:12px;display:inline-block}
"""


def page(title: str, zone: str, found: Sequence[Outcome], known: Pooled | None, language: str) -> str:
    """The whole page, in one of `words.LANGUAGES`. `zone` is the site's: half hours are its local time."""

    def say(key: str) -> str:
        return word(key, language)

    def write(text: str) -> str:
        return localised(text, language)

    name = escape(title)
    body = [f"<h1>{name}</h1>", _figures(found, known, say, write), _plots(zone, found, say, write)]
    body += [_kinds(each, say, write) for each in found if len(each.all.kinds) > 1]
    body.append(f"<p>{escape(say('formulas'))} {escape(say('runs'))}</p>")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{name}</title>'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<style>{_CSS}</style></head><body><main>{''.join(body)}</main></body></html>\n"
    )


def written(figure: Figure) -> str:
    """A figure as people read it."""
    if figure.value is None:
        return "–"
    error = figure.plus_minus
    if figure.unit == "calls":
        return f"{figure.value:,.0f}"
    if figure.unit == "share":
        return f"{figure.value * 100:.1f} %" + (f" ± {error * 100:.1f}" if error is not None else "")
    digits, unit = (1, " s") if figure.unit == "s" else (2, "")
    return f"{figure.value:.{digits}f}{unit}" + (f" ± {error:.{digits}f}" if error is not None else "")


def theory(known: Pooled) -> dict[str, str]:
    """The known answer, by the names of the figures that it is an answer to."""
    answers = {
        "ASA": Figure("", known.asa_s, "s"),
        "had to wait": Figure("", known.delayed, "share"),
        "service level": Figure("", known.service_level, "share"),
        "abandonment": Figure("", known.abandoned, "share"),
        "occupancy": Figure("", known.occupancy, "share"),
    }
    return {name: written(figure) for name, figure in answers.items()}


def line_figures(line: Line) -> list[Figure]:
    """One type of call beside the others."""
    return [
        Figure("calls", line.calls, "calls"),
        Figure("answered", line.answered, "calls"),
        Figure("ASA", line.asa_s, "s"),
        Figure("90 % answered within", line.wait_s(0.9), "s"),
        Figure("service level", line.service_level, "share"),
        Figure("abandonment", line.abandonment, "share"),
    ]


def _row(cells: Sequence[str], tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _figures(found: Sequence[Outcome], known: Pooled | None, say: _Say, write: _Say) -> str:
    answers = theory(known) if known is not None else {}
    head = ["", *([say("theory")] if answers else []), *(say(each.name) for each in found)]
    rows = [_row(head, "th")]
    for figures in zip(*(each.figures() for each in found), strict=True):
        name = figures[0].name
        cells = [*([answers.get(name, "")] if answers else []), *map(written, figures)]
        rows.append(_row([say(name), *map(write, cells)]))
    return f"<table>{''.join(rows)}</table>"


def _kinds(each: Outcome, say: _Say, write: _Say) -> str:
    lines = [line for _, line in sorted(each.all.kinds.items())]
    rows = [_row([say(each.name), *(say(figure.name) for figure in line_figures(lines[0]))], "th")]
    rows += [_row([line.name, *(write(written(figure)) for figure in line_figures(line))]) for line in lines]
    return f"<table>{''.join(rows)}</table>"


def _plots(zone: str, found: Sequence[Outcome], say: _Say, write: _Say) -> str:
    used = [
        place
        for place in range(len(found[0].all.slots))
        if any(each.all.slots[place].line.calls or each.all.slots[place].duty for each in found)
    ]
    shown = range(used[0], used[-1] + 1) if used else range(0)
    clocks = [_clock(found[0].all.slots[place].begins, zone) for place in shown]

    def curves(value: _Value) -> list[Curve]:
        # The last one is what is asked about; what stands before it is there to compare.
        styles = [_STYLES[(len(found) - 1 - n) % len(_STYLES)] for n in range(len(found))]
        return [
            Curve(say(each.name), style, tuple(value(each.all.slots[place], len(each.runs)) for place in shown))
            for each, style in zip(found, styles, strict=True)
        ]

    def chart(key: str, value: _Value, shown_as: Callable[[float], str]) -> str:
        drawn = plot(say(key), clocks, curves(value), lambda each: write(shown_as(each)))
        return f"<section><h2>{escape(say(key))}</h2>{drawn}</section>"

    parts = [
        chart("calls in each half hour", lambda slot, runs: slot.line.calls / runs, _number),
        chart("staff", lambda slot, runs: slot.staff / runs, _number),
        chart("ASA", lambda slot, runs: slot.line.asa_s, _seconds),
        chart("service level", lambda slot, runs: slot.line.service_level, _share),
        chart("abandonment", lambda slot, runs: slot.line.abandonment, _share),
        chart("occupancy", lambda slot, runs: slot.occupancy, _share),
        chart("told right", lambda slot, runs: slot.line.told_right, _share),
        chart("waits within the range of eight in ten", lambda slot, runs: slot.line.range_right, _share),
        chart("worst type's ASA over the mean", lambda slot, runs: slot.worst, _number),
    ]
    key_line = '<svg viewBox="0 0 24 12"><path class="{}" d="M0 6H24"/></svg>'
    keys = [f"<span>{key_line.format(curve.style)} {escape(curve.name)}</span>" for curve in curves(lambda s, r: None)]
    legend = f'<div class="key">{"".join(keys)}</div>' if len(found) > 1 else ""
    return f'{legend}<div class="plots">{"".join(parts)}</div>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.3g}"


def _seconds(value: float) -> str:
    return f"{_number(value)} s"


def _share(value: float) -> str:
    return f"{value * 100:.3g} %"


def _clock(at: Ms, zone: str) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%H:%M")
