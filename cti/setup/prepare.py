"""Makes a data folder ready for a start: settings, secrets, site, certificate, Asterisk and its files."""

import datetime
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cti.core.site import Site
from cti.setup import certificate, render, resources, secrets, site
from cti.setup.asterisk import AsteriskInstall, find_or_make
from cti.setup.packages import Say
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings, is_loopback, put_settings, read_toml


class Options(Struct, frozen=True, kw_only=True):
    """What a person may give on the command line. None: as it was, or the default."""

    http: int | None = None
    sip: int | None = None
    ami: int | None = None
    agi: int | None = None
    lmtp: int | None = None
    bind: str | None = None
    database: str | None = None
    site: Path | None = None
    example: bool = True
    """Load the example site into a new folder that is given no site."""


class Prepared(Struct, frozen=True):
    """A data folder that can be started."""

    settings: Settings
    site: Site
    install: AsteriskInstall
    new: bool
    """Whether the folder was made just now."""
    example: bool
    """Whether it holds the example site, whose history still has to be loaded (then call `example_loaded`)."""


def folder(data: Path) -> Path:
    """`data`, made when it isn't there, and nobody else's to read. Raises SetupProblem."""
    data = data.resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
        # Numbers, secrets and voices are in it.
        data.chmod(0o700)
    except OSError as error:
        raise SetupProblem(f"{data} can't be used: {error.strerror}. Choose another with --data DIR.") from None
    return data


def prepare(
    data: Path,
    options: Options,
    say: Say,
    install: AsteriskInstall | None = None,
    check: Callable[[Settings, Site, Path], None] = lambda settings, site, file: None,
) -> Prepared:
    """Make `data` ready for a start. Safe to repeat; an existing secret, site or certificate is kept.

    Everything is put together and checked in memory first, by `check` (settings, site, the file it is from) too: what
    is refused leaves nothing behind that a later start would meet. An `install` that is given is used; else one is
    found, or made, which may take a minute.

    Raises SetupProblem for everything a person has to mend.
    """
    data = folder(data)
    new = not (data / "settings.toml").exists()
    source = _site_source(data, options)
    in_force = site.load(source)
    kept = {} if new else read_toml(data / "settings.toml")
    values = _with_options(kept, options)
    settings = Settings.of(data, values, secrets.planned(data / "secrets.toml", ()))
    made = secrets.planned(data / "secrets.toml", render.phones(in_force, settings.guests), settings.secrets)
    settings = msgspec.structs.replace(settings, secrets=made)
    check(settings, in_force, source)
    _put_site(data, source, example=options.site is None)
    secrets.put(data / "secrets.toml", made)
    if new or values != kept:
        put_settings(data / "settings.toml", values)
    # The URL of a database may hold a password.
    (data / "settings.toml").chmod(0o600)
    if settings.tls:
        names = list(dict.fromkeys((settings.host, settings.bind, "localhost", "127.0.0.1")))
        names = [name for name in names if name not in ("0.0.0.0", "::")]
        if certificate.ensure(settings.certificate, settings.private_key, names, datetime.datetime.now(datetime.UTC)):
            say(f"Made a certificate for {names[0]}; browsers will ask once whether to trust it")
    install = install or find_or_make(data, say)
    render.render(settings, in_force, install, say)
    return Prepared(settings=settings, site=in_force, install=install, new=new, example=_pending(data).exists())


def example_loaded(data: Path) -> None:
    """The example's history is in: it is not to be loaded again, whatever is erased later."""
    _pending(data).unlink(missing_ok=True)


def _pending(data: Path) -> Path:
    """A file that stays until the example is loaded whole, however often the first start is interrupted."""
    return data / "example.pending"


def _site_source(data: Path, options: Options) -> Path:
    """The site file to put in force: the one given, the one there is, or the example's."""
    if options.site is not None:
        return options.site
    if (data / "site.toml").exists():
        return data / "site.toml"
    if not options.example:
        raise SetupProblem(f"{data} has no site yet. Give one with --site FILE, or leave --no-example out.")
    return _example() / "site.toml"


def _example() -> Path:
    return resources.folder("example")


def _put_site(data: Path, source: Path, example: bool) -> None:
    """Put `source` in force; with the example, which nobody has asked for, come its articles, and later its history."""
    place = data / "site.toml"
    if place.exists() and place.samefile(source):
        return
    if example:
        _pending(data).touch()
        if (_example() / "kb").is_dir() and not (data / "kb").exists():
            shutil.copytree(_example() / "kb", data / "kb")
    # Last: whoever finds a site finds the rest of the example too.
    shutil.copyfile(source, place)


def _with_options(kept: Mapping[str, Any], options: Options) -> dict[str, Any]:
    """Settings with the options given, and ports that follow from them, so that two folders with other ports never
    meet."""
    given: dict[str, str | int | None] = {
        "bind": options.bind,
        "http_port": options.http,
        "sip_port": options.sip,
        "ami_port": options.ami,
        "agi_port": options.agi,
        "lmtp_port": options.lmtp,
        "database_url": options.database,
    }
    values = {**kept, **{name: value for name, value in given.items() if value is not None}}
    if options.http is not None:
        values["ws_port"] = options.http + 8
    if options.sip is not None:
        # Eleven ranges of a thousand calls' voice below the ports the system gives out itself (32768 and up).
        values["rtp_first"] = 10000 + options.sip % 11 * 2000
        values["rtp_last"] = values["rtp_first"] + 1999
    if options.bind is not None:
        values["tls"] = not is_loopback(options.bind)
    return values
