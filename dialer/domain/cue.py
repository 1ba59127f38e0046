"""What an agent hears alone before the person who answered: who the client is, spoken, or a tone."""

from dataclasses import dataclass

from dialer.domain.errors import InvalidFactError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A short sound for the agent's ear.

    The person waits meanwhile, so it is off unless a campaign says otherwise, it is cut off after `most_s`,
    and it is left out where the wait it adds could pass the limit after the answer.

    Args:
        sound: name of the sound file; one a client.
        most_s: most seconds of it that are played.
        text: the same for the agent's screen, e.g. 'Acme Bank, credit cards'.
    """

    sound: str
    most_s: float = 0.7
    text: str = ""

    def __post_init__(self) -> None:
        if not self.sound or not 0.0 < self.most_s <= 1.5:
            raise InvalidFactError("a cue names a sound, and plays at most 1.5 s of it")
