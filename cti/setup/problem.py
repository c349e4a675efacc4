"""The one kind of failure that people meet: what is wrong, and what to do about it."""


class SetupProblem(Exception):
    """Something a person has to mend. `str()` is one or two plain sentences: what is wrong, then the cure."""
