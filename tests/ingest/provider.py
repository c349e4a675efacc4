"""An OAuth provider for tests: it gives out tokens, and says whose they are when a mail server asks."""

import contextlib
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qsl

CLIENT, SECRET = "hotline-of-the-test", "a-client-secret-of-the-test"
REFRESH = "a-refresh-token-of-the-test"


class Provider:
    """What it gives can be changed between two requests; `asked` is what it was sent."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = count(1)
        self.begin_again()

    def begin_again(self) -> None:
        """As if nobody had asked for anything."""
        self.user = "support"
        """Whose mailbox its tokens open."""
        self.refresh = REFRESH
        """The refresh token that holds."""
        self.rotates = False
        """Whether each holds once, and another is given."""
        self.lasts: object = 3600
        self.instead: tuple[int, object] | None = None
        """This status and this answer in place of a token."""
        self.not_yet: list[str] = []
        """What is answered first when it is asked whether somebody has typed the code in."""
        self.asked: list[dict[str, str]] = []
        self.shown: list[str] = []
        """Access tokens that the mail server was shown."""
        self.valid: dict[str, str] = {}
        """Access tokens that hold, and whose they are."""

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, object]:
        """The answer to a form sent to `path`."""
        if path == "/introspect":
            self.shown.append(form["token"])
            user = self.valid.get(form["token"])
            return 200, {"active": user is not None, "username": user} if user else {"active": False}
        self.asked.append(form)
        if self.instead is not None:
            return self.instead
        if path == "/device":
            return 200, {
                "device_code": "a-device-code",
                "user_code": "WDJB-MJHT",
                "verification_uri": "https://login.example/device",
                "expires_in": 900,
                "interval": 2,
            }
        return self._token(form)

    def _token(self, form: dict[str, str]) -> tuple[int, object]:
        grant = form["grant_type"]
        if form["client_id"] != CLIENT or (form.get("client_secret") != SECRET and grant == "client_credentials"):
            return 401, {"error": "invalid_client", "error_description": f"AADSTS7000215: not {form}"}
        if grant == "refresh_token" and form["refresh_token"] != self.refresh:
            return 400, {"error": "invalid_grant", "error_description": f"unknown: {form['refresh_token']}"}
        if grant.endswith("device_code") and self.not_yet:
            return 400, {"error": self.not_yet.pop(0)}
        token = f"access.token-of-the-test-{next(self._numbers)}.{'long' * 600}="
        self.valid[token] = self.user
        answer: dict[str, object] = {"access_token": token, "token_type": "Bearer", "expires_in": self.lasts}
        if self.rotates:
            self.refresh = f"{REFRESH}-{next(self._numbers)}"
        if self.rotates or grant.endswith("device_code"):
            answer["refresh_token"] = self.refresh
        return 200, answer


@contextlib.contextmanager
def running(certificate: tuple[str, str] | None = None) -> Iterator[Provider]:
    """A provider on a free port of loopback; with TLS if it has a certificate and its key."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            status, answer = provider.answer(self.path, form)
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Location", f"{provider.url}/elsewhere")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that does not trust us hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    provider = Provider(f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
