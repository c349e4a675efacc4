"""Encrypts, renews and decrypts a folder's recordings, killed at every step: `python -m tests.store.sealing_killed`.

A step is anything the process asks of files. After each SIGKILL every recording must be there whole, through the place
where all read it; what is printed is how many kills there were.
"""

import contextlib
import datetime
import os
import signal
import sys
from pathlib import Path

from cti.setup import keys
from cti.setup.settings import Settings, put_settings, read_toml
from cti.store import sealing
from cti.store.database import Store
from cti.store.vault import Vault

NOW = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
_STEPS = ("open", "os.", "fcntl.", "shutil.")


def dying_at(step: int) -> None:
    """End this process as `kill -9` does, when it asks that much of files."""
    passed = 0

    def look(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal passed
        if event.startswith(_STEPS):
            passed += 1
            if passed == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


def work(data: Path) -> None:
    """What `hotline encrypt` does."""
    settings = Settings.load(data)
    with contextlib.closing(Store.open(settings.database_url)) as store:
        sealing.work(store, Vault(data), settings.recordings, lambda file: True)


def put(data: Path, *, encrypt: bool) -> None:
    """Turn it on or off."""
    place = data / "settings.toml"
    put_settings(place, {**read_toml(place), "encrypt": encrypt})


def main(folder: str) -> None:
    """On, with a new key, and off."""
    data = Path(folder)
    settings = Settings.load(data)
    wanted = {file.stem: file.read_bytes() for file in settings.recordings.iterdir()}
    kills = 0
    for change in ("on", "renew", "off"):
        if change == "renew":
            keys.add(Path(settings.key_file), data, NOW)
        else:
            put(data, encrypt=change == "on")
        step = 1
        while _killed(data, step):
            kills += 1
            step += 1
            vault = Vault(data)
            for call, plain in wanted.items():
                recording = vault.recording(settings.recordings, call)
                if recording is None or recording.read(0, recording.size) != plain:
                    raise RuntimeError(f"{change}, killed at step {step}: {call} is not whole")
                recording.close()
    print(kills)


def _killed(data: Path, step: int) -> bool:
    child = os.fork()
    if child == 0:
        dying_at(step)
        work(data)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(f"step {step}: the process ended with {code}")
    return code != 0


if __name__ == "__main__":
    main(sys.argv[1])
