"""Values are valid from birth: at, below and above the edge of what each field may hold."""

from dataclasses import dataclass, is_dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum
from math import inf, nan
from typing import Annotated, Any, get_args, get_type_hints

import pytest

from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    Hold,
    KnownLocation,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    TimeBlock,
)
from compliance_gate.valid import MalformedFactError, Within, checks_of
from compliance_gate.valid import valid as valid_fact
from compliance_gate.words import ConsentScope, EventKind, HoldKind, PersonRole, Purpose, RequestKind
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.caller_id import OwnedNumber
from dialer.domain.campaign import AbandonmentWindow, CampaignSettings
from dialer.domain.cue import Cue
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import (
    AgentId,
    AttemptId,
    BoxId,
    CampaignId,
    ClientId,
    DebtId,
    EndpointId,
    InboundId,
    LeadId,
    NumberId,
    PersonId,
)
from dialer.domain.lead import Lead, Target
from dialer.domain.money import CURRENCIES, Money
from dialer.domain.telephone_events import BoxFound
from dialer.domain.third_party import OutsideLine
from dialer.domain.valid import CENTURY_BEGINS, CENTURY_ENDS, NEVER, words_told

NOW = datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)
AT = NOW.timestamp()
SETTINGS = CampaignSettings(campaign=CampaignId("spring"), client=ClientId("acme"))
LEAD = Lead(
    lead=LeadId("l"),
    campaign=CampaignId("spring"),
    debt=DebtId("d"),
    targets=(Target(person=PersonId("p"), number=NumberId("n")),),
)
ANSWERED = e.CallAnswered(attempt=AttemptId("a"), answered_at=AT)
LOGGED_IN = e.AgentLoggedIn(
    agent=AgentId("ann"), campaign=CampaignId("spring"), endpoint=EndpointId("sip-ann")
)
FETCHED = e.LeadsFetched(
    campaign=CampaignId("spring"), request=1, as_of=1, leads=(), persons=(), leads_left=0
)
FOUND = BoxFound(box=BoxId("east"))
OWNED = OwnedNumber(number="+12125550100", calls_back_to="menu")
LINE = OutsideLine(name="creditor", number="+12125550111", role=PersonRole.CREDITOR, zones=("UTC",))
REQUEST = PersonRequest(at=NOW, type=RequestKind.DISPUTE)
CONSENT = Consent(at=NOW, scope=ConsentScope.CALL)
HOLD = Hold(kind=HoldKind.DECEASED, since=NOW)
ENTRY = HistoryEntry(entry="h", at=NOW, event=EventKind.LETTER)

