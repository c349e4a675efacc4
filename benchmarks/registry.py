"""Every bench there is, by name. A bench is a module with `run(options: Options) -> Report`."""

from importlib import import_module

from msgspec import Struct

from benchmarks.frame import Options, Report


class Bench(Struct, frozen=True):
    """One line of `./hotline bench`."""

    name: str
    summary: str
    needs: str = "nothing"
    """What must be there before it can run, in words."""

    def run(self, options: Options) -> Report:
        """Run it. Raises what it raises: a bench that cannot run says why."""
        report: Report = import_module(f"benchmarks.{self.name}").run(options)
        return report


BENCHES = (
    Bench("ami", "AMI events a second over loopback, beside panoramisk and pyst2"),
    Bench("agi", "FastAGI commands a second, beside panoramisk and pyst2"),
    Bench(
        "calls",
        "whole calls on a real Asterisk, beside stock app_queue: CPU, losses, answer to bridge, time lost to prompts",
        "Asterisk, sipp, espeak-ng",
    ),
    Bench(
        "data",
        "a history of a million contacts made, and pops read out of it",
        "300 MB in the folder for temporary files",
    ),
    Bench("estimate", "how long a caller will wait, beside the literature's predictors and app_queue's"),
    Bench(
        "history",
        "caller's number to all the pop shows, beside the driver's own time, with ten million contacts",
        "PostgreSQL, 12 GB in the folder for temporary files, a quarter of an hour",
    ),
    Bench(
        "ingest",
        "rows of a table and mails into the history, beside the driver's own bulk load",
        "800 MB in the folder for temporary files",
    ),
    Bench("kb", "answers found, beside plain BM25 and SQLite's FTS5", "the shared test data, for its public questions"),
    Bench(
        "pop",
        "from the INVITE to the pop on the glass, from the answer to the voice, a million contacts in the history",
        "Asterisk, Chromium, 600 MB in the folder for temporary files",
    ),
    Bench("router", "skill routing: decisions a second, beside the floor and a plain scan"),
    Bench("skills", "the wait with two and three skills an agent, over that in one line for all"),
)


def find(name: str) -> Bench | None:
    """The bench of that name."""
    return next((bench for bench in BENCHES if bench.name == name), None)
