"""Pages of the site's own web sites may ask a few addresses, and read the answers (Fetch standard, CORS protocol)."""

from collections.abc import Callable, Collection

from aiohttp import web

Origins = Callable[[], Collection[str]]
"""Whose pages may, as browsers write it: `https://shop.example`."""
_KEPT_S = 600
"""A browser does not ask again whether it may for so long."""


class Cors:
    """`paths`: what they may ask."""

    def __init__(self, paths: Collection[str], origins: Origins) -> None:
        self._paths = frozenset(paths)
        self._origins = origins

    async def may(self, request: web.Request) -> web.Response:
        """A browser asks first, which it does for anything but plain text."""
        return web.Response(status=204)

    def dress(self, request: web.Request, response: web.StreamResponse) -> None:
        """Headers by which the page's browser lets it read the answer, errors included."""
        if request.path not in self._paths:
            return
        headers = response.headers
        headers["Vary"] = "Origin"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        origin = request.headers.get("Origin", "")
        if origin in self._origins():
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "Retry-After"
            if request.method == "OPTIONS":
                headers["Access-Control-Allow-Methods"] = "POST"
                headers["Access-Control-Allow-Headers"] = "Content-Type"
                headers["Access-Control-Max-Age"] = str(_KEPT_S)
