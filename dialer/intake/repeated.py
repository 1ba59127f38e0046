"""Lines of one file that say the same thing twice, or contradict each other about one account or person."""

from dialer.domain.keys import folded
from dialer.domain.placement import PlacedAccount, PlacedPerson
from dialer.intake.line import RefusedLineError

Who = tuple[str, str, str, str]
"""First name, last name, birthday, last four digits; '' = not known."""


class Repeated:
    """What a file said so far, in as much memory as finding it again takes.

    Args:
        is_case_sensitive: `A1` and `a1` are two accounts.
    """

    def __init__(self, *, is_case_sensitive: bool) -> None:
        self._is_case_sensitive = is_case_sensitive
        self._lines: dict[str, int] = {}
        self._balances: dict[str, tuple[int, int]] = {}
        self._persons: dict[str, tuple[int, Who]] = {}

    def _key(self, *parts: str) -> str:
        text = "\x1f".join(parts)
        return text if self._is_case_sensitive else folded(text)

    def refuse(self, placed: PlacedAccount) -> None:
        """Remember the line. Raises RefusedLineError: it cannot stand beside an earlier one."""
        person, balance = placed.person, placed.balance
        account = self._key(placed.client, placed.client_account)
        reference = self._key(placed.client, person.person_ref)
        key = f"{account}\x1f{reference}"
        earlier = self._lines.get(key)
        if earlier is not None:
            raise RefusedLineError("client_account", "the same account and person twice", f"line {earlier}")
        known = self._balances.get(account)
        if known is not None and known[1] != balance.cents:
            raise RefusedLineError(
                "current_balance", "not the balance of the account's other line", f"line {known[0]}"
            )
        who = who_of(person)
        named = self._persons.get(reference)
        if named is not None:
            what = contradiction(named[1], who)
            if what:
                reason = f"the person of line {named[0]} has another {what}: review which of them it is"
                raise RefusedLineError("person_ref", reason, f"line {named[0]}")
        self._lines[key] = placed.line
        self._balances.setdefault(account, (placed.line, balance.cents))
        self._persons.setdefault(reference, (placed.line, who))


def who_of(person: PlacedPerson) -> Who:
    """What tells one person from another, as it is compared."""
    born = "" if person.date_of_birth is None else person.date_of_birth.isoformat()
    return (letters_of(person.first), letters_of(person.last), born, person.ssn_last4)


def letters_of(name: str) -> str:
    """A name as it is compared: case, spaces and marks do not count."""
    name = folded(name)
    return name if name.isalnum() else "".join(sign for sign in name if sign.isalnum())


def contradiction(one: Who, other: Who) -> str:
    """What two identities cannot both be, in a word; '' where they may be one person's.

    A name may be shorter than the other, as an initial is; what only one tells contradicts nothing.
    """
    for what, mine, theirs in zip(("first name", "last name"), one, other, strict=False):
        if not (mine.startswith(theirs) or theirs.startswith(mine)):
            return what
    for what, mine, theirs in zip(("birthday", "last four digits"), one[2:], other[2:], strict=True):
        if mine and theirs and mine != theirs:
            return what
    return ""
