"""Makes a data folder ready for a start: settings, secrets, site, certificate, Asterisk and its files."""

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from cti.core.site import Site
from cti.setup import certificate, render, resources, secrets, site
from cti.setup.asterisk import AsteriskInstall, find_or_make
from cti.setup.packages import Say
from cti.setup.problem import SetupProblem
from cti.setup.settings import GUESTS, Settings, is_loopback, put_settings, read_toml


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
    check: Callable[[Settings], None] = lambda settings: None,
) -> Prepared:
    """Make `data` ready for a start. Safe to repeat; an existing secret, site or certificate is kept.

    An `install` that is given is used; else one is found, or made, which may take a minute: `check` looks at the
    settings before that.

    Raises SetupProblem for everything a person has to mend.
    """
    data = folder(data)
    new = not (data / "settings.toml").exists()
    _put_site(data, options)
    in_force = site.load(data / "site.toml")
    _write_settings(data, options)
    guests = read_toml(data / "settings.toml").get("guests", GUESTS)
    secrets.ensure(data / "secrets.toml", render.phones(in_force, guests))
    settings = Settings.load(data)
    if settings.tls:
        names = list(dict.fromkeys((settings.host, settings.bind, "localhost", "127.0.0.1")))
        names = [name for name in names if name not in ("0.0.0.0", "::")]
        if certificate.ensure(settings.certificate, settings.private_key, names, datetime.datetime.now(datetime.UTC)):
            say(f"Made a certificate for {names[0]}; browsers will ask once whether to trust it")
    check(settings)
    install = install or find_or_make(data, say)
    render.render(settings, in_force, install, say)
    return Prepared(settings=settings, site=in_force, install=install, new=new, example=_pending(data).exists())


def example_loaded(data: Path) -> None:
    """The example's history is in: it is not to be loaded again, whatever is erased later."""
    _pending(data).unlink(missing_ok=True)


def _pending(data: Path) -> Path:
    """A file that stays until the example is loaded whole, however often the first start is interrupted."""
    return data / "example.pending"


def _put_site(data: Path, options: Options) -> None:
    """Put the site in force into the folder: the one given, or the example when there is none yet."""
    place = data / "site.toml"
    if options.site is not None:
        site.load(options.site)
        if not place.exists() or not place.samefile(options.site):
            shutil.copyfile(options.site, place)
        return
    if place.exists():
        return
    if not options.example:
        raise SetupProblem(f"{data} has no site yet. Give one with --site FILE, or leave --no-example out.")
    example = resources.folder("example")
    _pending(data).touch()
    if (example / "kb").is_dir() and not (data / "kb").exists():
        shutil.copytree(example / "kb", data / "kb")
    # Last: whoever finds a site finds the rest of the example too.
    shutil.copyfile(example / "site.toml", place)


def _write_settings(data: Path, options: Options) -> None:
    """Keep given options, and ports that follow from them, so that two folders with other ports never meet."""
    file = data / "settings.toml"
    kept = read_toml(file) if file.exists() else {}
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
    if values != kept or not file.exists():
        put_settings(file, values)
    # The URL of a database may hold a password.
    file.chmod(0o600)
