"""Times drawn at random: how long talks last, how patient callers are. Every draw is from a seeded generator."""

import math
from random import Random
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cti.core.ids import Ms

Seconds = Annotated[float, Meta(ge=0)]


class Spread(Struct, frozen=True, forbid_unknown_fields=True):
    """How a time is distributed, as a scenario says it: `{ kind = "lognormal", mean_s = 240, cv = 1.2 }`."""

    mean_s: Seconds
    kind: Literal["constant", "exponential", "lognormal", "gamma"] = "exponential"
    cv: Annotated[float, Meta(gt=0)] = 1.0
    """Standard deviation over mean, of `lognormal` and `gamma`; the others have their own."""

    def draw(self, chance: Random) -> Ms:
        """One time. Never negative."""
        if self.kind == "constant" or not self.mean_s:
            seconds = self.mean_s
        elif self.kind == "exponential":
            seconds = chance.expovariate(1 / self.mean_s)
        elif self.kind == "gamma":
            shape = 1 / self.cv**2
            seconds = chance.gammavariate(shape, self.mean_s / shape)
        else:
            variance = math.log(1 + self.cv**2)
            seconds = chance.lognormvariate(math.log(self.mean_s) - variance / 2, math.sqrt(variance))
        return Ms(round(seconds * 1000))


def poisson(chance: Random, slots: list[tuple[Ms, Ms, float]]) -> list[Ms]:
    """Arrivals of a Poisson process. A slot is begin, end and calls per hour in it."""
    times: list[Ms] = []
    for begin, end, per_hour in slots:
        if per_hour <= 0:
            continue
        at = begin + chance.expovariate(per_hour) * 3_600_000
        while at < end:
            times.append(Ms(int(at)))
            at += chance.expovariate(per_hour) * 3_600_000
    return times
