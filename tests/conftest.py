"""What every test needs: the pinned time-zone rules, not the host's; and the sample signature.

The register comes unsigned, so that a place of which only federal law is known denies until somebody has
signed for it. Tests call nobody real. Those of the signatures themselves take the setting away.
"""

import os
import zoneinfo

zoneinfo.reset_tzpath(to=())
os.environ.setdefault("FAIRDIAL_SIGNATURES", "sample")
