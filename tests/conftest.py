"""What every test needs: the pinned time-zone rules, not the host's."""

import zoneinfo

zoneinfo.reset_tzpath(to=())
