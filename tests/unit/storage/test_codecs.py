"""Codecs: every event and command comes back as it went, and equal values give equal bytes."""

import builtins
import collections.abc
import math
import os
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance_gate.valid import FIRST, LAST, MOST, AnyNumber, Most, Within, Zone
from compliance_gate.words import HoldKind
from dialer.domain.caller_id import CallerIdPool, OwnedNumber, RestPolicy, Untested
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Command, Hangup, HangupReason, StorePacing
from dialer.domain.cue import Cue
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import (
    CallRinging,
    ConsultationRequested,
    Event,
    SuppressionAdded,
    SuppressionScope,
    ThirdPartyRequested,
    TimeReached,
)
from dialer.domain.fact_events import HoldLifted
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, NumberId, PersonId
from dialer.domain.ledger import EntryKind, LedgerEntry, PaidTo, Part, PayMethod, Reason
from dialer.domain.ledger_events import PaymentReceived
from dialer.domain.machine import MachineKind, SaidToMachine
from dialer.domain.money import Money
from dialer.domain.ports import Fate, JournalEntry
from dialer.domain.promised import PromisedPart
from dialer.domain.valid import CENTURY_BEGINS, CENTURY_ENDS
from dialer.domain.voice import ApprovedText, VoicePlan
from dialer.storage.journal import codecs

FINITE = st.floats(-MOST, MOST)
DAYS = st.dates(FIRST, LAST - timedelta(days=1))
PRINTABLE = st.characters(exclude_categories=("C", "Z"))
NAME = st.text(PRINTABLE, min_size=1, max_size=8)
SHARE = st.floats(0.0, 1.0)
TEXT = ApprovedText(
    sound="sorry-1",
    version="1",
    words="Call 555 0199, or press 9.",
    call_back="+15550100199",
    approved_by="C. Officer",
    approved_on="2026-11-01",
    client="k",
)
MONEY = st.builds(Money, cents=st.integers(-(10**12), 10**12), currency=st.sampled_from(["USD", "GBP"]))
GIVEN: dict[object, st.SearchStrategy[Any]] = {
    float: st.floats(-MOST, MOST),
    datetime: st.builds(datetime.combine, DAYS, st.times(), st.just(UTC)),
    date: DAYS,
    time: st.times(),
    int: st.integers(-MOST, MOST),
    str: st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8),
    Money: MONEY,
    OwnedNumber: st.builds(
        OwnedNumber,
        number=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
        calls_back_to=st.just("the menu"),
        areas=st.just(()) | st.just(("US-NY",)),
        daily_ceiling=st.none() | st.integers(1, 500),
    ),
    CallerIdPool: st.builds(
        CallerIdPool,
        pool=st.just("acme's"),
        client=st.just("k"),
        numbers=st.just(("+12125550100", "+12125550101")),
        rest=st.builds(RestPolicy, blocks=st.integers(1, 50), sigmas=st.integers(1, 10)),
        untested=st.sampled_from(Untested),
    ),
    CampaignSettings: st.builds(
        CampaignSettings,
        campaign=st.just(CampaignId("c")),
        client=st.just("k"),
        policy_parameters=st.dictionaries(st.text("abc", min_size=1, max_size=3), FINITE, max_size=3),
        abandonment_target=st.floats(0.0, 0.02),
        needs=st.tuples(st.just("client:acme"), st.just("language:es")),
        voice=st.none() | st.builds(VoicePlan, messages=st.just(()) | st.just((TEXT,))),
        shift_ends_at=st.none() | st.floats(CENTURY_BEGINS, CENTURY_ENDS),
        launches_per_second=st.floats(0.1, 100.0),
    ),
    Cue: st.builds(
        Cue,
        sound=st.text("abc", min_size=1, max_size=8),
        most_s=st.floats(0.1, 1.5),
        text=st.text(PRINTABLE, max_size=8),
    ),
    ThirdPartyRequested: st.builds(ThirdPartyRequested, agent=st.just(AgentId("a")), line=st.just("attorney"))
    | st.builds(ThirdPartyRequested, agent=st.just(AgentId("a")), number=st.just(NumberId("n"))),
    ConsultationRequested: st.builds(
        ConsultationRequested, agent=st.just(AgentId("a")), line=st.just("attorney")
    ),
    LedgerEntry: st.builds(
        LedgerEntry,
        key=st.from_regex(r"[a-z0-9][a-z0-9.:]{0,8}", fullmatch=True),
        debt=st.just(DebtId("d")),
        kind=st.just(EntryKind.ADJUSTMENT),
        amount=MONEY,
        effective_on=DAYS,
        part=st.none() | st.sampled_from(Part),
        of=st.none() | st.just("another-entry"),
        reason=st.sampled_from(Reason),
        method=st.sampled_from(PayMethod),
        reference=st.just("") | st.just("check-1042"),
        paid_to=st.sampled_from(PaidTo),
        clears_on=st.none() | DAYS,
    ),
    PaymentReceived: st.builds(
        PaymentReceived,
        debt=st.just(DebtId("d")),
        amount=st.builds(Money, cents=st.integers(0, 10**12)),
        settles=st.booleans(),
        key=st.none() | st.just("processor-1"),
        effective_on=st.none() | DAYS,
        method=st.sampled_from(PayMethod),
        reference=st.just("") | st.just("trace/021000021234567"),
        paid_to=st.sampled_from(PaidTo),
        clears_on=st.none() | DAYS,
    ),
    HoldLifted: st.sampled_from(
        [
            HoldLifted(person=PersonId("p"), kind=HoldKind.DECEASED, by="c"),
            HoldLifted(person=PersonId("p"), kind=HoldKind.MANUAL, by="c", source="line 2"),
            HoldLifted(number=NumberId("n"), kind=HoldKind.MANUAL, by="c", source="line 2"),
            HoldLifted(debt=DebtId("d"), kind=HoldKind.MANUAL, by="c", source="line 2"),
        ]
    ),
    SuppressionAdded: st.sampled_from(
        [
            SuppressionAdded(scope=SuppressionScope.PERSON, source="x", person=PersonId("p")),
            SuppressionAdded(scope=SuppressionScope.NUMBER, source="x", number=NumberId("n")),
            SuppressionAdded(scope=SuppressionScope.DEBT, source="x", debt=DebtId("d")),
        ]
    ),
}


