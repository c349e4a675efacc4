"""How far estimates of waits are from the waits, beside the predictors of the literature and app_queue's.

RASE is the root of the mean squared error over the mean wait, for callers who had to wait and got an agent, predicted
when they join the line (Ibrahim and Whitt 2009). The setting is 20 agents, talks of 300 s, patience of 600 s; the
estimator begins every run knowing nothing and learns as it goes, while `QLa` is told the true means.

Beside ours: `QLa`, the sum of 1 / (n mu + k theta) with true parameters, which exists for one kind of caller;
`HOL`, how long the head of the line has waited; `LES`, the wait of the last who got an agent; `QL`, (Q + 1) / (n mu);
and what app_queue keeps: `holdtime`, a quarter of which is the last wait, in whole seconds (`recalc_holdtime` in
app_queue.c).
"""

from collections.abc import Mapping
from math import pi, sin, sqrt
from typing import Any

from msgspec import Struct

from benchmarks.frame import Figure, Options, Report, Stopwatch
from benchmarks.queues import DAY_S, Caller, Day, Hall, Shape
from cti.core.estimate import Estimate, Pace, estimate, in_the_way, spoken

AGENTS = 20
TALK_S = 300.0
PREDICTORS = ("ours", "QLa", "HOL", "LES", "QL", "app_queue")
AS_QLA = 1.03


def run(options: Options) -> Report:
    """Every day with every predictor, over the same callers."""
    watch = Stopwatch()
    runs, callers = (1, 12_000) if options.quick else (3, 100_000)
    figures: list[Figure] = []
    rows: list[Mapping[str, Any]] = []
    for day in days():
        found = Scores()
        for seed in range(1, runs + 1):
            judge = Judge(day, found)
            Hall(day, seed).run(callers, judge)
        rows.append({"name": day.name, **found.row(day)})
        figures += found.figures(day)
    return Report(bench="estimate", seconds=watch.seconds, figures=tuple(figures), peers=tuple(rows))


def days() -> tuple[Day, ...]:
    """The settings."""
    one = (frozenset({0}),) * AGENTS
    pairs = tuple(frozenset(pair) for pair in ((0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3)))

    def swing(height: float, period_s: float) -> Any:
        return lambda time: 1.05 * (1 + height * sin(2 * pi * time / period_s))

    return (
        Day(name="stationary", skills=one, load=lambda time: 1.05),
        Day(name="time-varying", skills=one, load=swing(0.4, DAY_S)),
        Day(name="fast-varying", skills=one, load=swing(0.6, DAY_S / 4)),
        # 12 of 20 agents are left in every fourth hour.
        Day(
            name="understaffed hour",
            skills=one,
            load=lambda time: 0.95,
            staff=lambda t: 12 if t // 3600 % 4 == 3 else AGENTS,
        ),
        Day(name="lognormal", skills=one, load=swing(0.4, DAY_S), shape=Shape.LOGNORMAL),
        # Four kinds, every agent knows two of them, talks from three to seven minutes.
        Day(name="skills", skills=pairs * 4, load=swing(0.4, DAY_S), kinds=4, talk_s=(180.0, 240.0, 360.0, 420.0)),
    )


class Scores(Struct):
    """What came of the predictions for one day."""

    waits: list[float] = []
    errors: dict[str, float] = {}
    """Predictor -> sum of squared errors."""
    inside: int = 0
    """Waits within the unrounded range of 80 %."""
    told: int = 0
    right: int = 0
    """Of those told a range: waits within it."""
    kept: int = 0
    """Waits no longer than it said."""
    silent: int = 0

    def rase(self, predictor: str) -> float:
        """Root mean squared error over the mean wait."""
        return sqrt(self.errors[predictor] * len(self.waits)) / sum(self.waits)

    def row(self, day: Day) -> dict[str, Any]:
        """All predictors of one day."""
        return {
            "waited": len(self.waits),
            "mean wait s": round(sum(self.waits) / len(self.waits), 1),
            **{name: round(self.rase(name), 3) if name in self.errors else None for name in PREDICTORS},
        }

    def figures(self, day: Day) -> list[Figure]:
        """What of it has a goal, and the ratio to app_queue."""
        ours, number = self.rase("ours"), len(self.waits)
        figures = [Figure(f"{day.name}: RASE", round(ours, 3), "of the mean")]
        if "QLa" in self.errors:
            figures.append(Figure(f"{day.name}: over QLa", round(ours / self.rase("QLa"), 3), "x", AS_QLA, "lower"))
        # Better means less than 1: the most that three digits can say.
        figures += [
            Figure(f"{day.name}: over {peer}", round(ours / self.rase(peer), 3), "x", 0.999, "lower")
            for peer in ("HOL", "LES")
        ]
        figures += [
            Figure(f"{day.name}: over app_queue", round(ours / self.rase("app_queue"), 3), "x"),
            Figure(f"{day.name}: 80 % range right, above 78 %", round(self.inside / number, 4), "share", 0.78),
            Figure(f"{day.name}: 80 % range right, below 82 %", round(self.inside / number, 4), "share", 0.82, "lower"),
            Figure(f"{day.name}: spoken range right", round(self.right / self.told, 4), "share", 0.8),
            Figure(f"{day.name}: spoken limit kept", round(self.kept / self.told, 4), "share"),
            Figure(f"{day.name}: silent", round(self.silent / number, 4), "share"),
        ]
        return figures


