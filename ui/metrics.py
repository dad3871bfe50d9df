"""What the server counts and times, as Prometheus reads it. A registry an app, so that two in one process keep apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from assistant.contract import Reply
from assistant.parse import AheadUse

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)


class Metrics:
    """length: pieces of work under way or in line now. ahead: how often reading ahead was of use, where something is read ahead.

    paused: the sites that are paused.
    """

    def __init__(
        self,
        length: Callable[[], int],
        ahead: Callable[[], AheadUse | None] = lambda: None,
        paused: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._registry = registry = CollectorRegistry()
        self._turns = Counter(
            "shop_turns", "Turns by intent and outcome: answered, or failed", ["intent", "outcome"], registry=registry
        )
        self._stages = Histogram(
            "shop_stage_seconds", "Time of a turn's stages", ["stage"], buckets=SECONDS, registry=registry
        )
        self._waits = Histogram("shop_wait_seconds", "Time of turns in line", buckets=SECONDS, registry=registry)
        self._errors = Counter(
            "shop_errors", "Problems answered, and faults that replies tell of, by code", ["code"], registry=registry
        )
        self._requests = Histogram(
            "shop_request_seconds",
            "Time of requests by route and status",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=registry,
        )
        Gauge("shop_line_length", "Turns and searches under way or in line", registry=registry).set_function(length)
        registry.register(_Ahead(ahead))
        registry.register(_Paused(paused))
        ProcessCollector(registry=registry)

    def answered(self, reply: Reply, wait_s: float, *, late: bool = False) -> None:
        """Count a turn. One whose reply only tells of an error has failed, and so has one that came too late for whoever asked."""
        self._turns.labels(reply.intent, "failed" if reply.fault or late else "answered").inc()
        self._waits.observe(wait_s)
        for stage, ms in reply.to_json()["latency_ms"].items():
            self._stages.labels(stage).observe(ms / 1e3)
        if reply.fault:
            self.error(reply.fault)

    def failed(self, intent: str, wait_s: float) -> None:
        """Count a turn that ended without a reply. Its error is counted where it is answered."""
        self._turns.labels(intent, "failed").inc()
        self._waits.observe(wait_s)

    def error(self, code: str) -> None:
        self._errors.labels(code).inc()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)


class _Ahead(Collector):
    def __init__(self, ahead: Callable[[], AheadUse | None]) -> None:
        self._ahead = ahead

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(
            "shop_read_ahead", "Messages whose exchange was read ahead (hit) or not (miss)", labels=["result"]
        )
        use = self._ahead()
        if use is not None:
            family.add_metric(["hit"], use.hits)
            family.add_metric(["miss"], use.misses)
        yield family


class _Paused(Collector):
    def __init__(self, paused: Callable[[], Collection[str]]) -> None:
        self._paused = paused

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("shop_paused", "Sites that the operator has paused; *: all", labels=["site"])
        for site in sorted(self._paused()):
            family.add_metric([site], 1)
        yield family
