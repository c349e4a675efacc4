"""What is set for one data folder: addresses, ports, the database, and its secrets.

`<data>/settings.toml` holds what a person may change, `<data>/secrets.toml` (0600) what nobody should see. Options of
`hotline up` are written to `settings.toml`, so every other command on the same data folder agrees with it.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import msgspec
from msgspec import Struct

from cti.core.ids import Phone
from cti.setup.problem import SetupProblem

GUESTS = 8
OPTIONS = {
    "http_port": "--http",
    "sip_port": "--sip",
    "ami_port": "--ami",
    "agi_port": "--agi",
    "ws_port": "--http",
    "lmtp_port": "--lmtp",
}
"""Each port and the option of `hotline up` that moves it; Asterisk's WebSocket follows the screens."""
_HEAD = """\
# Settings of this data folder. Options of 'hotline up' are written here; what is not written has its default:
# bind, http_port, sip_port, ami_port, agi_port, ws_port, lmtp_port, rtp_first, rtp_last, database_url,
# public_name, tls, guests, encrypt, key_file
"""


class SettingsError(SetupProblem):
    """The data folder or a file in it cannot be used; the text says which and what to do."""


class Secrets(Struct, frozen=True, forbid_unknown_fields=True):
    """Made once per data folder by `cti.setup.secrets`; never shown but where a person asks for one of them."""

    site_key: str
    """Hex, 32 bytes: the key of the identifier hashes. Lost with it: every link from a number to its history."""
    session_key: str
    """Hex, 32 bytes: signs web sessions."""
    ami_user: str
    ami_secret: str
    phone_secrets: dict[Phone, str] = {}
    """SIP password of every phone of ours, guests' (`guest-1`..) included."""
    mail_passwords: dict[str, str] = {}
    """Password of each mail account, by its id in the site."""
    client_secrets: dict[str, str] = {}
    """The secret of the program as which a mail account signs in by OAuth, by the account's id in the site."""
    table_passwords: dict[str, str] = {}
    """Password of each outside table's database, by its id in the site."""
    web_keys: dict[str, str] = {}
    """Keys by which web sites sign who their visitors are, by name: `hs256:HEX`, or `ed25519:HEX` of a public key."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One data folder's settings. Ports are on `bind` where people or phones reach them, else on loopback."""

    data: Path
    secrets: Secrets
    bind: str = "127.0.0.1"
    """Address of web and SIP. Anything but loopback turns TLS on, for browsers give a microphone to nothing else."""
    http_port: int = 8080
    sip_port: int = 5060
    ami_port: int = 5038
    agi_port: int = 4573
    ws_port: int = 8088
    """Asterisk's own HTTP server (SIP over WebSocket), on loopback: only our web server speaks to it."""
    lmtp_port: int = 0
    """Where a mail server of this machine hands over mail (LMTP), on loopback; 0: nowhere."""
    rtp_first: int = 10000
    rtp_last: int = 11999
    database_url: str
    """`sqlite:////folder/hotline.db`, or `postgresql://user@host/name`, which holds the journal, too."""
    public_name: str = ""
    """The host name people use; empty: `bind`, or this machine's name when `bind` is a wildcard."""
    tls: bool = False
    guests: int = GUESTS
    """How many guests of the help site may talk at once."""
    encrypt: bool = False
    """Whether attachments and recordings are kept encrypted; `hotline encrypt` turns it on and off."""
    key_file: str = ""
    """Where the keys are with which they are, or were; outside the data folder."""

    @classmethod
    def load(cls, data: Path) -> Self:
        """Read a data folder that `hotline up` (or `cti.setup.prepare`) has made.

        Raises SettingsError when it has not, or when a file in it is damaged or has a key nobody knows.
        """
        return cls.of(data.resolve(), read_toml(data / "settings.toml"), read_toml(data / "secrets.toml"))

    @classmethod
    def of(cls, data: Path, values: Mapping[str, Any], secrets: Secrets | Mapping[str, Any]) -> Self:
        """Settings as `settings.toml` would hold them, checked, whether they are written or not.

        Raises SettingsError that names the setting that is wrong, and the option that cures it.
        """
        file = data / "settings.toml"
        whole = {"database_url": f"sqlite:///{data / 'hotline.db'}", **values, "data": data, "secrets": secrets}
        try:
            settings = msgspec.convert(whole, cls)
        except msgspec.ValidationError as error:
            raise SettingsError(f"{file}: {error}. Mend that line, or remove it.") from None
        settings._check_address()
        settings._check_ports()
        if settings.encrypt and not settings.key_file:
            raise SettingsError(f"{file}: encrypt needs key_file. 'hotline encrypt on' writes both.")
        return settings

    def _check_address(self) -> None:
        if self.bind != "localhost":
            try:
                ipaddress.ip_address(self.bind)
            except ValueError:
                raise SettingsError(
                    f"bind is '{self.bind}', which is no IP address. Give one of this machine with --bind ADDR, or"
                    " 0.0.0.0 for all it has."
                ) from None

    def _check_ports(self) -> None:
        used: dict[int, str] = {}
        for name, option in OPTIONS.items():
            port = getattr(self, name)
            if name == "lmtp_port" and not port:
                continue
            if not 0 < port < 65536:
                raise SettingsError(f"{name} is {port}, and ports are 1 to 65535. Give another with {option} PORT.")
            if port in used:
                raise SettingsError(
                    f"{used[port]} and {name} are both {port}, and must differ. Give another with {option} PORT."
                )
            used[port] = name

    @property
    def journal(self) -> str:
        """Where the journal is kept, as `Journal.open` takes it."""
        return self.database_url if is_postgres(self.database_url) else str(self.data / "journal.db")

    @property
    def site_file(self) -> Path:
        """The site in force."""
        return self.data / "site.toml"

    @property
    def asterisk_etc(self) -> Path:
        """Rendered configuration; written anew at every start, so changes belong in the templates or the site."""
        return self.data / "etc" / "asterisk"

    @property
    def sounds(self) -> Path:
        """Asterisk's sounds folder of this hotline: prompts are `hotline/<language>/<id>.wav` in it."""
        return self.data / "sounds"

    @property
    def cel_file(self) -> Path:
        """What happened to channels, one CSV line each: `type,epoch,uniqueid,HL_ID,linkedid,channel,extra`.

        `epoch` has microseconds; HL_ID is set on callers' channels; a HANGUP's `extra` is JSON with `hangupcause`.
        """
        # Asterisk 18 puts the file nowhere else.
        return self.logs / "asterisk" / "cel-custom" / "hotline.csv"

    @property
    def run(self) -> Path:
        """Sockets and pid files; nothing in it outlives a stop."""
        return self.data / "run"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def tokens(self) -> Path:
        """Refresh tokens of mail accounts, a file each; for their owner only."""
        return self.data / "tokens"

    @property
    def articles(self) -> Path:
        """The knowledge base's articles."""
        return self.data / "kb"

    @property
    def recordings(self) -> Path:
        """Messages that callers have left: `<interaction>.<format>`."""
        return self.data / "messages"

    @property
    def certificate(self) -> Path:
        return self.data / "tls" / "certificate.pem"

    @property
    def private_key(self) -> Path:
        return self.data / "tls" / "key.pem"

    @property
    def host(self) -> str:
        """The name people reach us by."""
        return self.public_name or (os.uname().nodename if self.bind in ("0.0.0.0", "::") else self.bind)

    @property
    def url(self) -> str:
        """Where a browser finds the help site; no slash at the end."""
        return f"{'https' if self.tls else 'http'}://{bracket(self.host)}:{self.http_port}"


def bracket(host: str) -> str:
    """An IPv6 address as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def is_postgres(database_url: str) -> bool:
    """Whether a database's URL means PostgreSQL."""
    return database_url.partition(":")[0].partition("+")[0] in ("postgres", "postgresql")


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach `address`; of names, `localhost` alone."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, or say in one sentence what to do about it (SettingsError)."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise SettingsError(f"{path} is missing. Run 'hotline up --data {path.parent}' once.") from None
    except PermissionError:
        raise SettingsError(f"{path} may not be read by this user. Run as its owner.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is damaged: {error}. Mend that line.") from None


def put_settings(file: Path, values: Mapping[str, Any]) -> None:
    """Write a `settings.toml` anew, for its owner only: the URL of a database may hold a password."""
    lines = [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in values.items()]
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(_HEAD + "\n".join(lines) + "\n")
