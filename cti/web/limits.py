"""How often somebody may try: token buckets by key, in bounded memory."""

from collections import OrderedDict

from cti.core.ids import Ms

_KEYS = 10_000
"""Buckets remembered; the longest unused is forgotten first."""


class Limit:
    """At most `burst` at once, one more every `every_ms`."""

    def __init__(self, burst: int, every_ms: int) -> None:
        self._burst = burst
        self._every = every_ms
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str, now: Ms) -> int:
        """Take one. 0: go on; else the milliseconds until the next try can succeed, and nothing was taken."""
        full_at = max(self._full_at.get(key, 0.0), float(now))
        over = full_at + self._every - now - self._burst * self._every
        if over > 0:
            return max(1, round(over))
        self._full_at[key] = full_at + self._every
        self._full_at.move_to_end(key)
        if len(self._full_at) > _KEYS:
            self._full_at.popitem(last=False)
        return 0

    def forgive(self, key: str) -> None:
        """Begin anew for a key: it was the right person after all."""
        self._full_at.pop(key, None)
