"""Writes everything Asterisk reads for one data folder, from the templates, the site and the settings."""

import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from cti.core.ids import Phone
from cti.core.site import Site
from cti.setup import resources
from cti.setup.asterisk import AsteriskInstall
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings, bracket

_LONGEST_RUN = 90
"""A Unix socket's path has 107 bytes; ours adds `/asterisk.ctl`."""


def guest_phones(count: int) -> tuple[Phone, ...]:
    """The endpoints of the help site's guests."""
    return tuple(Phone(f"guest-{n}") for n in range(1, count + 1))


def phones(site: Site, guests: int) -> tuple[Phone, ...]:
    """Every endpoint that logs in with a password."""
    return (*(phone for agent in site.agents for phone in agent.phones), *guest_phones(guests))


def render(settings: Settings, site: Site, install: AsteriskInstall, warn: Callable[[str], None]) -> None:
    """Make the folders Asterisk needs and write its files anew. A running Asterisk notices nothing until a reload.

    Raises SetupProblem for a data folder whose path is too long.
    """
    if len(str(settings.run)) > _LONGEST_RUN:
        raise SetupProblem(f"The path {settings.data} is too long for a socket. Choose a shorter --data DIR.")
    state = settings.data / "asterisk"
    share = state / "share"
    for made in (
        *(state / name for name in ("agi-bin", "cache", "db", "keys", "spool")),
        settings.run,
        settings.logs / "asterisk",
        settings.cel_file.parent,
        settings.sounds / "hotline",
        settings.asterisk_etc,
    ):
        made.mkdir(parents=True, exist_ok=True)
    _link_share(share, install, settings.sounds)
    etc = settings.asterisk_etc
    values = {
        "settings": settings,
        "site": site,
        "etc": etc,
        "modules": install.modules,
        "state": state,
        "share": share,
        "run": settings.run,
        "logs": settings.logs / "asterisk",
        "cel_name": settings.cel_file.name,
        "guests": guest_phones(settings.guests),
        "elsewhere": any(closing.site for closing in site.closing_by_id.values()),
        "prompts": settings.sounds / "hotline",
        "numbers": _dialled(site),
        "music": _music(site, settings.data / "music", install, warn),
        "bracket": bracket,
    }
    # Nothing that was rendered by an older version may stay behind and be read.
    shutil.rmtree(etc)
    etc.mkdir()
    etc.chmod(0o700)
    engine = SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    for template in sorted(resources.folder("asterisk-conf").glob("*.conf.j2")):
        (etc / template.stem).write_text(engine.from_string(template.read_text()).render(values))
    (etc / "dialplans").mkdir()
    _write_emergency(state / "agi-bin" / "hotline-emergency")
    for part in sorted(resources.folder("dialplans").glob("*.conf")):
        shutil.copyfile(part, etc / "dialplans" / part.name)


def _dialled(site: Site) -> dict[str, str]:
    """Every form in which a trunk may send one of our numbers -> the number as the site writes it."""
    forms: dict[str, str] = {}
    for entry in site.numbers:
        bare = entry.number.lstrip("+")
        forms |= {bare: entry.number, f"+{bare}": entry.number}
    return forms


def _music(site: Site, folder: Path, install: AsteriskInstall, warn: Callable[[str], None]) -> dict[str, Path]:
    """Music class -> folder. A class without files of its own plays what came with Asterisk."""
    classes = {}
    for name in dict.fromkeys(("default", *(name for queue in site.queues for name in queue.music_classes))):
        ours = folder / name
        classes[name] = ours if ours.is_dir() and any(ours.iterdir()) else install.share / "moh"
        if name != "default" and classes[name] != ours:
            warn(f"No music in {ours}; callers there hear the usual one")
    return classes


def _link_share(share: Path, install: AsteriskInstall, sounds: Path) -> None:
    """Asterisk has one folder for what came with it and for our sounds: make one that shows both.

    What is right stays as it is: callers of a running Asterisk hear sounds through these links.
    """
    share.mkdir(parents=True, exist_ok=True)
    wanted = {share / entry.name: entry for entry in install.share.iterdir() if entry.name != "sounds"}
    wanted[share / "sounds"] = sounds
    english = sounds / "en"
    core = install.sounds()
    if core is not None and (english.is_symlink() or not english.exists()):
        wanted[english] = core
    for link in (*share.iterdir(), english):
        if link.is_symlink() and link.readlink() != wanted.get(link):
            link.unlink()
    for link, target in wanted.items():
        if not link.is_symlink():
            link.symlink_to(target)


def _write_emergency(script: Path) -> None:
    """Asterisk starts this by name, with its own environment: it has to know our Python and where our code is."""
    code = Path(__file__).resolve().parents[2]
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(code))} exec {shlex.quote(sys.executable)} -m cti.agi.emergency "$@"\n'
    )
    script.chmod(0o755)