Case = tuple[Any, str, tuple[object, ...], tuple[object, ...]]
INSTANTS = (
    (CENTURY_BEGINS, AT, CENTURY_ENDS),
    (
        CENTURY_BEGINS - 1.0,
        CENTURY_ENDS + 1.0,
        AT * 1000.0,
        0.0,
        nan,
        inf,
    ),
)
DATETIMES = (
    (NOW, datetime(1900, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, tzinfo=UTC)),
    (
        NOW.replace(tzinfo=None),
        datetime(1899, 12, 31, 23, 59, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    ),
)
DATES = (date(1900, 1, 1), date(2199, 12, 31)), (date(1899, 12, 31), date(2200, 1, 1), date(9999, 12, 31))
ZONES = (
    ("America/New_York", "Asia/Kathmandu", "UTC"),
    (
        "",
        "Mars/Olympus",
        "America",
        "America/",
        "../UTC",
        "/etc/localtime",
        "zone1970.tab",
        "U" * 500,
        "UTC\0",
        "\ud800",
    ),
)
NOTHING: dict[str, float] = {}
NAMES = ("a", "x" * 200, "ß🙂", "a b"), ("", "x" * 201, "a\0", "a\n", "\ud800", "\x7f")
TEXTS = ("", "x" * 20_000, "two\nlines\t", "ß🙂"), ("x" * 20_001, "a\0", "\ud800")

CASES: tuple[Case, ...] = (
    (ANSWERED, "answered_at", *INSTANTS),
    (ANSWERED, "delay_s", (None, 0.0, 400 * 86_400.0), (-0.001, 401 * 86_400.0, nan, inf)),
    (ANSWERED, "attempt", *NAMES),
    (ANSWERED, "cause", *TEXTS),
    (e.CallBridged(attempt=AttemptId("a"), agent=AgentId("x"), bridged_at=AT), "bridged_at", *INSTANTS),
    (e.InboundBridged(call=InboundId("i"), agent=AgentId("x"), bridged_at=AT), "bridged_at", *INSTANTS),
    (e.OverflowAnswered(attempt=AttemptId("a"), at=AT), "at", *INSTANTS),
    (e.OptOutPressed(attempt=AttemptId("a"), key="9"), "key", ("", "9", "9" * 40), ("9" * 41, "\0")),
    (e.InboundOptedOut(call=InboundId("i")), "key", ("", "9" * 40), ("9" * 41,)),
    (e.ClockStepped(seconds=1.0), "seconds", (-CENTURY_ENDS, 0.0, CENTURY_ENDS), (nan, inf, 1e10, -1e10)),
    (e.EngineRestarted(checkpoint="", generation=1), "generation", (0, 10**9), (-1, 10**9 + 1)),
    (LOGGED_IN, "shift_ends_at", (None, *INSTANTS[0]), (*INSTANTS[1], NEVER)),
    (LOGGED_IN, "tags", ((), ("a",) * 100), (("a",) * 101, ("a\0",))),
    (LOGGED_IN, "endpoint", *NAMES),
    (FETCHED, "retry_at", (None, NEVER, *INSTANTS[0]), (*INSTANTS[1], NEVER - 1.0)),
    (FETCHED, "leads_left", (0, 10**9), (-1, 10**9 + 1)),
    (FETCHED, "as_of", (0, 10**9), (-1,)),
    (FOUND, "lines", (None, 0, 10**9), (-1, 10**9 + 1)),
    (FOUND, "box", ("", "east", "x" * 200), ("x" * 201, "\0")),
    (LEAD, "not_before", (None, NEVER, *INSTANTS[0]), (*INSTANTS[1], NEVER + 1.0)),
    (LEAD, "priority", (-1e15, 0.0, 1e15), (nan, inf, -inf, 2e15)),
    (LEAD, "passes", (0, 10**9), (-1,)),
    (Disposition(kind=DispositionKind.CALL_BACK), "call_back_at", (None, *INSTANTS[0]), INSTANTS[1]),
    (Disposition(kind=DispositionKind.CALL_BACK), "promised_for", (None, *INSTANTS[0]), INSTANTS[1]),
    (Disposition(kind=DispositionKind.CALL_BACK), "debts_spoken_of", ((), ("d",)), (("",), ("d",) * 50_001)),
    (Disposition(kind=DispositionKind.CALL_BACK), "call_back_words", (None, *TEXTS[0]), TEXTS[1]),
    (Money(cents=1), "cents", (0, 10**15, -(10**15)), (10**15 + 1, -(10**15) - 1, 10**19)),
    (Money(cents=1), "currency", ("USD", "JPY", "EUR"), ("usd", "US", "ZZZ", "USDX", "")),
    (SETTINGS, "time_zone", *ZONES),
    (SETTINGS, "policy", ("predictive", "of my own"), ("", "x" * 201)),
    (SETTINGS, "policy_parameters", (NOTHING, {"a": 1e15}), ({"a": nan}, {"a": inf}, {"": 1.0})),
    (SETTINGS, "pacing_interval_s", (0.1, 3_600.0), (0.0, -1.0, 3_601.0, nan)),
    (SETTINGS, "abandonment_limit", (0.03, 1.0), (-0.01, 1.01, nan, 0.02)),
    (SETTINGS, "abandonment_target", (0.0, 0.03), (-0.01, 0.04, nan)),
    (SETTINGS, "abandonment_window", tuple(AbandonmentWindow), ("calendar_day", "for ever")),
    (SETTINGS, "guard_epsilon", (0.001, 1.0), (-0.1, 1.1, nan)),
    (SETTINGS, "answer_limit_s", (0.2, 3_600.0), (0.1, 0.0, 3_601.0, nan)),
    (SETTINGS, "bridge_margin_s", (0.01, 1.9), (0.0, 2.0, nan)),
    (SETTINGS, "ring_s", (0.1, 600.0), (-0.1, 601.0, nan, inf)),
    (SETTINGS, "lines", (0, 100_000), (-1, 100_001)),
    (SETTINGS, "launches_per_second", (0.01, 1_000.0), (0.0, -1.0, 1_001.0, nan)),
    (SETTINGS, "hopper_size", (1, 10_000), (0, 10_001)),
    (SETTINGS, "max_passes", (1, 10_000), (0, 10_001)),
    (SETTINGS, "wrap_up_limit_s", (None, 0.0, 60.0), (-1.0, nan, inf)),
    (SETTINGS, "served_within_s", (None, 0.0, 60.0), (-1.0, nan, inf)),
    (SETTINGS, "shift_ends_at", (None, *INSTANTS[0]), INSTANTS[1]),
    (SETTINGS, "purpose", tuple(Purpose), ("collection", "fun", None)),
    (SETTINGS, "rest_s", (NOTHING, {"busy": 0.0}), ({"busy": nan}, {"busy": -1.0}, {"bussy": 1.0})),
    (SETTINGS, "inbound_queue", (0, 1_000), (-1, 1_001)),
    (SETTINGS, "inbound_answer_s", (0.1, 20.0, 3_600.0), (0.0, -1.0, 3_601.0, nan)),
    (SETTINGS, "inbound_answer_share", (0.0, 0.8, 1.0), (-0.1, 1.1, nan)),
    (SETTINGS, "needs", ((), ("a",) * 100), (("a",) * 101,)),
    (OWNED, "time_zone", *ZONES),
    (OWNED, "daily_ceiling", (None, 1, 10**6), (0, 10**6 + 1)),
    (OWNED, "calls_back_to", ("menu",), ("", "  ", "x" * 201)),
    (OWNED, "number", ("+1234567",), ("1234567", "+0234567", "+1", "+1234567\n")),
    (LINE, "zones", (("UTC",), ("UTC", "Asia/Kathmandu")), ((), ("UTC", "Mars/Olympus"))),
    (LINE, "number", ("+12125550100",), ("12125550100", "+", "+١٢٣٤٥٦٧")),
    (LINE, "name", ("x",), ("", " ")),
    (Cue(sound="a"), "most_s", (0.1, 1.5), (0.0, 1.6, nan)),
    (Cue(sound="a"), "sound", ("a",), ("", " ")),
    (REQUEST, "at", *DATETIMES),
    (REQUEST, "withdrawn_at", (None, *DATETIMES[0]), DATETIMES[1]),
    (REQUEST, "until", (None, *DATES[0]), DATES[1]),
    (REQUEST, "number", (None, *NAMES[0]), NAMES[1]),
    (REQUEST, "text", (None, *TEXTS[0]), TEXTS[1]),
    (CONSENT, "at", *DATETIMES),
    (CONSENT, "revoked_at", (None, *DATETIMES[0]), DATETIMES[1]),
    (CONSENT, "valid_until", (None, *DATES[0]), DATES[1]),
    (CONSENT, "debts", (None, (), ("d",)), (("",), ("d\0",))),
    (HOLD, "since", *DATETIMES),
    (HOLD, "until", (None, *DATETIMES[0]), DATETIMES[1]),
    (ENTRY, "at", *DATETIMES),
    (ENTRY, "rnd_date", (None, *DATES[0]), DATES[1]),
    (
        Address(country="US"),
        "zones",
        (None, frozenset[str](), frozenset(ZONES[0])),
        tuple({z} for z in ZONES[1]),
    ),
    (NumberOnFile(number="n"), "zones", (None, frozenset(ZONES[0])), tuple({"UTC", z} for z in ZONES[1])),
    (NumberOnFile(number="n"), "ported_from_landline_at", (None, *DATETIMES[0]), DATETIMES[1]),
    (KnownLocation(zones=frozenset({"UTC"})), "zones", (frozenset(ZONES[0]),), (frozenset[str](), {"Mars"})),
    (KnownLocation(zones=frozenset({"UTC"})), "until", (None, *DATES[0]), DATES[1]),
    (Debt(debt="d"), "debt", *NAMES),
    (Debt(debt="d"), "days_past_due", (None, 0, 10**15), (10**16,)),
    (PersonFile(person="p"), "person", *NAMES),
    (TimeBlock(days=frozenset()), "start", (time(0), time(23, 59, 59)), (time(9, tzinfo=UTC),)),
)


@pytest.mark.parametrize(
    ("value", "field", "allowed", "refused"), CASES, ids=[f"{type(c[0]).__name__}.{c[1]}" for c in CASES]
)
def test_a_field_holds_what_it_may_and_nothing_else(
    value: Any, field: str, allowed: tuple[object, ...], refused: tuple[object, ...]
) -> None:
    for one in allowed:
        assert getattr(replace(value, **{field: one}), field) == one
    for one in refused:
        with pytest.raises((InvalidFactError, MalformedFactError)) as caught:
            replace(value, **{field: one})
        assert field in str(caught.value), "the message names the field"


def test_milliseconds_are_told_to_be_milliseconds() -> None:
    with pytest.raises(InvalidFactError, match=r"call_back_at is 17.*milliseconds: divide by 1000"):
        Disposition(kind=DispositionKind.CALL_BACK, call_back_at=AT * 1000.0)
    with pytest.raises(InvalidFactError) as caught:
        Disposition(kind=DispositionKind.CALL_BACK, call_back_at=5.0)
    assert "milliseconds" not in str(caught.value)


def test_a_long_value_is_not_told_at_length() -> None:
    with pytest.raises(MalformedFactError) as caught:
        Address(country="US", zones=frozenset({"U" * 10_000}))
    assert len(str(caught.value)) < 250


def test_the_place_within_a_collection_is_told() -> None:
    with pytest.raises(InvalidFactError, match=r"AgentLoggedIn\.tags\[2\] is"):
        replace(LOGGED_IN, tags=("a", "b", "c\0"))


def test_an_edited_file_is_bounded_and_a_known_one_grows() -> None:
    """A file of ours must always take one request more; what is handed in whole has an end."""
    whole = PersonFile(person="p", debts=tuple(Debt(debt=f"d{n}") for n in range(10_000)))
    assert e.PersonEdited(person=whole).person is whole
    longer = replace(whole, requests=(REQUEST,))
    with pytest.raises(InvalidFactError, match="10,001"):
        e.PersonEdited(person=longer)
    assert len(replace(longer, requests=(REQUEST,) * 60_000).requests) == 60_000


def test_a_currency_is_one_that_people_pay_in() -> None:
    assert len(CURRENCIES) > 140
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert CURRENCIES.isdisjoint({"XXX", "XTS", "XAU", "BOV"})


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("busy", "busy"),
        (None, ""),
        ("a\0b\x1b", "a\ufffdb\ufffd"),
        ("\ud800", "\ufffd"),
        ("two\nlines\t", "two\nlines\t"),
        ("ß🙂\u00a0", "ß🙂\u00a0"),
        ("x" * 3_000, "x" * 2_000),
    ],
)
def test_words_of_other_programs_are_made_fit_to_be_kept(told: str | None, kept: str) -> None:
    assert words_told(told) == kept
    assert e.CallEnded(attempt=AttemptId("a"), outcome=Outcome.UNKNOWN, cause=kept).cause == kept


