"""A recording as a reply: whole, or the part a player asks for, never more of it in memory than a piece."""

import asyncio
import logging

from aiohttp import web

from cti.store.vault import Recording, VaultError
from cti.web.call import SentFile

_PIECE = 262_144
log = logging.getLogger(__name__)


async def send(request: web.Request, sent: SentFile) -> web.StreamResponse:
    """Answer with a file, and close it. Raises `VaultError` when its beginning can't be read."""
    file = sent.file
    try:
        span = _span(request, file)
        if span is None:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{file.size}"})
        start, stop = span
        # Before the status is told: afterwards it could only be cut off.
        piece = await _read(file, start, stop)
        answer = web.StreamResponse(
            status=200 if stop - start == file.size else 206,
            headers={
                "Content-Type": sent.content_type,
                "Cache-Control": "no-store",
                "Accept-Ranges": "bytes",
                "ETag": f'"{file.version}"',
            },
        )
        answer.content_length = stop - start
        if answer.status == 206:
            answer.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
        await answer.prepare(request)
        if request.method == "HEAD":
            return answer
        while piece:
            await answer.write(piece)
            start += len(piece)
            piece = await _rest(request, file, start, stop)
        return answer
    finally:
        file.close()


def _span(request: web.Request, file: Recording) -> tuple[int, int] | None:
    """From where to where it is asked for; None: there is nothing there."""
    if request.headers.get("If-Range", f'"{file.version}"') != f'"{file.version}"':
        return 0, file.size  # a part of what it was is of no use to the player
    try:
        asked = request.http_range
    except ValueError:
        return None
    start, stop, _ = asked.indices(file.size)
    if asked.start is None and asked.stop is None:
        return 0, file.size
    return (start, stop) if start < stop else None


async def _read(file: Recording, start: int, stop: int) -> bytes:
    return await asyncio.to_thread(file.read, start, min(_PIECE, stop - start))


async def _rest(request: web.Request, file: Recording, start: int, stop: int) -> bytes:
    try:
        return await _read(file, start, stop)
    except VaultError as error:
        log.error("%s", error)
        if request.transport is not None:
            # The player is to see that it is not whole.
            request.transport.abort()
        return b""
