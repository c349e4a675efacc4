"""Contenders as processes of their own: each starts clean, and says what it found as lines of JSON."""

import json
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_LIMIT_S = 60.0


def run_alone(module: str, *arguments: object) -> Mapping[str, Any]:
    """What `python -m benchmarks.MODULE ARGUMENTS` prints in the end, as JSON."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


class Child:
    """A running `python -m benchmarks.<module>`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def read(self) -> dict[str, Any]:
        """The next line it printed.

        Raises:
            RuntimeError: it ended instead, with the end of what it said on stderr, or it says nothing for a minute.
        """
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], _LIMIT_S)[0]:
            raise RuntimeError(f"nothing within {_LIMIT_S:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            assert self._process.stderr is not None
            raise RuntimeError(self._process.stderr.read().strip()[-500:] or "it ended without a word")
        found: dict[str, Any] = json.loads(line)
        return found

    def ask(self, word: object) -> dict[str, Any]:
        """Give it a line to read, and read its answer. Errors as of `read`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return self.read()

    def finish(self) -> dict[str, Any]:
        """Close its stdin, which means stop, and read its last line."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self.read()


@contextmanager
def child(module: str, *arguments: object) -> Iterator[Child]:
    """Start a contender; it is ended at the latest when the block is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Child(process)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=5)
        except (subprocess.TimeoutExpired, ValueError):
            process.kill()
            process.wait()


def say(found: dict[str, Any]) -> None:
    """In a contender: print one line of JSON."""
    print(json.dumps(found), flush=True)
