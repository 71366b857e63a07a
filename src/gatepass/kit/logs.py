"""Structured logs, in which no token, code or link can stand.

Every record passes the same redaction, whoever wrote it: our code, uvicorn, a driver, the interpreter that reports a
crash. Importing this module already installs it for our own loggers; `configure_logs` takes over everybody else's.
"""

import logging
import re
import sys
import threading
from collections.abc import Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Final, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from gatepass.kit.clock import SystemClock
from gatepass.kit.redaction import cut_secrets, escape_control, redact_value, scrub, scrub_often

_trace: ContextVar[str | None] = ContextVar("gatepass_trace", default=None)
_TRACE_SHAPE: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_CLOCK: Final = SystemClock()  # when a line was written, which no rule judges
_OURS: Final = frozenset({"timestamp", "level", "logger", "trace_id"})


class Logger:
    """Write records under one name; a method below the level that holds does nothing at all."""

    __slots__ = ("_bound", "_generation", "_name")

    level: int = logging.WARNING
    generation: int = 0

    def __init__(self, name: str) -> None:
        self._name = name
        self._generation = -1
        self._bound: FilteringBoundLogger | None = None

    def debug(self, event: str, **fields: Any) -> None:
        """Say what helps to find a fault."""
        if Logger.level <= logging.DEBUG:
            self._logger().debug(event, **fields)

    def info(self, event: str, **fields: Any) -> None:
        """Say what happened as it should."""
        if Logger.level <= logging.INFO:
            self._logger().info(event, **fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Say what an operator should look at some day."""
        if Logger.level <= logging.WARNING:
            self._logger().warning(event, **fields)

    def error(self, event: str, **fields: Any) -> None:
        """Say what failed."""
        if Logger.level <= logging.ERROR:
            self._logger().error(event, **fields)

    def exception(self, event: str, **fields: Any) -> None:
        """Say what failed, with the traceback of the exception that is being handled."""
        if Logger.level <= logging.ERROR:
            self._logger().error(event, **{"exc_info": True, **fields})

    def critical(self, event: str, **fields: Any) -> None:
        """Say what ends the process."""
        self._logger().critical(event, **fields)

    def _logger(self) -> FilteringBoundLogger:
        if self._bound is None or self._generation != Logger.generation:
            self._bound = structlog.get_logger().bind(logger=self._name)
            self._generation = Logger.generation
        return self._bound


def get_logger(name: str) -> Logger:
    """Return a logger of this name; it follows `configure_logs`, before or after."""
    return Logger(name)


def begin_trace(trace_id: str) -> Token[str | None]:
    """Put a trace id on everything that this task logs from now on; what does not look like one is not used."""
    return _trace.set(trace_id if _TRACE_SHAPE.fullmatch(trace_id) else None)


def end_trace(token: Token[str | None]) -> None:
    """Take off what `begin_trace` put on."""
    _trace.reset(token)


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Redact a whole record: the last step before it is written."""
    safe: EventDict = {}
    for key, value in event.items():
        if key in _OURS:
            safe[key] = value
        elif key == "event":
            safe[key] = scrub_often(value) if isinstance(value, str) else redact_value("", value)
        elif key == "exception":
            safe[key] = _traceback(str(value))
        else:
            safe[key if key.isidentifier() else scrub(key)] = redact_value(key, value)
    return safe


def configure_logs(
    *, is_production: bool, level: str = "INFO", stream: TextIO | None = None, reports_crashes: bool = False
) -> None:
    """Set up logging for the process, ours and everybody else's.

    Args:
        is_production: JSON lines if true, lines for a person otherwise.
        level: The lowest level that is written: DEBUG, INFO, WARNING, ERROR or CRITICAL.
        stream: Where to write; standard error if not given.
        reports_crashes: Also write exceptions that nobody caught, in any thread, through the redaction.

    Raises:
        ValueError: The level has another name.
    """
    number = logging.getLevelNamesMapping().get(level.upper(), 0)
    if number < logging.DEBUG:
        raise ValueError(f"Unknown log level {level}: use DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    target: Any = stream or _StandardError()
    finish = _configure_own(number, target, is_production=is_production)
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _stamp],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
        )
    )
    _take_over(handler, number)
    if reports_crashes:
        sys.excepthook = _report_crash
        threading.excepthook = _report_thread_crash


class _StandardError:
    """Standard error as it is when something is written, whatever has been put in its place since."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def isatty(self) -> bool:
        return sys.stderr.isatty()


def _configure_own(level: int, target: Any, *, is_production: bool) -> list[Processor]:
    finish: list[Processor] = [structlog.processors.format_exc_info, redact]
    if is_production:
        finish.append(structlog.processors.JSONRenderer(serializer=_as_json))
    else:
        plain = structlog.dev.plain_traceback
        finish.append(structlog.dev.ConsoleRenderer(colors=target.isatty(), exception_formatter=plain))
    structlog.configure(
        processors=[_stamp, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    Logger.level = level
    Logger.generation += 1
    return finish


def _take_over(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        other = logging.getLogger(name)
        other.handlers = []
        other.propagate = True
    # An access log writes every query; ours names the endpoint instead. Without a handler uvicorn does not format it.
    access = logging.getLogger("uvicorn.access")
    access.handlers = []
    access.propagate = False
    logging.captureWarnings(capture=True)


def _as_json(event: Mapping[str, Any], **_options: Any) -> str:
    return msgspec.json.encode(event).decode()


def _stamp(_logger: Any, method: str, event: EventDict) -> EventDict:
    event["timestamp"] = f"{_CLOCK.now():%Y-%m-%dT%H:%M:%S.%fZ}"
    event["level"] = method
    trace = _trace.get()
    if trace is not None:
        event["trace_id"] = trace
    return event


def _traceback(text: str) -> str:
    # Each line is indented, so that no message of an exception can begin a line of its own.
    return "\n".join("  " + escape_control(line) for line in cut_secrets(text).split("\n"))


def _report_crash(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        information = (kind, error, traceback)
        get_logger("gatepass.crash").critical("The process ends because of an error.", exc_info=information)


def _report_thread_crash(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None and not isinstance(crash.exc_value, SystemExit):
        information = (crash.exc_type, crash.exc_value, crash.exc_traceback)
        get_logger("gatepass.crash").critical("A thread ended because of an error.", exc_info=information)


_configure_own(logging.WARNING, _StandardError(), is_production=True)
