"""Many agents free at once: pair them with those who wait so that as many as possible are served.

Taking callers in line order and giving each the agent idle for longest serves about nine of ten whom a perfect matching
would: the agent with French is gone to a caller who did not need it. Augmenting paths (Berge 1957, Kuhn 1955) mend
that: a caller left over gets an agent whose own caller can be served by another, and so on down a chain.
Everybody who was served before still is, so nobody first in line pays for it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

C = TypeVar("C")
A = TypeVar("A")


def augment(pairs: Mapping[C, A], left: Iterable[C], able: Callable[[C], Iterable[A]]) -> dict[C, A]:
    """A matching that holds everybody of `pairs` and as many of `left` as can be; earlier ones come first.

    `able(caller)` gives every agent who may serve a caller, paired or not, best first. For given `pairs` the number
    served is the greatest there is.
    """
    served = dict(pairs)
    holder = {agent: caller for caller, agent in pairs.items()}
    dead: set[A] = set()
    """From these no chain leads to a free agent; an augmentation elsewhere never changes that."""
    for caller in left:
        came_from: dict[A, C] = {}
        open_ends = [caller]
        end: A | None = None
        for at in open_ends:
            for agent in able(at):
                if agent in came_from or agent in dead:
                    continue
                came_from[agent] = at
                if agent not in holder:
                    end = agent
                    break
                open_ends.append(holder[agent])
            if end is not None:
                break
        if end is None:
            dead.update(came_from)
            continue
        while True:
            at = came_from[end]
            before = served.get(at)
            served[at] = end
            holder[end] = at
            if before is None:
                break
            end = before
    return served
