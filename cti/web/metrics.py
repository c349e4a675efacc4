"""Figures for Prometheus: what the world is now, read when asked, and what has happened since the start."""

from collections import Counter as Count
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from cti.core.events import Connected, Record
from cti.core.ids import Ms
from cti.core.world import World
from cti.web import project
from cti.web.guest import Leases
from cti.web.live import Live
from cti.web.ports import Loop
from cti.web.sip_proxy import SipProxy

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5)


class Metrics:
    """Counts what passes by, and reads the world when asked."""

    def __init__(self, loop: Loop, live: Live, leases: Leases, proxy: SipProxy) -> None:
        self._loop = loop
        self._registry = CollectorRegistry()
        self._events = Counter("hotline_events", "Records written to the journal", ("kind",), registry=self._registry)
        self._requests = Counter(
            "hotline_http_requests", "Answers of the web server", ("route", "status"), registry=self._registry
        )
        self._screen = Histogram(
            "hotline_event_to_screen_seconds",
            "From an event's own time to its leaving for the screens",
            buckets=_FAST,
            registry=self._registry,
        )
        self._lag = Histogram(
            "hotline_loop_lag_seconds",
            "How late the loop's one-second beat was",
            buckets=_FAST,
            registry=self._registry,
        )
        self._waits = Histogram(
            "hotline_wait_seconds",
            "Waits of callers who were connected",
            ("queue",),
            buckets=(5, 10, 20, 30, 60, 120, 300, 600, 1800),
            registry=self._registry,
        )
        self._registry.register(_Now(loop, live, leases, proxy))

    def on_records(self, records: Sequence[Record]) -> None:
        """Count a committed batch, after the screens have been told."""
        now = self._loop.now()
        for kind, number in Count(type(record.event).__name__ for record in records).items():
            self._events.labels(kind).inc(number)
        for record in records:
            if isinstance(record.event, Connected):
                call = self._loop.world.interactions.get(record.event.interaction)
                queue = call.queue if call is not None else None
                if call is not None and call.direction == "out":
                    continue
                self._waits.labels(queue or "").observe(record.event.waited / 1000)
        if records:
            self._screen.observe(max(0, now - records[0].at) / 1000)

    def late(self, seconds: float) -> None:
        """The loop's beat was so late."""
        self._lag.observe(seconds)

    def answered(self, route: str, status: int) -> None:
        """The web server answered."""
        self._requests.labels(route, str(status)).inc()

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)


class _Now(Collector):
    """The world as gauges."""

    def __init__(self, loop: Loop, live: Live, leases: Leases, proxy: SipProxy) -> None:
        self._loop = loop
        self._live = live
        self._leases = leases
        self._proxy = proxy

    def collect(self) -> Iterator[GaugeMetricFamily]:
        world = self._loop.world
        yield gauge("hotline_asterisk_up", "Whether the AMI link is up and reconciled", float(world.asterisk))
        yield from self._line(world, self._loop.now)
        yield labelled(
            "hotline_agents", "Agents by state", "state", Count(now.state.value for now in world.agents.values())
        )
        yield labelled(
            "hotline_interactions",
            "Open interactions by state",
            "state",
            Count(i.state.value for i in world.interactions.values()),
        )
        yield gauge("hotline_channels", "Asterisk's channels that belong to us", float(len(world.legs)))
        yield gauge("hotline_phones_reachable", "Registered phones", float(sum(world.phones.values())))
        for name, text in (("arrived", "Calls that arrived"), ("solved", "Said solved"), ("not_solved", "Said not")):
            yield gauge(f"hotline_today_{name}", f"{text} since midnight", float(getattr(world.today, name)))
        for name in ("answered", "abandoned", "within"):
            yield labelled(
                f"hotline_today_{name}",
                f"Calls {name} since midnight",
                "queue",
                {queue: getattr(today, name) for queue, today in world.today.queues.items()},
            )
        yield labelled("hotline_live_viewers", "Connected screens", "view", self._live.viewers)
        yield gauge("hotline_live_resyncs", "Snapshots sent to slow screens", float(self._live.resyncs))
        yield gauge("hotline_sip_browsers", "Browsers with a SIP connection", float(self._proxy.connected))
        yield gauge("hotline_guest_lines_lent", "Guest phones in use", float(self._leases.lent))

    def _line(self, world: World, now: Callable[[], Ms]) -> Iterator[GaugeMetricFamily]:
        queues = project.queues(world)
        yield labelled("hotline_waiting", "Callers waiting", "queue", {q.id: q.waiting for q in queues})
        yield labelled("hotline_callbacks", "Callers to be called back", "queue", {q.id: q.callbacks for q in queues})
        yield labelled(
            "hotline_longest_wait_seconds",
            "The longest wait now",
            "queue",
            {q.id: (now() - q.longest_since) / 1000 if q.longest_since is not None else 0 for q in queues},
        )
        yield labelled("hotline_ready", "Agents ready who could serve", "queue", {q.id: q.ready for q in queues})


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """One figure."""
    return GaugeMetricFamily(name, text, value=value)


def labelled(name: str, text: str, label: str, values: Mapping[Any, float]) -> GaugeMetricFamily:
    """One figure per value of a label."""
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], float(value))
    return family
