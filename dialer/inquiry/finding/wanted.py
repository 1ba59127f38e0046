"""What is looked for, and who was found."""

from dataclasses import dataclass

from dialer.domain.errors import FairdialError, InvalidFactError
from dialer.inquiry.finding.names import FEWEST_LETTERS, MOST_WORDS, words_of

MOST_FOUND = 50


class TooManySearchesError(FairdialError):
    """Somebody looks for more people than anybody can read of. `wait_s`: seconds until the next look."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"too many searches: try again in {wait_s:.0f} s")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One of: part of a `name`, a whole `number`, `account`, or a client's own `reference` of a person.

    Args:
        client: only theirs; '' = whoever's.
        limit: persons at most, 1 to `MOST_FOUND`.

    Raises:
        InvalidFactError: none is given, or several; or the part of a name is too short.
    """

    name: str = ""
    number: str = ""
    account: str = ""
    reference: str = ""
    client: str = ""
    limit: int = 20

    def __post_init__(self) -> None:
        given = [text for text in (self.name, self.number, self.account, self.reference) if text.strip()]
        if len(given) != 1:
            raise InvalidFactError("look for one of: part of a name, a number, an account, a reference")
        if not 1 <= self.limit <= MOST_FOUND:
            raise InvalidFactError(f"at most {MOST_FOUND} persons are shown, and at least one")
        if self.name.strip() and words_of(self.name) is None:
            raise InvalidFactError(
                f"a part of a name has at least {FEWEST_LETTERS} letters and at most {MOST_WORDS} words"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    """Somebody, with what tells namesakes apart. `born`: the year, '' = not known."""

    person: str
    client: str
    name: str
    born: str
    reference: str
    is_doubtful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Who was found inside somebody's walls.

    Args:
        is_cut: there may be more: say more of the name.
        read: share of all names that are in memory by now, 0-1; who is not yet is not found by name.
    """

    persons: tuple[FoundPerson, ...]
    is_cut: bool
    read: float