# --- the decorator ------------------------------------------------------------------------------------------


def test_every_event_is_looked_at_when_it_is_made() -> None:
    """A field of a new event that nothing can be wrong with is a truth or a value with a birth, or absent."""
    for kind in get_args(e.Event):
        hints = get_type_hints(kind, include_extras=True)
        looked_at = {name for name, _right, _check in checks_of(kind, special={BoxId: str})}
        for name in set(hints) - looked_at:
            kinds = set(get_args(hints[name]) or (hints[name],)) - {type(None)}
            assert all(one is bool or is_dataclass(one) for one in kinds), f"{kind}.{name}"
        assert not looked_at or hasattr(kind, "__post_init__"), f"{kind.__name__} lacks @valid"


def test_a_field_of_which_nothing_is_known_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="nothing is declared"):

        @valid_fact
        class Odd:  # pyright: ignore[reportUnusedClass]  # never comes to be
            what: object


def test_a_birth_of_its_own_comes_after_the_look_at_the_fields() -> None:
    class Colour(Enum):
        RED = "red"

    @dataclass(frozen=True, slots=True, kw_only=True)
    @valid_fact
    class Pair:
        low: Annotated[int, Within(0, 9, "a digit")]
        high: int = 9
        colour: Colour | None = None

        def __post_init__(self) -> None:
            if self.low > self.high:
                raise ValueError("low is above high")

    assert Pair(low=1, colour=Colour.RED).high == 9
    with pytest.raises(MalformedFactError, match=r"Pair\.low is 10; it is a digit, 0 to 9"):
        Pair(low=10, high=1)
    with pytest.raises(ValueError, match="above"):
        Pair(low=5, high=1)
    with pytest.raises(MalformedFactError, match=r"colour is 'red'; it is one of red"):
        Pair(low=1, colour="red")  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True, slots=True, kw_only=True)
