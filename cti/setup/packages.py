"""System packages: which are missing, and how to get them."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from cti.setup.problem import SetupProblem

Say = Callable[[str], None]
"""Tells a person what is being done."""


def missing(programs: dict[str, str], beside: str = "") -> list[str]:
    """Of `{program: package}`, the packages whose program is neither on the path nor in the folder `beside` it."""
    path = os.pathsep.join(filter(None, (os.environ.get("PATH", os.defpath), beside)))
    return sorted({package for program, package in programs.items() if shutil.which(program, path=path) is None})


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's server programs (Debian keeps them off the path), the newest; None: not installed."""
    folders = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name) if folder.parent.name.isdecimal() else 0)
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def install(packages: list[str], why: str, say: Say) -> None:
    """Install with apt, through sudo when we are not root. Does nothing for an empty list.

    Raises SetupProblem with the command to run by hand when it can't be done.
    """
    if not packages:
        return
    by_hand = f"apt-get install {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise SetupProblem(
            f"{why} needs {', '.join(packages)}, and this machine has no apt. Install them, then try again."
        )
    root = [] if os.geteuid() == 0 else ["sudo"]
    if root and shutil.which("sudo") is None:
        raise SetupProblem(f"{why} needs {', '.join(packages)}. Run as root: {by_hand}")
    say(f"Installing {', '.join(packages)} ({why[0].lower()}{why[1:]})")
    # Somebody else's apt may run; waiting is better than failing.
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=600", "-qq"]
    subprocess.run([*apt, "update"], check=False, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        [*apt, "install", "-y", "--no-install-recommends", *packages],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SetupProblem(f"apt could not install {', '.join(packages)}: {last} Try by hand: {by_hand}")
