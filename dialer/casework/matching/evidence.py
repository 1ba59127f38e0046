"""What speaks for two records being one person's, or against it, and how much.

Each piece is weighed in bits: the logarithm to base 2 of how many times as often it is seen between two
records of one person as between records of two (Fellegi and Sunter, "A Theory for Record Linkage", Journal of
the American Statistical Association 64, 1969). A birthday agrees between one in some 20,000 pairs of
strangers and nearly always between records of one person: 14 bits. Weights are rounded down where strangers
are often alike: many are called Smith.
"""

from dataclasses import dataclass

from dialer.domain.transitions import Word


class Says(Word):
    """What was compared, and how it came out. `Weighed` says what each is worth."""

    FIRST_EQUAL = "the same first name"
    FIRST_SHORT = "one first name is short for the other and for no other name"
    FIRST_MAY_BE = "one first name may be short for the other"
    FIRST_INITIAL = "a first name and its initial"
    FIRST_ALIKE = "first names that are spelled alike"
    FIRST_IS_MIDDLE = "the first name of one is a middle name of the other"
    FIRST_OTHER = "other first names"
    MIDDLE_AGREES = "the same middle name"
    MIDDLE_INITIAL = "a middle name and its initial"
    MIDDLE_OTHER = "other middle names"
    LAST_EQUAL = "the same last name"
    LAST_IN_PART = "a part of the last name is the same"
    LAST_ALIKE = "last names that are spelled alike"
    LAST_OTHER = "other last names"
    TURNED = "first and last name in each other's place"
    GENERATION_EQUAL = "the same generation"
    GENERATION_ONE = "a generation (Jr., Sr.) that only one has"
    GENERATION_OTHER = "other generations (Jr., Sr.)"
    BORN_EQUAL = "born the same day"
    BORN_FILLER = "born on the same first of January, as is written where only the year is known"
    BORN_TURNED = "birthdays that are one with day and month in each other's place"
    BORN_ALIKE = "birthdays that a slip would explain"
    BORN_OTHER = "other birthdays"
    LAST4_EQUAL = "the same last four digits"
    LAST4_ALIKE = "last four digits that a slip would explain"
    LAST4_OTHER = "other last four digits"
    NUMBER_SHARED = "a telephone number of both"
    NUMBERS_SHARED = "several telephone numbers of both"
    ADDRESS_SHARED = "an address of both"
    EMAIL_SHARED = "an e-mail address of both"
    ONE_ACCOUNT = "the creditor names both on one account"


BITS: dict[Says, float] = {
    Says.FIRST_EQUAL: 7.0,
    Says.FIRST_SHORT: 6.0,
    Says.FIRST_MAY_BE: 6.0,
    Says.FIRST_INITIAL: 3.0,
    Says.FIRST_ALIKE: 5.0,
    Says.FIRST_IS_MIDDLE: 3.0,
    Says.FIRST_OTHER: -18.0,
    Says.MIDDLE_AGREES: 4.0,
    Says.MIDDLE_INITIAL: 2.0,
    Says.MIDDLE_OTHER: -4.0,
    Says.LAST_EQUAL: 8.0,
    Says.LAST_IN_PART: 6.0,
    Says.LAST_ALIKE: 6.0,
    Says.LAST_OTHER: -4.0,
    Says.TURNED: -1.0,
    Says.GENERATION_EQUAL: 3.0,
    Says.GENERATION_ONE: 0.0,
    Says.GENERATION_OTHER: -9.0,
    Says.BORN_EQUAL: 14.0,
    Says.BORN_FILLER: 7.0,
    Says.BORN_TURNED: 7.0,
    Says.BORN_ALIKE: 2.0,
    Says.BORN_OTHER: -12.0,
    Says.LAST4_EQUAL: 13.0,
    Says.LAST4_ALIKE: 3.0,
    Says.LAST4_OTHER: -10.0,
    Says.NUMBER_SHARED: 8.0,
    Says.NUMBERS_SHARED: 10.0,
    Says.ADDRESS_SHARED: 7.0,
    Says.EMAIL_SHARED: 9.0,
    Says.ONE_ACCOUNT: -6.0,
}

OF_A_PLACE = frozenset({Says.NUMBER_SHARED, Says.NUMBERS_SHARED, Says.ADDRESS_SHARED, Says.EMAIL_SHARED})
MOST_OF_A_PLACE = 13.0
"""Bits: who lives together has all of them together, so they are no pieces on their own."""

NOT_OF_A_HOUSEHOLD = {Says.FIRST_EQUAL, Says.BORN_EQUAL}
"""No two of one household have both. Then a number, an address say what they say between strangers."""

AMONG_STRANGERS: dict[Says, float] = {
    Says.NUMBER_SHARED: 14.0,
    Says.NUMBERS_SHARED: 18.0,
    Says.ADDRESS_SHARED: 12.0,
    Says.EMAIL_SHARED: 14.0,
}
MOST_AMONG_STRANGERS = 20.0

RAREST = 15.0
"""Bits that a last name is worth at most, however rare it is here."""

CONTRADICTIONS = frozenset(
    {
        Says.FIRST_OTHER,
        Says.MIDDLE_OTHER,
        Says.GENERATION_OTHER,
        Says.BORN_ALIKE,
        Says.BORN_OTHER,
        Says.LAST4_ALIKE,
        Says.LAST4_OTHER,
        Says.ONE_ACCOUNT,
    }
)
"""Whoever has one of them between them is never one person without somebody having looked: twins, a father
and a son of one name, people of one household have nearly everything else in common."""

STRANGERS = -20.0
"""Bits against before anything is compared: of a million people one other record is theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One piece. `bits`: as it was counted."""

    says: Says
    bits: float

    @property
    def told(self) -> str:
        """In words: never what the two are called, or when they were born."""
        return self.says.value


def weighed(found: tuple[Says, ...], *, rarity: float | None = None) -> tuple[Reason, ...]:
    """The pieces with what each is worth; what belongs to one place is worth no more than its most together.

    Args:
        rarity: bits that the shared last name is worth by how many are called so; None = as one by itself.
    """
    is_nobody_else = NOT_OF_A_HOUSEHOLD.issubset(found)
    left = MOST_AMONG_STRANGERS if is_nobody_else else MOST_OF_A_PLACE
    reasons = list[Reason]()
    for says in found:
        bits = BITS[says]
        if says is Says.LAST_EQUAL and rarity is not None:
            bits = min(max(bits, rarity), RAREST)
        if says in OF_A_PLACE:
            bits = min(AMONG_STRANGERS[says] if is_nobody_else else bits, left)
            left -= bits
        reasons.append(Reason(says=says, bits=bits))
    return tuple(reasons)


def confidence(reasons: tuple[Reason, ...]) -> float:
    """How likely it is that the two are one, 0-1."""
    bits = STRANGERS + sum(reason.bits for reason in reasons)
    return 1.0 / (1.0 + 2.0**-bits)
