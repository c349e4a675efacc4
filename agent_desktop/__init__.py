"""The built screens: agent desk, wallboard and help site, as static files.

`STATIC` holds what `npm run build` made from `src/`; the build is committed, so running needs no Node. Names under
`assets/` carry a hash of their content and may be cached for ever; the pages themselves must not be.
"""

from pathlib import Path

STATIC = Path(__file__).parent / "static"

PAGES = {"/": "index.html", "/desk": "desk.html", "/wallboard": "wallboard.html"}
"""Address -> page in `STATIC`."""

ASSETS = "assets"
"""Folder in `STATIC` that is served as `/assets/`."""

__all__ = ["ASSETS", "PAGES", "STATIC"]
