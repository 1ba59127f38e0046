"""What can go wrong between the dialer and an Asterisk: whose fault it is, and what to do."""

from __future__ import annotations

from dialer.domain.errors import FairdialError, TelephoneSystemUnavailableError


class AmiError(FairdialError):
    """Base of every error of the manager interface."""


class UnsafeValueError(AmiError, ValueError):
    """A value would have changed the meaning of what is sent (line break, separator). Nothing was sent."""


class CannotConnectError(AmiError, TelephoneSystemUnavailableError):
    """No connection could be made: wrong address, no such service, certificate not trusted, not booted."""


class LoginRefusedError(AmiError, TelephoneSystemUnavailableError):
    """Asterisk refused user or secret. Trying again cannot help: mend the settings."""


class NotConnectedError(AmiError, TelephoneSystemUnavailableError):
    """There is no connection now. Nothing was sent, and nothing will be sent later."""


class ConnectionLostError(AmiError):
    """The connection went away after the action was sent: whether it was carried out is not known."""


class ActionTimeoutError(AmiError):
    """Asterisk did not answer in time: whether the action was carried out is not known."""


class ActionRefusedError(AmiError):
    """Asterisk answered with an error; nothing was done."""