@valid_fact
class _Texts:
    first: str
    second: str
    things: tuple[bool, ...] = ()
    zones: frozenset[Annotated[int, Within(0, 5, "a number")]] = frozenset()


def test_texts_that_are_long_only_together_are_right() -> None:
    """Each may have 20,000 characters; it is named when it has one more, and so is what is no text."""
    longest = "x" * 20_000
    assert _Texts(first=longest, second=longest).second == longest
    assert _Texts(first="two\nlines", second="\u200e").first == "two\nlines"
    with pytest.raises(MalformedFactError, match=r"_Texts\.second has 20001"):
        _Texts(first="", second=longest + "x")
    with pytest.raises(MalformedFactError, match=r"_Texts\.first is .*no text"):
        _Texts(first="a\0", second=longest)


def test_things_are_counted_each_for_themselves_and_sets_looked_at_each_time() -> None:
    """50,000 things may be, one more may not; a set that was right says nothing of another."""
    assert len(_Texts(first="", second="", things=(True,) * 50_000).things) == 50_000
    with pytest.raises(MalformedFactError, match=r"_Texts\.things holds 50,001"):
        _Texts(first="", second="", things=(True,) * 50_001)
    for _ in range(2):
        assert _Texts(first="", second="", zones=frozenset({0, 5})).zones == {0, 5}
        with pytest.raises(MalformedFactError, match=r"_Texts\.zones\[\d\] is 6"):
            _Texts(first="", second="", zones=frozenset({0, 5, 6}))
