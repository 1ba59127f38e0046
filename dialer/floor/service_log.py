"""Logging, always on standard error: a command's result alone is on standard output. Ids only.

Processes that serve write one JSON object a line, commands a line for people.
"""

import logging
import sys

import structlog


def log_to_stderr() -> None:
    """From now on, unless somebody has said how already. Whatever stands for standard error when a line is
    written takes it.
    """
    if not structlog.is_configured():
        structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def log_warnings_alone() -> None:
    """For people who look at something else: of what goes on as it should nothing is said."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def log_as_json(level: int = logging.INFO) -> None:
    """From now on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
