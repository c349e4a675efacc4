"""An Asterisk for machines that have none: Debian's package, unpacked into a folder of its own.

Nothing is installed and nothing is mounted: the packages are extracted, and Asterisk is started by the dynamic loader
that came with them, which finds its libraries there. So it runs without root, and sees the machine's own files.
"""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from cti.setup import packages
from cti.setup.packages import Say
from cti.setup.problem import SetupProblem

OLDEST = 18
"""The oldest major version that has what we use (AEAP, `ChannelId` with a refusal of duplicates)."""
_PACKAGES = "asterisk,asterisk-core-sounds-en-wav,asterisk-moh-opsound-wav"
_TELL_S = 5.0
_DONE = "hotline-root"
"""A file in the root, written last: without it an interrupted attempt would look like a root."""


def is_ready(root: Path) -> bool:
    """Whether `root` holds an Asterisk."""
    return (root / "usr/sbin/asterisk").exists() and (root / "usr/share/asterisk").is_dir()


def make(root: Path, say: Say) -> None:
    """Make `root`, in about half a minute, from the mirror this machine's apt uses.

    Raises SetupProblem when there is no mirror, no network, or no package.
    """
    if _is_made(root):
        return
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_suffix(".lock").open("w") as lock:
        # Whoever else begins at the same time would throw away what is half made.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_made(root):
            _fetch(root, say)


def _is_made(root: Path) -> bool:
    return is_ready(root) and (root / _DONE).exists()


def _fetch(root: Path, say: Say) -> None:
    packages.install(packages.missing({"mmdebstrap": "mmdebstrap"}), "Making an Asterisk", say)
    problems = []
    for suite, mirror, components in _sources():
        say(f"Fetching Asterisk from {suite} (about 100 MB, once)")
        shutil.rmtree(root, ignore_errors=True)
        code, said = _watched(
            [
                "mmdebstrap",
                "--quiet",
                "--mode=chrootless",
                "--variant=extract",
                "--format=directory",
                f"--components={components}",
                f"--include={_PACKAGES}",
                # A mirror may lag behind.
                '--aptopt=Acquire::Check-Valid-Until "false"',
                suite,
                str(root),
                mirror,
            ],
            root,
            say,
        )
        if code == 0 and is_ready(root):
            (root / _DONE).touch()
            return
        problems.append(f"{suite}: {(said.strip().splitlines() or ['no Asterisk in it'])[-1]}")
    shutil.rmtree(root, ignore_errors=True)
    raise SetupProblem(
        f"Asterisk could not be fetched ({'; '.join(problems) or 'apt knows no mirror'}). Check the network and"
        f" 'apt-get update', or install Asterisk {OLDEST} or newer yourself; then try again."
    )


def _watched(command: list[str], root: Path, say: Say) -> tuple[int, str]:
    """Run it, and say every now and then how much of `root` there is; gives the exit code and its complaints."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=complaints, text=True
        )
        try:
            while True:
                try:
                    code = process.wait(_TELL_S)
                    break
                except subprocess.TimeoutExpired:
                    say(f"Fetching Asterisk: {_size(root) / 1e6:.0f} MB after {time.monotonic() - began:.0f} s")
        except BaseException:
            process.terminate()
            process.wait()
            raise
        complaints.seek(0)
        return code, complaints.read()


def _size(folder: Path) -> int:
    """Bytes of the files in it; what vanishes meanwhile counts as nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _sources() -> list[tuple[str, str, str]]:
    """(suite, mirror, components) to try, best first: what this machine uses if it is new enough, else Debian's."""
    rows = _output(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)|$(ORIGIN)|$(LABEL)", "Created-By: Packages"]
    )
    sources: list[tuple[str, str, str]] = []
    policy = _output(["apt-cache", "policy", "asterisk"])
    candidate = re.search(r"Candidate:\s*(?:\d+:)?(\d+)\.", policy)
    for row in dict.fromkeys(rows.splitlines()):
        mirror, release, origin, label = row.split("|")
        if release.endswith(("-updates", "-security", "-backports")) or origin != label:
            continue
        if candidate and int(candidate.group(1)) >= OLDEST:
            sources.append((release, mirror, "main,universe" if origin == "Ubuntu" else "main"))
        if origin == "Debian":
            sources += [("forky", mirror, "main"), ("sid", mirror, "main")]
    return list(dict.fromkeys(sources))


def _output(command: list[str]) -> str:
    """What a command prints in plain English; nothing when it is missing or fails."""
    try:
        return subprocess.run(
            command, check=False, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}
        ).stdout
    except FileNotFoundError:
        return ""