@cache
def any_of(hint: object) -> st.SearchStrategy[Any]:
    """Values of a type with every field drawn, defaults included."""
    if hint in GIVEN:
        return GIVEN[hint]
    if hint is Disposition:
        return any_disposition()
    if is_dataclass(hint):
        kind: Any = hint
        hints = get_type_hints(kind, include_extras=True)
        return st.builds(kind, **{f.name: any_of(hints[f.name]) for f in fields(kind)})
    if hasattr(hint, "__supertype__"):
        return NAME
    arguments = get_args(hint)
    if get_origin(hint) is Annotated:
        return any_declared(arguments[0], arguments[1:])
    return any_collection(hint, arguments) if arguments else st.from_type(cast("type[Any]", hint))


def any_disposition() -> st.SearchStrategy[Disposition]:
    """Each kind, what its machine may be and be told, and parts that come to what was promised."""
    hints = get_type_hints(Disposition, include_extras=True)
    drawn_apart = {"machine", "said_to_machine", "parts"}
    drawn = {f.name: any_of(hints[f.name]) for f in fields(Disposition) if f.name not in drawn_apart}
    of_machines = [
        (DispositionKind.MACHINE, MachineKind.FULL, SaidToMachine.NOTHING),
        (DispositionKind.MESSAGE_LEFT, MachineKind.OWN, SaidToMachine.RECORDED),
        (DispositionKind.SCREENED, MachineKind.SCREENER, SaidToMachine.SPOKEN),
    ]
    plain = st.builds(Disposition, **drawn)
    in_parts = st.builds(_promised, plain, st.lists(any_of(PromisedPart), min_size=1, max_size=3))
    machines = st.sampled_from(of_machines).map(
        lambda of: Disposition(kind=of[0], machine=of[1], said_to_machine=of[2])
    )
    return plain | in_parts | machines


