"""The screens and the script for other web sites, as files: what may be cached, what a page may load and reach."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from agent_desktop import ASSETS, PAGES, STATIC
from cti.web.problems import Refusal

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from outside, nothing inline: text a caller or a mail brought can't become a program."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\Z")
"""What the build calls its files: nothing that leads elsewhere."""
SCRIPT = (Path(__file__).parent / "hotline.js").read_bytes()
"""For the pages of the site's own web sites."""
SCRIPT_PATH = f"/web/{hashlib.sha256(SCRIPT).hexdigest()[:12]}/hotline.js"
"""Its address names its version, so it may be cached for ever."""
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"


def add(app: web.Application, static: Path = STATIC) -> None:
    """Serve the pages and their assets."""
    for address, name in PAGES.items():
        app.router.add_get(address, _page(static / name))
    app.router.add_get(f"/{ASSETS}/{{name}}", _asset(static / ASSETS))
    app.router.add_get("/web/{version}/hotline.js", _script)


def dress(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every response: its kind is what we say it is, and nothing frames or leaks it."""
    headers = response.headers
    headers["Server"] = "hotline"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = CSP if request.path in PAGES else "default-src 'none'; frame-ancestors 'none'"
    headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()"
    good = response.status in (200, 206, 304)
    if good and request.path.startswith("/web/"):
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if good and (request.path.startswith(f"/{ASSETS}/") or request.path == SCRIPT_PATH):
        headers["Cache-Control"] = _FOR_EVER
    else:
        headers.setdefault("Cache-Control", _ASK_FIRST)


async def _script(request: web.Request) -> web.Response:
    # A page that names an older one gets this one, so nothing of another's web site breaks when we are updated.
    return web.Response(body=SCRIPT, content_type="text/javascript", charset="utf-8")


def _page(path: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    built = path.is_file()

    async def page(request: web.Request) -> web.StreamResponse:
        if built:
            return web.FileResponse(path)
        raise Refusal(
            503,
            "no-screens",
            "The screens have not been built.",
            "Run 'hotline up', or 'npm ci && npm run build' in agent_desktop.",
        )

    return page


def _asset(folder: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def asset(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if not _NAME.match(name):
            raise web.HTTPNotFound
        return web.FileResponse(folder / name)

    return asset
