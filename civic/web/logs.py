"""Structured logs, one line per event, without personal data: no paths, no names, no local variables."""

import logging

import structlog

from civic.settings import Settings


def configure(current: Settings) -> None:
    """Log requests in production; in the demonstration and the tests only what is wrong."""
    level = logging.INFO if current.environment == "production" else logging.WARNING
    structlog.configure(
        processors=[
            structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(bool_as_flag=False)
            if current.environment == "production" else structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level), cache_logger_on_first_use=False,
    )  # fmt: skip