class _Said(Struct):
    """What every predictor says to one caller, in seconds."""

    all: dict[str, float]
    estimate: Estimate
    least: float | None
    most: float | None


class Judge:
    """Watches a hall, predicts, learns and keeps scores."""

    def __init__(self, day: Day, scores: Scores) -> None:
        self._day = day
        self._scores = scores
        self._pace = [Pace() for _ in range(day.kinds)]
        self._last = [0.0] * day.kinds
        self._holdtime = [0] * day.kinds
        self._said: dict[Caller, _Said] = {}

    def delayed(self, hall: Hall, caller: Caller) -> None:
        """Every predictor says what it knows."""
        kind, day = caller.kind, self._day
        pace = self._pace[kind]
        if not hall.able[kind] or any(not one.ready for one in self._pace):
            return
        able = [sum(1 << agent for agent in agents) for agents in hall.able]
        ahead = in_the_way([(len(hall.lines[other]), able[other]) for other in range(day.kinds)], able[kind])
        mine = hall.able[kind]
        talks = [self._pace[hall.talking[agent]].cycle for agent in mine if agent in hall.talking]
        ours = estimate(pace, ahead, len(mine), sum(talks) / len(talks))
        own = hall.lines[kind]
        rate = len(mine) / day.talk_s[kind]
        said = {
            "ours": ours.mean / 1000,
            "HOL": hall.now - next(iter(own)).arrived if own else 0.0,
            "LES": self._last[kind],
            "QL": (len(own) + 1) / rate,
            "app_queue": float(self._holdtime[kind]),
        }
        if day.kinds == 1:
            said["QLa"] = sum(1 / (rate + before / day.patience_s) for before in range(len(own) + 1))
        speech = spoken(ours, pace.score)
        least, most = (None, None) if speech is None else (speech.least * 60.0, (speech.most or 1e9) * 60.0)
        self._said[caller] = _Said(said, ours, least, most)

    def connected(self, hall: Hall, caller: Caller) -> None:
        """A wait is known now."""
        waited = hall.now - caller.arrived
        kind = caller.kind
        self._pace[kind].waited(waited * 1000, gave_up=False)
        self._last[kind] = waited
        self._holdtime[kind] = (self._holdtime[kind] * 3 + int(waited)) // 4
        said = self._said.pop(caller, None)
        if said is None:
            return
        self._learn(kind, said, waited, gave_up=False)
        scores = self._scores
        scores.waits.append(waited)
        for name, value in said.all.items():
            scores.errors[name] = scores.errors.get(name, 0.0) + (value - waited) ** 2
        scores.inside += said.estimate.low <= waited * 1000 <= said.estimate.high
        if said.least is None or said.most is None:
            scores.silent += 1
            return
        scores.told += 1
        scores.right += said.least <= waited <= said.most
        scores.kept += waited <= said.most

    def gave_up(self, hall: Hall, caller: Caller) -> None:
        """A wait that nobody will know; but it was at least so long."""
        waited = hall.now - caller.arrived
        self._pace[caller.kind].waited(waited * 1000, gave_up=True)
        said = self._said.pop(caller, None)
        if said is not None:
            self._learn(caller.kind, said, waited, gave_up=True)

    def parted(self, hall: Hall, caller: Caller, talked: float) -> None:
        """How long a talk was."""
        self._pace[caller.kind].talk.take(talked * 1000)

    def _learn(self, kind: int, said: _Said, waited: float, *, gave_up: bool) -> None:
        pace, guess = self._pace[kind], said.estimate
        pace.compare(guess.modelled, guess.low, guess.high, waited * 1000, gave_up=gave_up)
        if said.most is not None and (not gave_up or waited > said.most):
            pace.judge(waited <= said.most)
