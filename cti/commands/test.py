"""`hotline test`: install what the tests need, then check and test everything."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cti.robots import sipp
from cti.setup import packages, resources, screens
from cti.setup.problem import SetupProblem

_SPEECH = {"espeak-ng": "espeak-ng", "sox": "sox", "ffmpeg": "ffmpeg"}
_REAL = {"chromium": "chromium", "sipp": "sip-tester", "mmdebstrap": "mmdebstrap"}
_MAIL = {"dovecot": "dovecot-imapd"}
"""A mail server for the tests of mail accounts; Debian keeps it where only root looks."""
_BOTH_CORES = ["-n", "2", "--dist", "worksteal"]
_REAL_ONLY = [f"--ignore=tests/{folder}" for folder in ("acceptance", "browser", "interop")]
"""Every test there has an Asterisk or a browser: each worker would import them all to run none."""
_FAST = [*_REAL_ONLY, "-m", "not asterisk and not browser and not slow", "--hypothesis-profile", "fast", *_BOTH_CORES]
_PARTS = [
    ["-m", "not asterisk and not browser", *_BOTH_CORES],
    # Mostly they wait; those of one file use the same addresses.
    ["-m", "asterisk and (patient or not (browser or slow or alone))", "-n", "3", "--dist", "loadfile"],
    # One by one: a browser or a bench keeps both cores busy.
    ["-m", "not patient and (browser or (asterisk and (slow or alone)))"],
]
_CHECKS = (
    ("ruff check", ("-m", "ruff", "check", "-q", ".")),
    ("ruff format", ("-m", "ruff", "format", "-q", "--check", ".")),
    ("mypy", ("-m", "mypy")),
    ("imports", ("-c", "from importlinter.cli import lint_imports_command as check; check()")),
)


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "test",
        help="check and test everything (in a checkout)",
        description="Install what the tests need (with apt, and only what is missing), then run every check and test.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=["all", "fast"],
        default="all",
        help="fast: what needs no Asterisk, no browser and no server",
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="ARG", help="hand this to pytest, and leave the checks out"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run them; 0 when every check and test has passed, 1 when one has not."""
    root = resources.checkout()
    if root is None:
        raise SetupProblem("The tests are not part of the installed package: run ./hotline test in a checkout.")
    fast = args.what == "fast"
    packages.install(_needed(fast), "Testing", _say)
    if not fast:
        _offer_postgres()
        sipp.ensure(_say)
    runs = [args.only] if args.only else [_FAST] if fast else _PARTS
    failed: list[str] = []
    with ThreadPoolExecutor(1) as beside:
        # The screens' checks run beside Python's and the first tests, which leave a core now and then: two are the
        # least we expect. What failed is said while tests run: where all is well, the last line is pytest's own.
        screen_checks = None if args.only else beside.submit(_failed, _screen_checks, root / "agent_desktop")
        if not args.only:
            failed += _failed(_own_checks, root)
        for words in runs:
            if subprocess.run(
                [sys.executable, "-m", "pytest", *words], cwd=root, env=_environment(), check=False
            ).returncode:
                failed.append("pytest")
            # The next parts have Asterisk, and some of their tests measure time: nothing runs beside them.
            if screen_checks is not None:
                failed += screen_checks.result()
                screen_checks = None
    if failed and "pytest" not in failed:
        _say(f"The tests have passed, and these checks have FAILED: {', '.join(failed)}")
    return 1 if failed else 0


def _environment() -> dict[str, str]:
    """Ours, but what Python compiles is kept: the workers and the hundred programs the tests start all import it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _needed(fast: bool) -> list[str]:
    if fast:
        return packages.missing(_SPEECH)
    wanted = packages.missing({**_SPEECH, **_REAL}) + packages.missing(_MAIL, beside="/usr/sbin")
    if not _has_chinese_letters():
        # Chromium measures and paints our Chinese screens.
        wanted.append("fonts-noto-cjk")
    return wanted


def _offer_postgres() -> None:
    """The store's tests run on both databases, on a server of their own; without it half of them are skipped."""
    if packages.postgres_programs() is None:
        try:
            packages.install(["postgresql"], "Testing the store on PostgreSQL", _say)
        except SetupProblem as problem:
            _say(f"{problem} Without it, tests of PostgreSQL are skipped.")


def _has_chinese_letters() -> bool:
    listing = shutil.which("fc-list")
    return listing is not None and bool(subprocess.run([listing, ":lang=zh"], check=False, capture_output=True).stdout)


def _failed(checks: Callable[[Path], list[tuple[str, bool]]], folder: Path) -> list[str]:
    """Run these, and say which of them failed."""
    failed = [name for name, passed in checks(folder) if not passed]
    if failed:
        _say(f"FAILED: {', '.join(failed)}; what they said is above")
    return failed


def _own_checks(root: Path) -> list[tuple[str, bool]]:
    return [(name, _passes(name, [sys.executable, *words], root)) for name, words in _CHECKS]


def _screen_checks(folder: Path) -> list[tuple[str, bool]]:
    try:
        npm, environment = screens.node(_say)
    except SetupProblem as problem:
        _say(str(problem))
        return [("screens", False)]
    results = []
    if not (folder / "node_modules" / ".package-lock.json").exists():
        results.append(("npm ci", _passes("npm ci", [*npm, "ci", "--no-audit", "--no-fund"], folder, environment)))
    for script in ("types", "test", "check-build"):
        results.append(
            (f"screens: {script}", _passes(f"screens: {script}", [*npm, "run", script], folder, environment))
        )
    return results


def _passes(name: str, command: list[str], folder: Path, environment: dict[str, str] | None = None) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment or dict(os.environ),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seconds = f"{time.monotonic() - began:.1f} s"
    _say(f"{name}: ok ({seconds})" if done.returncode == 0 else f"{name}: FAILED ({seconds})\n{done.stdout}")
    return done.returncode == 0


def _say(text: str) -> None:
    print(f"hotline: {text}", flush=True)
