"""Kind `call_recording`: whether and how a call may be recorded at a place. It denies nothing; the strictest
word of all places goes with the clearance.

Values:
    place: as the register names it, or a country.
    may: freely, with_beep, after_notice, after_consent, never.

A text that was not read may only forbid: until somebody answers for it by name it is taken for one that asks
everybody's consent, or as strict as it was told to us.
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.book.register.signatures import Subject
from compliance_gate.call_handling import CallRecording, Duty, Term, strictest_recording
from compliance_gate.findings import Layer
from compliance_gate.rules.base import Answer, Header, Passed, Rule, Settled
from compliance_gate.rules.placed import PlacedRule


class CallRecordingRule(PlacedRule):
    """How a call may be recorded there."""

    subject = Subject.RECORDING

    def __init__(self, header: Header, *, place: str, may: CallRecording) -> None:
        super().__init__(header, place=place)
        self.told = may
        self.begin()

    def begin(self) -> None:
        """Its answer, made once."""
        super().begin()
        held = "" if self.may is self.told else f"; not read, so {_words(self.may)}"
        told = f"{_words(self.told)} at {self.place}{held}"
        self._answer = Passed((("may be recorded", told), *self._signed()), lasting=True)

    @property
    def may(self) -> CallRecording:
        """What holds: as it was told, or everybody's consent where nobody read it."""
        if self.is_read:
            return self.told
        return strictest_recording((self.told, CallRecording.AFTER_CONSENT))

    @property
    def may_be_signed(self) -> bool:
        """Whether the reading would loosen anything."""
        return self.told.strictness < CallRecording.AFTER_CONSENT.strictness

    @property
    def lets_go(self) -> bool:
        """Whether less than everybody's consent is told to suffice."""
        return self.may_be_signed

    def ask(self, question: Question) -> Answer:
        """Nothing against the call; how it may be recorded is told."""
        del question
        return self._answer

    @property
    def may_settle(self) -> bool:
        """Nothing asked of the person."""
        return True

    def settled(self, question: Question) -> Settled | None:
        """Its answer, for ever."""
        return Settled(self.ask(question))

    @property
    def terms(self) -> tuple[Term, ...]:
        """The word that holds."""
        header = self.header
        return (
            Term(
                duty=Duty.RECORDING,
                value=self.may,
                rule=header.rule,
                citation=header.citation,
                is_law=header.layer is Layer.LAW,
            ),
        )

    def values(self) -> tuple[tuple[str, str], ...]:
        """Place and word, and who answers for it."""
        held = () if self.may is self.told else (("until signed for", self.may.value),)
        return (("place", self.place), ("may be recorded", self.told.value), *held, *self._signed())

    def same_subject(self, other: Rule) -> bool:
        """Both speak of one place."""
        return isinstance(other, CallRecordingRule) and other.place == self.place

    def looser_than(self, other: Rule) -> str | None:
        """It permits what the other forbids."""
        assert isinstance(other, CallRecordingRule)
        is_looser = self.may.strictness < other.may.strictness
        return f"{self.may.value}, against {other.may.value}" if is_looser else None


def _words(may: CallRecording) -> str:
    return may.value.replace("_", " ")


def read_call_recording(header: Header, reader: Reader) -> CallRecordingRule:
    """Make the rule from its values in a law file."""
    return CallRecordingRule(header, place=reader.text("place"), may=reader.word("may", CallRecording))
