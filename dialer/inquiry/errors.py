"""What cannot be answered, and why."""

from dialer.domain.errors import MendableError


class NotThereError(MendableError):
    """What was asked about is not there: an attempt, a person, a rule, a place."""


class NothingToAskError(MendableError):
    """There is nothing to answer about yet."""


class NotKnownError(MendableError):
    """What an answer about the past would rest on is not known any more, or was not yet."""
