"""The process that takes in one file that came over HTTP: `python -m dialer.cli.intake_job < job`."""

import sys
import zoneinfo

import msgspec

from dialer.files import keep_to_owner
from dialer.floor.intake_job import Job, run
from dialer.inquiry.installation import demand_time_zones


def main() -> None:
    """The job of the standard input, its outcome to the standard output."""
    keep_to_owner()
    zoneinfo.reset_tzpath(to=())  # the pinned time-zone rules, never the host's
    demand_time_zones()
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(run(job)))


if __name__ == "__main__":
    main()
