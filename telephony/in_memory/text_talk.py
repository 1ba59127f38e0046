"""Talks in text: what who is on a line says, to a seat at which nobody hears anything.

Somebody who tries a floor out sits at a seat without a telephone. They choose what they say, of a few things,
and whoever was called answers in plain lines, by the kind of person they are. The first person that a seat is
connected with means to pay, so that nobody has to wait long to see a promise made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from dialer.domain.ids import AgentId, AttemptId, PersonId
from telephony.in_memory.public import Answerer, Fate, Public
from telephony.lines.line import CallerLine, Line
from telephony.lines.watching import Unwatched

PERSON_STAYS_S = 900.0
MACHINE_STAYS_S = 60.0
"""Who reads is slower than who hears: nobody hangs up on them sooner."""


class Say(Enum):
    """What a collector may say here."""

    GREET = "greet"
    VERIFY = "verify"
    EXPLAIN = "explain"
    ASK = "ask"
    GOODBYE = "goodbye"


class Character(Enum):
    """What kind of person or machine is on the line."""

    PAYS = "pays"
    SHORT_OF_MONEY = "short_of_money"
    DISPUTES = "disputes"
    WANTS_NO_CALLS = "wants_no_calls"
    SOMEBODY_ELSE = "somebody_else"
    WRONG_NUMBER = "wrong_number"
    MACHINE = "machine"


SHARES: Mapping[Character, float] = {
    Character.PAYS: 0.45,
    Character.SHORT_OF_MONEY: 0.15,
    Character.DISPUTES: 0.1,
    Character.WANTS_NO_CALLS: 0.1,
    Character.SOMEBODY_ELSE: 0.1,
    Character.WRONG_NUMBER: 0.1,
}
"""Of the people who answer a seat; made up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What they know of themselves.

    Args:
        name: '' = nobody's is on file.
        identifies: in words, at most two things of their file that identify them.
        offer: in words, the sum and the day that they name when they mean to pay.
    """

    name: str
    identifies: tuple[str, ...]
    offer: str


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a talk; `is_mine`: the collector said it."""

    text: str
    is_mine: bool = False


@dataclass(slots=True, kw_only=True)
class TextTalk:
    """One talk, as it goes on."""

    attempt: AttemptId
    person: PersonId
    character: Character
    lines: list[TextLine] = field(default_factory=list[TextLine])
    said: set[Say] = field(default_factory=set[Say])
    is_over: bool = False

    def say(self, what: Say, known: Known) -> None:
        """The collector says something, and is answered; nobody answers on a line that is over."""
        if self.is_over:
            return
        self.lines.append(TextLine(words_of(what, known), is_mine=True))
        self.lines.append(TextLine(_answer(self.character, what, known, frozenset(self.said))))
        self.said.add(what)


def words_of(what: Say, known: Known) -> str:
    """What the collector says in full; before somebody is identified it tells of no debt."""
    match what:
        case Say.GREET:
            return (
                f"Hello, my name is Robin Smith. May I speak with {known.name or 'the owner of this phone'}?"
            )
        case Say.VERIFY:
            return (
                "So that I know whom I speak with: please tell me your date of birth and your ZIP code, "
                "or the last four digits of your social security number."
            )
        case Say.EXPLAIN:
            return (
                "This is an attempt to collect a debt by a debt collector. Any information obtained will "
                "be used for that purpose."
            )
        case Say.ASK:
            return "Could you make a payment, or tell me how much you could pay, and by when?"
        case Say.GOODBYE:
            return "Thank you for your time. Goodbye."


_GREETED: Mapping[Character, str] = {
    Character.SOMEBODY_ELSE: "Not here at the moment, I only share the house. Shall I say who called?",
    Character.WRONG_NUMBER: "There is nobody of that name here. You have the wrong number.",
}
_ASKED_FOR_MONEY: Mapping[Character, str] = {
    Character.SHORT_OF_MONEY: "I have nothing to spare this month. Please call me again in a week.",
    Character.DISPUTES: "I will not pay for what is not mine. I dispute it, and I want it in writing.",
    Character.WANTS_NO_CALLS: "I told you: stop calling me.",
}
_EXPLAINED: Mapping[Character, str] = {
    Character.DISPUTES: "That is not my debt. I never had an account there.",
    Character.WANTS_NO_CALLS: "Stop calling me. I do not want to be called about this any more.",
}
_NOT_THEM = frozenset({Character.SOMEBODY_ELSE, Character.WRONG_NUMBER})


def _answer(character: Character, what: Say, known: Known, said: frozenset[Say]) -> str:
    if character is Character.MACHINE:
        return "(The tape runs. Nobody answers.)"
    if character in _NOT_THEM and what not in (Say.GREET, Say.GOODBYE):
        return "I cannot tell you anything about somebody else."
    match what:
        case Say.GREET:
            answer = _GREETED.get(character, "Speaking. What is it about?")
        case Say.VERIFY:
            answer = " ".join(known.identifies) or "I do not tell that on the telephone."
        case Say.EXPLAIN:
            answer = _EXPLAINED.get(character, "I see. Yes, I know that bill.")
        case Say.ASK if Say.VERIFY not in said:
            answer = "Pay for what? You do not even know whom you speak with."
        case Say.ASK:
            answer = _ASKED_FOR_MONEY.get(character, known.offer)
        case Say.GOODBYE:
            answer = "Goodbye."
    return answer


_FIRST: Mapping[bool, str] = {
    False: "Hello?",
    True: "(A machine.) Nobody can come to the telephone now. Please leave a message after the tone.",
}


class TextTalks(Unwatched):
    """Hears who is connected with the seats at which somebody reads, and keeps the last talk of each.

    Args:
        seats: agents who read; nobody else's talks are touched.
    """

    def __init__(self, seats: frozenset[AgentId], public: Public) -> None:
        self._seats = seats
        self._public = public
        self._talks: dict[AgentId, TextTalk] = {}
        self._had_a_person: set[AgentId] = set()

    def of(self, agent: AgentId) -> TextTalk | None:
        """The talk that goes on at a seat, or the last one; None = there was none."""
        return self._talks.get(agent)

    def joined(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """See `LineWatcher`: they stay as long as somebody who reads needs."""
        del now
        if agent not in self._seats or isinstance(line, CallerLine):
            return
        fate = line.behaviour
        assert isinstance(fate, Fate), "the public of a demonstration draws fates"
        is_machine = fate.answerer is Answerer.MACHINE
        line.behaviour = replace(fate, talk_s=MACHINE_STAYS_S if is_machine else PERSON_STAYS_S)
        before = self._talks.get(agent)
        if before is not None and before.attempt == line.order.attempt and not before.is_over:
            return  # taken off hold
        character = Character.MACHINE if is_machine else self._character(agent, line.order.attempt)
        self._talks[agent] = TextTalk(
            attempt=line.order.attempt,
            person=line.order.person,
            character=character,
            lines=[TextLine(_FIRST[is_machine])],
        )

    def left(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """See `LineWatcher`."""
        del now
        talk = self._talks.get(agent)
        if talk is None or isinstance(line, CallerLine) or talk.attempt != line.order.attempt:
            return
        if not talk.is_over:
            talk.is_over = True
            talk.lines.append(TextLine("(The line is closed.)"))

    def _character(self, agent: AgentId, attempt: AttemptId) -> Character:
        if agent not in self._had_a_person:
            self._had_a_person.add(agent)
            return Character.PAYS
        left = self._public.draws("character", attempt)[0] * sum(SHARES.values())
        for character, share in SHARES.items():
            left -= share
            if left < 0.0:
                return character
        return Character.PAYS
