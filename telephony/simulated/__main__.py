"""`python -m telephony.simulated ORDER.json`: the telephone network as a process of its own."""

import logging
import sys
from pathlib import Path

import msgspec
import structlog
import uvloop

from telephony.simulated.program import NetworkOrder, run_network


def main() -> None:
    """Read the order and work until told to stop."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m telephony.simulated ORDER.json")
    structlog.configure(
        processors=[structlog.processors.TimeStamper(fmt="iso"), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    order = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=NetworkOrder)
    uvloop.run(run_network(order))


if __name__ == "__main__":
    main()
