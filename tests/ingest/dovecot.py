"""A real IMAP server for tests: Dovecot, unprivileged, on free ports of loopback, with one mailbox."""

import contextlib
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from imapclient import IMAPClient
from msgspec import Struct

from cti.setup.certificate import ensure

USER = "support"
PASSWORD = "a-password-of-the-test"
CHINESE = ("support2", "密码 with spaces")
"""A second user, and a password that not every way of signing in can say."""
_HEAD = {
    2.3: """
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {folder}/oauth2
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
""",
    2.4: """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {folder}/mail/%{{user}}
ssl_server_cert_file = {folder}/certificate.pem
ssl_server_key_file = {folder}/key.pem
passdb passwd-file {{
  passwd_file_path = {folder}/users
}}
oauth2 {{
  introspection_mode = post
  introspection_url = {introspection}
  force_introspection = yes
  active_attribute = active
  active_value = true
  username_attribute = username
}}
userdb static {{
  fields {{
    uid = {user}
    gid = {group}
    home = {folder}/home
  }}
}}
""",
}
"""What 2.4 writes in another way; it wants its version first."""
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
ssl = yes
auth_mechanisms = plain {tokens}
auth_failure_delay = 0
mail_fsync = never
shutdown_clients = yes
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
  mailbox Trash {{
    auto = create
    special_use = \\Trash
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


_TOKENS = """
introspection_mode = post
introspection_url = {introspection}
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = username
"""
"""A file of its own before 2.4."""


class Dovecot(Struct, frozen=True):
    """A running server. `plain` (with STARTTLS) and `tls` are its ports."""

    folder: Path
    plain: int
    tls: int

    @property
    def ca(self) -> Path:
        """The certificate that a client has to trust."""
        return self.folder / "certificate.pem"

    @contextlib.contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Somebody else at the same mailbox."""
        with IMAPClient("127.0.0.1", self.plain, ssl=False, timeout=10) as client:
            client.login(USER, PASSWORD)
            yield client

    def deliver(self, *mails: bytes, folder: str = "INBOX", flags: tuple[bytes, ...] = ()) -> None:
        """Put mails into the mailbox, as if they had come just now."""
        with self.client() as client:
            for raw in mails:
                client.append(folder, raw, flags, datetime(2026, 11, 24, 2, 0, tzinfo=UTC))

    def empty(self) -> None:
        """Nothing in the mailbox any more, and only the folders it began with."""
        with self.client() as client:
            for _, _, name in client.list_folders():
                if name not in ("INBOX", "Junk", "Trash"):
                    client.delete_folder(name)
                    continue
                client.select_folder(name)
                if found := client.search():
                    client.delete_messages(found)
                    client.expunge()


def program() -> str | None:
    """Where Dovecot is; Debian keeps it where only root looks."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextlib.contextmanager
def running(
    plain: int, tls: int, introspection: str = "http://127.0.0.1:1/", tokens: str = "oauthbearer xoauth2"
) -> Iterator[Dovecot]:
    """A server with an empty mailbox; `introspection` says whose an access token is, shown by one of `tokens`.

    Raises `LookupError` when Dovecot isn't installed.
    """
    found = program()
    if found is None:
        raise LookupError("no IMAP server here: apt-get install dovecot-imapd (./hotline test does it)")
    root = os.geteuid() == 0
    account = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
    group = grp.getgrgid(account.pw_gid).gr_name
    folder = Path(tempfile.mkdtemp(prefix="hotline-dovecot-"))
    folder.chmod(0o755)
    ensure(folder / "certificate.pem", folder / "key.pem", ["127.0.0.1", "localhost"], datetime.now(UTC))
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    config = _HEAD[2.3 if version.startswith("2.3") else 2.4] + _CONFIG
    (folder / "dovecot.conf").write_text(
        config.format(
            folder=folder,
            user=account.pw_name,
            group=group,
            plain=plain,
            tls=tls,
            introspection=introspection,
            tokens=tokens,
        )
    )
    (folder / "oauth2").write_text(_TOKENS.format(introspection=introspection))
    users = "".join(f"{user}:{{PLAIN}}{password}\n" for user, password in ((USER, PASSWORD), CHINESE))
    (folder / "users").write_text(users, encoding="utf-8")
    if root:
        for path in (folder, *folder.iterdir()):
            os.chown(path, account.pw_uid, account.pw_gid)
    server = subprocess.Popen(
        [found, "-F", "-c", str(folder / "dovecot.conf")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        user=account.pw_uid if root else None,
        group=account.pw_gid if root else None,
        extra_groups=[] if root else None,
    )
    try:
        _wait(server, plain, folder)
        yield Dovecot(folder, plain, tls)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    log = folder / "log"
    raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else server.poll()}")
