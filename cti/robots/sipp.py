"""sipp, and the right it needs: its key presses are raw packets, which only root or CAP_NET_RAW may send.

For an ordinary user, a copy of sipp of their own gets that right, once. The machine's sipp stays as it is, for with it
everybody here could send what they like.
"""

import os
import shlex
import shutil
import struct
import subprocess
from pathlib import Path

from cti.setup import packages
from cti.setup.packages import Say
from cti.setup.problem import SetupProblem

STATUS = Path("/proc/self/status")
_NET_RAW = 1 << 13
"""CAP_NET_RAW (capability.h)."""
_EFFECTIVE = 1
"""VFS_CAP_FLAGS_EFFECTIVE: the program has its capabilities from its start."""
_BESIDE = "/usr/sbin:/sbin"
"""Where setcap is, which is not on everybody's path."""


def program() -> Path:
    """The sipp to start: the one that may press keys. Raises FileNotFoundError when none is installed."""
    found = shutil.which("sipp")
    if found is None:
        raise FileNotFoundError("sipp is not installed: apt-get install sip-tester")
    installed, own = Path(found), _own()
    return own if not may_press(installed) and _is_copy(own, installed) and may_press(own) else installed


def ensure(say: Say) -> None:
    """Install sipp and let it press keys. Raises SetupProblem with what to do where that can't be done from here."""
    packages.install(packages.missing({"sipp": "sip-tester"}), "Robot callers", say)
    if may_press(program()):
        return
    if os.geteuid() == 0 or not _process() & _NET_RAW:
        raise SetupProblem(
            "Robot callers press keys by raw packets, and nobody may send any here: CAP_NET_RAW is taken away. Give it"
            " back to this container or service (docker run --cap-add NET_RAW), or run the robots elsewhere."
        )
    packages.install(packages.missing({"setcap": "libcap2-bin"}, beside=_BESIDE), "Robot callers", say)
    own = _own()
    _copy(program(), own)
    allow = ("setcap", "cap_net_raw+ep", str(own))
    by_hand = shlex.join(allow)
    if shutil.which("sudo") is None:
        raise SetupProblem(f"Robot callers press keys by raw packets. Let root allow it, once: {by_hand}")
    say("Letting our copy of sipp send raw packets, for its keys (sudo setcap, once)")
    subprocess.run(["sudo", *allow], check=False, stdin=subprocess.DEVNULL)
    if not may_press(own):
        raise SetupProblem(
            f"Robot callers press keys by raw packets, and sudo could not allow it. Let root run, once: {by_hand}"
        )


def may_press(sipp: Path) -> bool:
    """Whether this program, started by us, may send raw packets."""
    if os.geteuid() == 0:
        return bool(_process("CapEff") & _NET_RAW)
    if _process("CapAmb") & _NET_RAW:
        return True
    try:
        granted = os.getxattr(sipp, "security.capability")
        bare = bool(os.statvfs(sipp).f_flag & os.ST_NOSUID) or _process("NoNewPrivs") == 1
    except OSError:
        return False
    flags, permitted = struct.unpack_from("<II", granted)
    return bool(flags & _EFFECTIVE and permitted & _NET_RAW and _process() & _NET_RAW) and not bare


def _process(what: str = "CapBnd") -> int:
    """A number of this process's status: the capabilities anybody here may have (`CapBnd`), ... (proc(5))."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1], 16)
    return 0


def _own() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline" / "sipp"


def _is_copy(own: Path, installed: Path) -> bool:
    """A newer sipp comes with the machine's updates; its copy is then to be made anew."""
    try:
        return (own.stat().st_size, own.stat().st_mtime) == (installed.stat().st_size, installed.stat().st_mtime)
    except FileNotFoundError:
        return False


def _copy(installed: Path, own: Path) -> None:
    try:
        own.parent.mkdir(parents=True, exist_ok=True)
        own.unlink(missing_ok=True)
        shutil.copy2(installed, own)
        # Nobody else is to have the right it gets.
        own.chmod(0o700)
    except OSError as error:
        raise SetupProblem(
            f"{own} can't be written ({error.strerror}). Set XDG_CACHE_HOME to a folder of yours."
        ) from None
