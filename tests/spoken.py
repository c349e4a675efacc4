"""Every prompt a test's caller may hear, made once and kept in `build/` between runs: making them takes a minute."""

import fcntl
import functools
from pathlib import Path

from cti.knowledge import Knowledge
from cti.setup import resources
from ivr import load, prompts

_BUILD = Path(__file__).resolve().parents[1] / "build"


_WORK_NUMBERS = (*(f"80{n:02d}" for n in range(12)), "8050")
"""Of the acceptance tests' agents."""


@functools.cache
def spoken() -> Path:
    """The folder of the example's prompts. One process at a time makes them."""
    _BUILD.mkdir(exist_ok=True)
    with (_BUILD / "sounds.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        prompts.build(
            load.load(resources.folder("dialplans") / "flows"),
            _WORK_NUMBERS,
            _BUILD / "sounds",
            _BUILD / "recorded",
            more=Knowledge(resources.folder("example") / "kb").prompts(),
        )
    return _BUILD / "sounds" / "hotline"
