"""What the server counts about itself, in Prometheus' text format.

Labels name endpoints of the table, status classes and reasons of our own, never an address, a person or a secret; so
their number is bounded. When several workers share the port, `PROMETHEUS_MULTIPROC_DIR` must name an empty directory
before this module is imported, and any worker answers for all.
"""

import os
from collections import Counter as Tally
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0)
_MOST_ENDPOINTS: Final = 500
_OTHER: Final = "other"

REGISTRY: Final = CollectorRegistry()

_REQUESTS: Final = Counter("gatepass_requests", "Requests answered.", ["endpoint", "status_class"], registry=REGISTRY)
_SECONDS: Final = Histogram(
    "gatepass_request_seconds", "Time from head to answer.", ["endpoint"], registry=REGISTRY, buckets=_BUCKETS
)
_IN_FLIGHT: Final = Gauge(
    "gatepass_requests_in_flight", "Requests being answered.", registry=REGISTRY, multiprocess_mode="livesum"
)
_CUTS: Final = Counter(
    "gatepass_connections_cut", "Connections cut or refused before a request was read.", ["reason"], registry=REGISTRY
)
_REFUSALS: Final = Counter("gatepass_limit_refusals", "Requests refused by a rate limit.", ["limit"], registry=REGISTRY)
_MESSAGES: Final = Counter("gatepass_sms", "Messages that were sent, or why not.", ["outcome"], registry=REGISTRY)
# Counted in the database, so every worker finds the same: the highest is the truth, the sum would repeat it.
_WAITING: Final = Gauge(
    "gatepass_outbox_waiting", "Messages that wait to be sent.", registry=REGISTRY, multiprocess_mode="livemax"
)
_DEAD: Final = Gauge(
    "gatepass_outbox_dead_letters", "Messages that were given up.", registry=REGISTRY, multiprocess_mode="livemax"
)

_HASHING: Final = Gauge(
    "gatepass_passwords_hashing",
    "Passwords being hashed or waiting for it.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
_NOT_HASHED: Final = Counter("gatepass_passwords_refused", "Sign-ins sent away by a full queue.", registry=REGISTRY)
_BREACHES: Final = Counter(
    "gatepass_breach_lookups", "New passwords looked up among breached ones.", ["answer"], registry=REGISTRY
)

began: Final = _IN_FLIGHT.inc
"""Note that a request is being answered."""

ended: Final = _IN_FLIGHT.dec
"""Note that a request is no longer being answered."""

_requests: dict[tuple[str, int], Counter] = {}
_seconds: dict[str, Histogram] = {}


def observe(endpoint: str, status: int, seconds: float) -> None:
    """Count an answered request.

    Args:
        endpoint: The endpoint's name in the table, never a path that a client chose.
        status: The HTTP status.
        seconds: From the request's head to the end of its answer.
    """
    status_class = status // 100
    child = _requests.get((endpoint, status_class))
    if child is None:
        endpoint, child = _children(endpoint, status_class)
    child.inc()
    _seconds[endpoint].observe(seconds)


def _children(endpoint: str, status_class: int) -> tuple[str, Counter]:
    if endpoint not in _seconds:
        if len(_seconds) >= _MOST_ENDPOINTS:
            endpoint = _OTHER
        _seconds[endpoint] = _SECONDS.labels(endpoint)
    child = _requests.get((endpoint, status_class))
    if child is None:
        child = _requests[endpoint, status_class] = _REQUESTS.labels(endpoint, f"{status_class}xx")
    return endpoint, child


def count_cuts(reasons: Tally[str]) -> None:
    """Count connections that were cut or refused; what `protocol_class` takes as its report."""
    for reason, count in reasons.items():
        _CUTS.labels(reason).inc(count)


def count_limit_refusal(limit: str) -> None:
    """Count a request that a rate limit refused, by the limit's name."""
    _REFUSALS.labels(limit).inc()


def count_sms(outcome: str) -> None:
    """Count a message that was to be sent: `sent`, or the reason why it was not."""
    _MESSAGES.labels(outcome).inc()


def set_outbox(*, waiting: int, dead_letters: int) -> None:
    """Tell how many messages wait and how many were given up."""
    _WAITING.set(waiting)
    _DEAD.set(dead_letters)


def move_hashing(by: int) -> None:
    """Tell that so many more passwords, or fewer, are being hashed or wait for it."""
    _HASHING.inc(by)


def count_not_hashed() -> None:
    """Count a password that was not hashed because too many waited."""
    _NOT_HASHED.inc()


def count_breach_lookup(answer: str) -> None:
    """Count a new password that was looked up: `known`, `unknown`, or `unanswered` where the service was silent."""
    _BREACHES.labels(answer).inc()


def render() -> tuple[bytes, str]:
    """Return the page for the scraper and its content type."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return generate_latest(shared), CONTENT_TYPE_LATEST


def worker_ended(process_id: int) -> None:
    """Drop the live figures of a worker that ended; called by whoever supervises the workers."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(process_id)  # type: ignore[no-untyped-call]
