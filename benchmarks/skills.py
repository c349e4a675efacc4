"""How near callers with skills come to one line for all, in the setting of Wallace and Whitt (2005).

Six types of call, 90 agents, 84 erlang, exponential times, nobody gives up; two and three skills an agent. The limit is
one line for all 90, of which the mean wait is known (Erlang C). Beside each run stands what the very same callers would
have waited in that line (`theory.waits`): it shares the luck of the run, and so tells by how much the run's own wait is
off (`sampling.controlled`): three times surer than the ratio of the two, which itself is far surer than the mean alone.
The scenarios are those that are shipped.
"""

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import fmean
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.frame import Figure, Options, Report, Stopwatch
from cti.simulate import scenario
from cti.simulate.outcome import Outcome, simulate
from cti.simulate.sampling import controlled, plus_minus, ratio
from cti.simulate.tally import Day
from cti.simulate.theory import waits

SCENARIOS = Path(__file__).parents[1] / "example" / "simulate"
RUNS = {"two-skills": 20, "three-skills": 8}
"""The fewer skills, the more the waits differ from run to run."""
QUICK = 2
GOALS = {"two-skills": 1.2, "three-skills": 1.05}
WORST = 1.3


class Run(Struct, frozen=True):
    """One run, and the same callers in one line for all."""

    day: Day
    pooled_s: float


def run(options: Options) -> Report:
    """Both settings; ASA over the limit, and the worst type over the mean."""
    watch = Stopwatch()
    runs = dict.fromkeys(GOALS, QUICK) if options.quick else RUNS
    jobs = [(name, number, options.quick) for name in GOALS for number in range(runs[name])]
    with ProcessPoolExecutor() as processes:
        done = list(processes.map(_run, jobs))
    figures: list[Figure] = []
    peers: list[Mapping[str, Any]] = []
    for name, goal in GOALS.items():
        found = [each for job, each in zip(jobs, done, strict=True) if job[0] == name]
        outcome = Outcome.of(name, [each.day for each in found])
        known = scenario.known_answer(_scenario(name, options.quick))
        assert known is not None
        asa = [day.total.asa_s or 0.0 for day in outcome.runs]
        pooled = [each.pooled_s for each in found]
        # An hour is not long enough for the mean that theory knows: the callers' own is the limit there.
        over, error = ratio(asa, pooled) if options.quick else controlled(asa, pooled, known.asa_s)
        limit = 1.0 if options.quick else known.asa_s
        worst = outcome.all.worst
        figures += [
            Figure(f"{name}: ASA over the limit", round(over / limit, 3), "x", goal, "lower"),
            Figure(f"{name}: ± of that, 95 %", round((error or 0.0) / limit, 3), "x"),
            Figure(f"{name}: worst type over the mean", round(worst[1] if worst else 0.0, 3), "x", WORST, "lower"),
        ]
        peers += [
            {
                "name": name,
                "ASA s": round(fmean(asa), 2),
                "± s": round(plus_minus(asa) or 0.0, 2),
                "over Erlang C": round(fmean(asa) / known.asa_s, 3),
                "answered in 20 s": round(outcome.all.total.service_level or 0.0, 3),
                "calls": outcome.all.total.calls,
            },
            {
                "name": f"one line, callers of {name}",
                "ASA s": round(fmean(pooled), 2),
                "± s": round(plus_minus(pooled) or 0.0, 2),
                "over Erlang C": round(fmean(pooled) / known.asa_s, 3),
                "answered in 20 s": None,
                "calls": outcome.all.total.calls,
            },
        ]
    return Report(bench="skills", seconds=watch.seconds, figures=tuple(figures), peers=tuple(peers))


def _scenario(name: str, quick: bool) -> scenario.Scenario:
    said = scenario.read((SCENARIOS / f"{name}.toml").read_bytes())
    return msgspec.structs.replace(said, begins="00:00", ends="01:00", warm_up_min=15) if quick else said


def _run(job: tuple[str, int, bool]) -> Run:
    name, number, quick = job
    load = scenario.load(_scenario(name, quick), None, number)
    found = waits([caller.at for caller in load.callers], [caller.talk for caller in load.callers], len(load.shifts))
    counted = [wait for caller, wait in zip(load.callers, found, strict=True) if caller.at >= load.counted_from]
    return Run(simulate(load), fmean(counted) / 1000)
