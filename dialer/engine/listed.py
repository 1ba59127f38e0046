"""What an agent said of a call, as the list of its campaign's client has it."""

from dialer.casework.codes import taken
from dialer.domain.disposition import Disposition
from dialer.engine.context import Context
from dialer.engine.state import CampaignRow


def listed(context: Context, campaign: CampaignRow | None, said: Disposition) -> Disposition:
    """What was said, under the client's own code; a remark tells whoever sent it what was taken otherwise.

    Args:
        campaign: None = of none that is known, so that there is no list.

    Raises:
        InvalidFactError: it is not on the list, or comes without what its code asks for.
    """
    found = taken(said, () if campaign is None else campaign.settings.codes)
    if found.remark:
        context.remark(found.remark)
    return found.said