def _promised(disposition: Disposition, drawn: list[PromisedPart]) -> Disposition:
    of_days = {part.due_at: replace(part, cents=min(part.cents, MOST // len(drawn))) for part in drawn}
    parts = tuple(of_days[due_at] for due_at in sorted(of_days))
    total = Money(cents=sum(part.cents for part in parts))
    return replace(disposition, parts=parts, promised=total, promised_for=parts[-1].due_at)


def any_declared(base: object, declared: tuple[object, ...]) -> st.SearchStrategy[Any]:
    """Values of a field that says more of itself than its type."""
    match declared[0]:
        case Within(least=least, most=most):
            return st.integers(int(least), int(most)) if base is int else st.floats(least, most)
        case Zone():
            return st.sampled_from(["America/New_York", "Asia/Kathmandu"])
        case AnyNumber():
            return any_of(base)
        case Most():
            least = max(rule.least for rule in declared if isinstance(rule, Most))
            return any_of(base).filter(lambda several: len(several) >= least)
        case _:
            return NAME


def any_collection(hint: object, arguments: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """Values of a union, a tuple or a frozen set, with their members drawn."""
    if type(None) in arguments:
        return st.none() | st.one_of([any_of(a) for a in arguments if a is not type(None)])
    if arguments[-1] is Ellipsis:
        return st.lists(any_of(arguments[0]), max_size=2).map(tuple)
    match get_origin(hint):
        case builtins.tuple:
            return st.tuples(*[any_of(a) for a in arguments])
        case collections.abc.Mapping:
            return st.dictionaries(any_of(arguments[0]), any_of(arguments[1]), max_size=3)
        case builtins.frozenset:
            return st.frozensets(any_of(arguments[0]), max_size=3)
        case _:
            return st.from_type(cast("type[Any]", hint))


EVENTS = st.one_of([any_of(kind) for kind in get_args(Event)])
COMMANDS = st.one_of([any_of(kind) for kind in get_args(Command)])
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
FATES = st.one_of(
    st.sampled_from(((Fate.TAKEN, "", ""), (Fate.IGNORED, "", ""))),
    st.tuples(st.just(Fate.REFUSED), WORDS, WORDS),
)
SLOW_TO_DRAW = (HealthCheck.too_slow, HealthCheck.data_too_large)
DEEP = settings(max_examples=300, deadline=None, suppress_health_check=SLOW_TO_DRAW)


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda k: k.__name__)
def test_every_kind_of_event_comes_back_equal(kind: type) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=SLOW_TO_DRAW)
    @given(any_of(kind))
    def check(event: Event) -> None:
        assert codecs.decode_event(codecs.encode_event(event)) == event

    check()


@pytest.mark.parametrize("kind", get_args(Command), ids=lambda k: k.__name__)
def test_every_kind_of_command_comes_back_equal(kind: type) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=SLOW_TO_DRAW)
    @given(any_of(kind))
    def check(command: Command) -> None:
        assert codecs.decode_command(codecs.encode_command(command)) == command

    check()


@DEEP
@given(st.integers(0, 2**62), FINITE, EVENTS, st.lists(COMMANDS, max_size=3), FATES)
def test_an_entry_comes_back_equal_and_encodes_to_the_same_bytes_again(
    sequence: int, now: float, event: Event, commands: list[Command], fate: tuple[Fate, str, str]
) -> None:
    word, error, message = fate
    entry = JournalEntry(
        sequence=sequence,
        now=now,
        event=event,
        commands=tuple(commands),
        fate=word,
        error=error,
        message=message,
    )
    data = codecs.encode_entry(entry)
    assert b"\n" not in data
    assert codecs.decode_entry(data) == entry
    assert codecs.encode_entry(codecs.decode_entry(data)) == data
    assert codecs.decode_commands(codecs.encode_commands(commands)) == tuple(commands)


@pytest.mark.parametrize("term", [math.inf, -math.inf, 0.1, -0.0])
def test_a_pacing_term_that_is_not_finite_survives(term: float) -> None:
    command = StorePacing(
        campaign=CampaignId("c"), pool=(), launches=0, launched=0, reason="r", terms=(("theta", term),)
    )
    assert codecs.decode_command(codecs.encode_command(command)) == command


_PROBE = """
from compliance_gate.findings import Clearance, Recording
from datetime import datetime, UTC
from dialer.storage.journal.codecs import encode_value
at = datetime(2026, 11, 23, tzinfo=UTC)
c = Clearance(clearance='x', person='p', number='n', debts=('d',), issued_at=at, expires_at=at, rulebook='r',
              may_play=frozenset(Recording))
print(encode_value((c, frozenset(str(n) for n in range(50)))).decode())
"""


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    def run(seed: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", _PROBE],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert run("1") == run("2") == run("3")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'["NoSuchEvent",{}]',
        b'["CallRinging",{}]',
        b'["CallRinging",{"attempt":1}]',
        b'["SuppressionAdded",{"scope":"person","source":"x"}]',
    ],
)
def test_bytes_that_are_no_event_are_refused(data: bytes) -> None:
    with pytest.raises(codecs.UnreadableEntryError):
        codecs.decode_event(data)


def test_a_refusal_names_the_kind() -> None:
    with pytest.raises(codecs.UnreadableEntryError, match="CallRinging"):
        codecs.decode_event(b'["CallRinging",{"attempt":1}]')
    assert issubclass(codecs.UnreadableEntryError, Exception)
    assert not issubclass(codecs.UnreadableEntryError, InvalidFactError)


def test_a_small_entry_is_readable_json() -> None:
    entry = JournalEntry(
        sequence=7,
        now=1.5,
        event=CallRinging(attempt=AttemptId("a1")),
        commands=(Hangup(attempt=AttemptId("a1"), reason=HangupReason.GUARD),),
    )
    assert codecs.encode_entry(entry) == (
        b'[7,1.5,["CallRinging",{"attempt":"a1","early_media":false}],[["Hangup",{"attempt":"a1","reason":"guard"}]],null]'
    )
    assert codecs.encode_event(TimeReached()) == b'["TimeReached",{}]'


def test_a_refused_event_says_by_which_error_it_was() -> None:
    entry = JournalEntry(
        sequence=8,
        now=2.0,
        event=TimeReached(),
        commands=(),
        fate=Fate.REFUSED,
        error="InvalidFactError",
        message="no",
    )
    data = b'[8,2.0,["TimeReached",{}],[],["refused","InvalidFactError","no"]]'
    assert codecs.encode_entry(entry) == data
    assert codecs.decode_entry(data) == entry


def test_an_entry_of_format_1_has_no_word_on_its_event_and_keeps_its_bytes() -> None:
    data = b'[8,2.0,["TimeReached",{}],[]]'
    entry = codecs.decode_entry(data)
    assert (entry.format, entry.fate) == (1, Fate.TAKEN)
    assert codecs.encode_entry(entry) == data
