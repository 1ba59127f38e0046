"""Made-up people of whom it is known who is who: the public that matching is measured on.

Households of one, couples, families with grown children, sharers of a flat. Fathers and sons of one name,
with and without Jr.; twins, whose names are often alike and whose digits often follow each other; namesakes
by chance (names are as common as they are: a few are everywhere, most are rare). Of each person one to three
records by different clients, each with its own gaps and slips: nicknames, initials, slips of the key, first
and last name in each other's place, a name before and after marrying, a place before and after moving, old
numbers, shared numbers, numbers that a stranger had before, birthdays missing, mistyped, turned about, or
written as the first of January.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from dialer.casework.matching.nicknames import GROUPS_OF
from dialer.casework.matching.people import Compared, compared_person

_MEN_TEXT = """
james robert john michael david william richard joseph thomas christopher charles daniel matthew
anthony mark donald steven andrew paul joshua kenneth kevin brian timothy ronald jason george edward
jeffrey ryan jacob nicholas gary eric jonathan stephen larry justin scott brandon benjamin samuel
gregory alexander patrick frank raymond jack dennis jerry tyler aaron jose adam nathan henry zachary
douglas peter kyle noah ethan jeremy christian walter keith austin roger terry sean gerald carl
dylan harold jordan jesse bryan lawrence arthur gabriel bruce logan billy joe alan juan elijah
willie albert wayne randy mason vincent liam roy bobby caleb bradley russell lucas luis carlos
miguel angel jesus hector oscar ramon darnell jamal malik tyrone wei ahmed omar ivan dmitri raj
arjun minh hung kwame
"""
MEN = _MEN_TEXT.split()
_WOMEN_TEXT = """
mary patricia jennifer linda elizabeth barbara susan jessica karen sarah lisa nancy sandra betty
ashley emily kimberly margaret donna michelle carol amanda melissa deborah stephanie rebecca sharon
laura cynthia dorothy amy kathleen angela shirley emma brenda pamela nicole anna samantha katherine
christine debra rachel carolyn janet maria olivia heather helen catherine diane julie victoria joyce
lauren kelly christina ruth joan virginia judith evelyn hannah andrea megan cheryl jacqueline
madison teresa abigail sophia martha sara gloria janice kathryn ann isabella judy charlotte julia
grace amber alice jean denise frances danielle marilyn natalie beverly diana brittany theresa alexis
kayla rosa guadalupe ana carmen latoya keisha aaliyah mei fatima olga priya linh ngozi
"""
WOMEN = _WOMEN_TEXT.split()
_LAST_TEXT = """
smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez
wilson anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark
ramirez lewis robinson walker young allen king wright scott torres nguyen hill flores green adams
nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker
cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper
peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez wood james
bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez
"""
LAST = _LAST_TEXT.split()
TWINS = (
    ("jayden", "hayden"), ("michael", "michele"), ("alexander", "alexandra"), ("john", "jon"),
    ("taylor", "tyler"), ("maria", "marie"), ("daniel", "danielle"), ("brian", "ryan"), ("emma", "emily"),
    ("ella", "bella"), ("christian", "christina"), ("madison", "mason"), ("paul", "paula"), ("joan", "jean"),
    ("juan", "jose"),
)  # fmt: skip
_SYLLABLES_TEXT = """
ba be bo ca co da de fo ga go ha he ka ki la le lo ma me mo na ne no pa ra re ri ro sa so ta te va
vo
"""
SYLLABLES = _SYLLABLES_TEXT.split()
ENDS = (
    "son",
    "man",
    "ski",
    "ez",
    "er",
    "berg",
    "ton",
    "well",
    "ham",
    "ford",
    "field",
    "ard",
    "ini",
    "oux",
    "vic",
)
_STREETS_TEXT = """
main oak maple cedar park pine elm washington lake hill walnut spring ridge church willow mill
"""
STREETS = _STREETS_TEXT.split()
TYPES = (("Street", "St"), ("Avenue", "Ave"), ("Road", "Rd."), ("Drive", "Dr"), ("Lane", "Ln"))
LETTERS = "abcdefghijklmnopqrstuvwxyz"
FIRST_BIRTH, LAST_BIRTH = date(1940, 1, 1), date(2006, 12, 31)


@dataclass(frozen=True)
class Truth:
    """Somebody as they are."""

    first: str
    middle: str
    last: str
    suffix: str
    born: date
    last4: str
    is_woman: bool
    places: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    email: str
    maiden: str = ""


@dataclass(frozen=True)
class Record:
    """What one client has of somebody. `who`: which of the people it is, in truth."""

    who: int
    compared: Compared


@dataclass
class Public:
    """A made-up public.

    Args:
        draw: where chance comes from.
        towns: how many postal codes there are.
        again: share of people of whom a second client has a record, too; a fifth of them stand with a third.
    """

    draw: random.Random
    towns: int
    again: float
    people: list[Truth] = field(default_factory=list[Truth])
    _records: int = 0
    _debts: int = 0

    # --- who there is ---------------------------------------------------------------------------------

    def settle(self, count: int) -> None:
        """So many people, household by household."""
        while len(self.people) < count:
            kind = self.draw.random()
            place, landline = self._place(), self._number()
            if kind < 0.40:
                self._add(self._somebody(place, landline))
            elif kind < 0.72:
                self._couple(place, landline)
            elif kind < 0.90:
                self._family(place, landline)
            else:
                for _ in range(self.draw.randint(2, 4)):
                    self._add(self._somebody(place, landline))

    def _add(self, who: Truth) -> None:
        self.people.append(who)

    def _somebody(self, place: tuple[str, str], landline: str, **told: object) -> Truth:
        draw = self.draw
        is_woman = bool(told.get("is_woman", draw.random() < 0.5))
        first = str(told.get("first", self._common(WOMEN if is_woman else MEN)))
        last = str(told.get("last", self._last()))
        born = told.get("born")
        numbers = [self._number(), *([landline] if draw.random() < 0.45 else [])]
        numbers += [self._number() for _ in range(draw.choice((0, 0, 1, 1, 2)))]
        places = [place, *(self._place() for _ in range(draw.choice((0, 0, 1, 2))))]
        return Truth(
            first=first,
            middle=self._common(WOMEN if is_woman else MEN) if draw.random() < 0.8 else "",
            last=last,
            suffix=str(told.get("suffix", "")),
            born=born if isinstance(born, date) else self._day(FIRST_BIRTH, LAST_BIRTH),
            last4=str(told.get("last4", f"{draw.randint(1, 9998):04}")),
            is_woman=is_woman,
            places=tuple(places),
            numbers=tuple(numbers),
            email=f"{first}.{last}{draw.randint(1, 999)}@{draw.choice(('a', 'b', 'c'))}.example",
            maiden=self._last() if is_woman and draw.random() < 0.30 else "",
        )

    def _couple(self, place: tuple[str, str], landline: str) -> tuple[Truth, Truth]:
        him = self._somebody(place, landline, is_woman=False)
        her = self._somebody(place, landline, is_woman=True, last=him.last)
        near = him.born + timedelta(days=self.draw.randint(-2500, 2500))
        her = replace(her, born=min(max(near, FIRST_BIRTH), LAST_BIRTH))
        self._add(him)
        self._add(her)
        return him, her

    def _family(self, place: tuple[str, str], landline: str) -> None:
        him, _ = self._couple(place, landline)
        earliest = max(him.born + timedelta(days=365 * 20), FIRST_BIRTH)
        if earliest >= LAST_BIRTH:
            return
        for _ in range(self.draw.choice((1, 1, 2))):
            born = self._day(earliest, LAST_BIRTH)
            if self.draw.random() < 0.08:
                self._twins(place, landline, him.last, born)
            elif self.draw.random() < 0.15:
                suffix = "Jr" if self.draw.random() < 0.6 else ""
                son = self._somebody(
                    place, landline, is_woman=False, first=him.first, last=him.last, suffix=suffix, born=born
                )
                self._add(replace(son, middle=him.middle if self.draw.random() < 0.8 else son.middle))
            else:
                self._add(self._somebody(place, landline, last=him.last, born=born))

    def _twins(self, place: tuple[str, str], landline: str, last: str, born: date) -> None:
        names = self.draw.choice(TWINS)
        if self.draw.random() < 0.6:
            names = tuple(self.draw.sample(self.draw.choice((MEN, WOMEN)), 2))
        middles = ("", "")
        if self.draw.random() < 0.04:
            names, middles = ("maria", "maria"), tuple(self.draw.sample(WOMEN, 2))
        digits = self.draw.randint(1, 9990)
        other = digits + 1 if self.draw.random() < 0.3 else self.draw.randint(1, 9998)
        for first, second, last4 in zip(names, middles, (digits, other), strict=True):
            twin = self._somebody(place, landline, first=first, last=last, born=born, last4=f"{last4:04}")
            middle = second or twin.middle
            self._add(replace(twin, middle=middle, maiden="", places=(place, *twin.places[1:])))

    def _common(self, names: Sequence[str]) -> str:
        """A name by how common it is: the first of a list a dozen times as common as its middle."""
        return names[min(int(len(names) * self.draw.random() ** 2.2), len(names) - 1)]

    def _last(self) -> str:
        if self.draw.random() < 0.45:
            return self._common(LAST)
        middle = "".join(self.draw.choices(SYLLABLES, k=self.draw.choice((1, 2, 2, 3))))
        return middle + self.draw.choice(ENDS)

    def _day(self, earliest: date, latest: date) -> date:
        return earliest + timedelta(days=self.draw.randint(0, (latest - earliest).days))

    def _place(self) -> tuple[str, str]:
        street = f"{self.draw.choice(STREETS).title()} {self.draw.choice(TYPES)[0]}"
        flat = f" Apt {self.draw.randint(1, 40)}" if self.draw.random() < 0.3 else ""
        code = 10_000 + int(self.towns * self.draw.random() ** 1.5)
        return f"{self.draw.randint(1, 4000)} {street}{flat}", f"{code:05}"

    def _number(self) -> str:
        return f"+1{self.draw.randint(201, 989)}{self.draw.randint(2000000, 9999999)}"

    # --- what clients have of them ----------------------------------------------------------------------

    def records(self) -> Iterator[Record]:
        """Of everybody one to three, in no order that says anything."""
        drawn: list[Record] = []
        for who, truth in enumerate(self.people):
            joint = f"d{who}-joint" if who and self.draw.random() < 0.04 else ""
            weights = (1 - self.again, 0.8 * self.again, 0.2 * self.again)
            for at in range(self.draw.choices((1, 2, 3), weights=weights)[0]):
                debts = [f"d{who}-{at}"]
                if at == 0 and joint and self.people[who - 1].last == truth.last:
                    debts = [f"d{who - 1}-0"]  # on one account with whoever they live with
                drawn.append(Record(who, self._record(truth, debts)))
        self.draw.shuffle(drawn)
        yield from drawn

    def _record(self, truth: Truth, debts: Sequence[str]) -> Compared:
        draw = self.draw
        first, last, middle = truth.first, truth.last, self._middle(truth.middle)
        if truth.maiden and draw.random() < 0.25:
            last = truth.maiden if draw.random() < 0.8 else f"{truth.maiden}-{truth.last}"
        first = self._called(first)
        last = self._slip(last) if draw.random() < 0.02 else last
        if draw.random() < 0.01:
            first, last = last, first
        elif draw.random() < 0.01:
            first, last, middle = "", f"{last}, {first}", ""
        self._records += 1
        return compared_person(
            person=f"p{self._records}",
            first=first,
            middle=middle,
            last=last,
            suffix=truth.suffix if draw.random() < 0.6 else "",
            born=self._born(truth.born),
            last4=self._last4(truth.last4),
            email=truth.email if draw.random() < 0.35 else "",
            numbers=self._numbers(truth),
            addresses=self._addresses(truth),
            debts=debts,
        )

    def _middle(self, middle: str) -> str:
        kind = self.draw.random()
        if not middle or kind < 0.45:
            return ""
        return middle[0] if kind < 0.85 else middle

    def _called(self, first: str) -> str:
        kind = self.draw.random()
        if kind < 0.10:
            short = sorted(name for name, groups in GROUPS_OF.items() if first in groups)
            return self.draw.choice(short) if short else first
        if kind < 0.125:
            return self._slip(first)
        return first[0] if kind < 0.135 else first

    def _slip(self, word: str) -> str:
        at = self.draw.randrange(len(word))
        kind = self.draw.randrange(4)
        if kind == 0 and len(word) > 2:
            return word[:at] + word[at + 1 :]
        if kind == 1:
            return word[:at] + self.draw.choice(LETTERS) + word[at + 1 :]
        if kind == 2:
            return word[:at] + self.draw.choice(LETTERS) + word[at:]
        return word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]

    def _born(self, born: date) -> date | None:
        year, month, day = born.year, born.month, born.day
        kind = self.draw.choices(
            ("missing", "filler", "year alone", "turned", "year", "day", "right"),
            weights=(70, 5, 5, 6, 6, 6, 902),
        )[0]
        if kind == "missing":
            return None
        if kind == "filler":
            year, month, day = 1900, 1, 1
        elif kind == "year alone":
            month, day = 1, 1
        elif kind == "turned" and day <= 12:
            month, day = day, month
        elif kind == "year":
            year += self.draw.choice((-10, -1, 1))
        elif kind == "day":
            day = max(1, day + self.draw.choice((-10, -1, 1, 10)))
        return date(year, month, min(day, 28)) if kind in ("year", "day") else date(year, month, day)

    def _last4(self, last4: str) -> str:
        kind = self.draw.random()
        if kind < 0.25:
            return ""
        if kind < 0.26:
            at = self.draw.randrange(4)
            return last4[:at] + str(self.draw.randrange(10)) + last4[at + 1 :]
        return "0000" if kind < 0.265 else last4

    def _numbers(self, truth: Truth) -> tuple[str, ...]:
        count = self.draw.choices((0, 1, 2, 3), weights=(3, 50, 35, 12))[0]
        kept = self.draw.sample(truth.numbers, min(count, len(truth.numbers)))
        if self.draw.random() < 0.03:  # a number that somebody else had before, or has by now
            kept.append(self.draw.choice(self.draw.choice(self.people).numbers))
        if self.draw.random() < 0.003:  # of a company that helps people with their debts
            kept.append(f"+18005550{self.draw.randint(100, 104)}")
        return tuple(kept)

    def _addresses(self, truth: Truth) -> tuple[tuple[str, str], ...]:
        if self.draw.random() < 0.02:
            return ()
        line, code = truth.places[0] if self.draw.random() < 0.7 else self.draw.choice(truth.places)
        for long, short in TYPES:
            if self.draw.random() < 0.5:
                line = line.replace(long, short)
        return ((line, code),)
