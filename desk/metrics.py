"""What Prometheus is told of a desk: a registry of its own, which asks the parts when it is asked itself.

What happens often is counted by plain numbers of the parts; only what is rare, a commit or an order, is put into a
Histogram at once.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Histogram, Metric, ProcessCollector, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

PREFIX = 'cointape_'
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ROWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
Values = float | Mapping[Any, float]

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more of every histogram, which says nothing new


class Metrics(Collector):
    """The figures of one desk. The registry holds those of the process too, where the system tells them (Linux)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._sources: list[Callable[[], Iterable[Metric]]] = []
        self.sockets: dict[str, Callable[[], int]] = {}  # how many listen at each of the API's websockets
        ProcessCollector(registry=self.registry)
        self.registry.register(self)

    def add(self, source: Callable[[], Iterable[Metric]]) -> None:
        """Ask this part, too, at each scrape; on the event loop, so it must not take long."""
        self._sources.append(source)

    def collect(self) -> Iterable[Metric]:
        """The figures as they are now."""
        for source in self._sources:
            yield from source()


def counter(name: str, says: str, value: Values, *labels: str) -> Metric:
    """What only ever grows: one number or, by the values of its labels, several. The name gets its `_total`."""
    return _filled(CounterMetricFamily(PREFIX + name, says, labels=labels), value)


def gauge(name: str, says: str, value: Values, *labels: str) -> Metric:
    """What goes up and down."""
    return _filled(GaugeMetricFamily(PREFIX + name, says, labels=labels), value)


def histogram(name: str, says: str, bounds: Iterable[float] = SECONDS) -> Histogram:
    """How often something came to how much: `observe` it, which threads may; its `collect()` gives the figures."""
    return Histogram(PREFIX + name, says, buckets=tuple(bounds), registry=None)


def _filled(family: CounterMetricFamily | GaugeMetricFamily, value: Values) -> Metric:
    if isinstance(value, Mapping):
        for labels, one in value.items():
            family.add_metric((labels,) if isinstance(labels, str) else labels, one)
    else:
        family.add_metric((), value)
    return family
