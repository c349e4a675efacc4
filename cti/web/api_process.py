"""The process itself: its health, its figures, its documents."""

from collections.abc import Callable

from cti.web.bodies import Health
from cti.web.call import Call, Sent
from cti.web.metrics import CONTENT_TYPE, Metrics
from cti.web.ports import Loop


class ProcessApi:
    """What programs ask about the process. `journal`: whether facts reach the disk."""

    def __init__(self, loop: Loop, metrics: Metrics, epoch: str, journal: Callable[[], bool], version: str) -> None:
        self._loop = loop
        self._metrics = metrics
        self._epoch = epoch
        self._journal = journal
        self._version = version
        self._started = loop.now()
        self._openapi = b""

    def document(self, openapi: bytes) -> None:
        """The table of routes as OpenAPI, made once all routes are known."""
        self._openapi = openapi

    async def health(self, call: Call[None, None]) -> Sent:
        asterisk, journal = self._loop.world.asterisk, self._journal()
        body = Health(
            ok=asterisk and journal,
            asterisk=asterisk,
            journal=journal,
            version=self._version,
            epoch=self._epoch,
            up_s=(self._loop.now() - self._started) // 1000,
        )
        return Sent(body, status=200 if body.ok else 503)

    async def metrics(self, call: Call[None, None]) -> Sent:
        return Sent(self._metrics.text(), content_type=CONTENT_TYPE)

    async def openapi(self, call: Call[None, None]) -> Sent:
        return Sent(self._openapi)
