"""What an agent hears alone before the person who answered: who the client is, spoken, or a tone."""

from dataclasses import dataclass
from typing import Annotated

from compliance_gate.valid import Within, Words
from dialer.domain.valid import valid


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Cue:
    """A short sound for the agent's ear.

    The person waits meanwhile, so it is off unless a campaign says otherwise, it is cut off after `most_s`,
    and it is left out where the wait it adds could pass the limit after the answer.

    Args:
        sound: name of the sound file; one a client.
        most_s: most seconds of it that are played.
        text: the same for the agent's screen, e.g. 'Acme Bank, credit cards'.
    """

    sound: Annotated[str, Words(least=1, most=200)]
    most_s: Annotated[float, Within(0.0, 1.5, "seconds of a cue that are played", is_open=True)] = 0.7
    text: Annotated[str, Words(most=200)] = ""
