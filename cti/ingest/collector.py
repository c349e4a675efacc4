"""Python's garbage collector, in a process that brings in millions of rows."""

import gc

_EVERY = 1_000_000
"""New objects until it looks through them: more than rows that are written together leave behind."""


def keep_out_of_the_way() -> None:
    """Call it once, when everything is loaded.

    What is loaded then stays, and is not looked through again. Rows need no collector: nothing in them points back, so
    they go when their batch is done. At its usual pace it would look through all that are there, again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_EVERY, *gc.get_threshold()[1:])
