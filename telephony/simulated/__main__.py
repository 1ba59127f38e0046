"""`python -m telephony.simulated ORDER.json`: the telephone network as a process of its own.

With `--until-eof` it ends when its standard input does: with whoever started it, however that ended.
"""

import logging
import sys
from pathlib import Path

import msgspec
import structlog
import uvloop

from dialer.files import keep_to_owner
from telephony.simulated.program import NetworkOrder, run_network

UNTIL_EOF = "--until-eof"


def main() -> None:
    """Read the order and work until told to stop."""
    named = [argument for argument in sys.argv[1:] if argument != UNTIL_EOF]
    if len(named) != 1:
        sys.exit(f"usage: python -m telephony.simulated ORDER.json [{UNTIL_EOF}]")
    keep_to_owner()
    structlog.configure(
        processors=[structlog.processors.TimeStamper(fmt="iso"), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    order = msgspec.json.decode(Path(named[0]).read_bytes(), type=NetworkOrder)
    uvloop.run(run_network(order, parent=sys.stdin if UNTIL_EOF in sys.argv else None))


if __name__ == "__main__":
    main()
