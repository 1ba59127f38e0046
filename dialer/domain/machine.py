"""What kind of machine picked up, and what was said to it.

The kinds differ in what they mean. An answering machine of the person's (own greeting, another person's,
generic, full) was reached, whether or not a message could be left, and the call counts (12 CFR 1006.14(b),
comment 14(b)(3)(ii)-1). A carrier's intercept says that nobody can be reached at the number: the call did not
connect and does not count, and the number is no target any more. A screener is an assistant that asks who is
calling before it lets a call through: the call counts, nothing is left with it, and neither of the last two
says how a machine of the person's answers.
"""

from dialer.domain.transitions import Word


class MachineKind(Word):
    """By its greeting, as an agent heard it."""

    OWN = "own"
    """It names the person."""
    OTHER = "other"
    """It names somebody else: whoever hears the message may not be the person."""
    GENERIC = "generic"
    """It names nobody."""
    FULL = "full"
    """The mailbox takes no message."""
    INTERCEPT = "intercept"
    """The network's own announcement: not in service, cannot be completed as dialed."""
    SCREENER = "screener"
    """An assistant that asks who is calling."""


class SaidToMachine(Word):
    """What it was told."""

    NOTHING = "nothing"
    SPOKEN = "spoken"
    """The agent spoke the message."""
    RECORDED = "recorded"
    """The approved recording was left."""


TAKES_RECORDING = frozenset({MachineKind.OWN, MachineKind.GENERIC})
"""Machines on which a recorded message may be left; of one that names another person nobody knows who listens
to it."""

TAKES_MESSAGE = TAKES_RECORDING | {MachineKind.OTHER}
"""Machines that record what they are told."""

MAILBOXES = TAKES_MESSAGE | {MachineKind.FULL}
"""Answering machines: what else picks up is none."""
