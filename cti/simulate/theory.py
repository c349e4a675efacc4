"""What mathematics says of a queue: the answers that simulations are held against, and that staffing begins with.

Rates are per second, times are seconds. `servers` serve one line in order of arrival; arrivals are Poisson; talks and
patience are exponential. Nothing here knows of skills: one line for all is the limit that skills can only come near.
"""

import math
from collections.abc import Sequence
from heapq import heapify, heapreplace

from msgspec import Struct

TAIL = 1e-12
"""A queue so long that it is seen less often than this is left out of sums."""


class Pooled(Struct, frozen=True):
    """A queue in its steady state."""

    delayed: float
    """Share of the callers who wait at all."""
    asa_s: float
    """Mean wait of those who are answered."""
    abandoned: float
    """Share of the callers."""
    occupancy: float
    service_level: float | None = None
    """Share answered within the seconds that were asked about."""


def erlang_b(load: float, servers: int) -> float:
    """Share of calls lost when nobody can wait. `load` in erlang (arrival rate times mean talk).

    The recursion of Erlang's formula (A. K. Erlang, 1917); stable for any size (D. L. Jagerman, 1974).
    """
    inverse = 1.0
    for number in range(1, servers + 1):
        inverse = 1 + inverse * number / load
    return 1 / inverse


def erlang_c(arrivals: float, talk_s: float, servers: int, within_s: float | None = None) -> Pooled:
    """M/M/n: everybody waits for as long as it takes (A. K. Erlang, 1917; R. B. Cooper, Introduction to Queueing
    Theory, 1981, section 3.5). ValueError: more work than the servers can do, and the line would grow for ever.
    """
    load = arrivals * talk_s
    if load >= servers:
        raise ValueError(f"{load:.1f} erlang are too much for {servers}")
    lost = erlang_b(load, servers)
    delayed = servers * lost / (servers - load * (1 - lost))
    in_time = None if within_s is None else 1 - delayed * math.exp(-(servers - load) / talk_s * within_s)
    return Pooled(delayed, delayed * talk_s / (servers - load), 0.0, load / servers, in_time)


def erlang_a(arrivals: float, talk_s: float, servers: int, patience_s: float) -> Pooled:
    """M/M/n+M: callers give up, as patient as an exponential time (C. Palm, 1957; O. Garnett, A. Mandelbaum,
    M. Reiman, Designing a Call Center with Impatient Customers, M&SOM 4(3), 2002).

    The number in the system is a birth-and-death process. Who finds k waiting ahead needs k + 1 places to come free:
    with j still ahead, that takes an exponential time at the rate of everything that may happen (somebody is done, one
    of the j gives up, they themselves do), whichever of these it is.
    """
    service, leaving = 1 / talk_s, 1 / patience_s
    full = servers * service
    weights = [1.0]
    while len(weights) <= servers or weights[-1] > TAIL * max(weights):
        present = len(weights)
        out = min(present, servers) * service + max(0, present - servers) * leaving
        weights.append(weights[-1] * arrivals / out)
        if weights[-1] > 1e200:
            weights = [weight * 1e-200 for weight in weights]
    total = math.fsum(weights)
    share = [weight / total for weight in weights]
    answered = math.fsum(share[:servers])
    waited = 0.0
    steps = 0.0
    for ahead, chance in enumerate(share[servers:]):
        stays = full / (full + (ahead + 1) * leaving)
        steps += 1 / (full + (ahead + 1) * leaving)
        answered += chance * stays
        waited += chance * stays * steps
    busy = math.fsum(min(present, servers) * chance for present, chance in enumerate(share))
    return Pooled(math.fsum(share[servers:]), waited / answered, 1 - answered, busy / servers)


def waits(arrivals: Sequence[float], talks: Sequence[float], servers: int) -> list[float]:
    """The wait of each of these very callers, in one line for all (J. Kiefer, J. Wolfowitz, 1955): who comes next
    begins when the first server is free. In the unit of what is given.
    """
    free = [arrivals[0] if arrivals else 0.0] * servers
    heapify(free)
    found: list[float] = []
    for at, talk in zip(arrivals, talks, strict=True):
        begins = max(at, free[0])
        found.append(begins - at)
        heapreplace(free, begins + talk)
    return found
