"""Events of a talk into which somebody outside is called."""

from dataclasses import dataclass

from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import AgentId, NumberId
from dialer.domain.valid import valid


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ThirdPartyRequested:
    """An agent asks to call somebody outside into their talk. The gate decides as for every other call.

    Exactly one is given.

    Args:
        line: name of a line on the campaign's list.
        number: another number of the person who talks.
    """

    agent: AgentId
    line: str | None = None
    number: NumberId | None = None

    def __post_init__(self) -> None:
        if (self.line is None) == (self.number is None):
            raise InvalidFactError("a third party is either a line of the campaign or a number of the person")


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ConsultationRequested:
    """An agent asks to talk with somebody alone, while the person hears hold music. Of somebody outside the
    gate decides as for every other call. Exactly one is given.

    Args:
        line, number: as of `ThirdPartyRequested`.
        to: another agent, who is free, or on a break and ready to help all the same.
    """

    agent: AgentId
    line: str | None = None
    number: NumberId | None = None
    to: AgentId | None = None

    def __post_init__(self) -> None:
        if sum(given is not None for given in (self.line, self.number, self.to)) != 1:
            raise InvalidFactError(
                "whom to consult is either a line of the campaign, a number of the person or an agent"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ConsultationOpened:
    """The agent lets the person in: all three hear each other.

    Args:
        leaves: the agent goes as soon as they do: the talk is handed on. Another agent takes it over so.
    """

    agent: AgentId
    leaves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ThirdPartyReleased:
    """The agent ended the third party's call; the talk goes on, and a person on hold is taken back."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ConferenceLeft:
    """The agent left person and third party to themselves; after-call work begins."""

    agent: AgentId
