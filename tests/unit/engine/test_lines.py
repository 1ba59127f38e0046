"""News of a call reaches every file in play that has the line, in the step in which it is over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import Layer
from compliance_gate.request import HistoryEntry, NumberOnFile, PersonFile, PersonRequest
from compliance_gate.words import EventKind, Institution, RequestKind
from compliance_gate.words import Outcome as GateOutcome
from dialer.casework.facts import requested
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import InvalidFactError
from dialer.domain.facts import FactChange
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, EndpointId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead, Target
from dialer.engine.engine import DialerEngine

Floor = Any
MakeFloor = Callable[..., Floor]
P0, P1, P9 = PersonId("p0"), PersonId("p1"), PersonId("p9")
LINE = NumberId("shared")
SPRING, AUTUMN = CampaignId("spring"), CampaignId("autumn")


def on_line(floor: Floor, i: int, *, number: str = LINE, **more: object) -> PersonFile:
    """The i-th person, who has the shared line as well."""
    file: PersonFile = floor.person(i)
    line = replace(file.numbers[0], number=number, **more)  # pyright: ignore[reportArgumentType]
    return replace(file, numbers=(line,))


def lead_on_line(i: int, campaign: CampaignId) -> Lead:
    target = Target(person=PersonId(f"p{i}"), number=LINE, answer_segment="mobile")
    return Lead(lead=LeadId(f"l{i:04d}"), campaign=campaign, debt=DebtId(f"d{i}"), targets=(target,))


def bring(floor: Floor, leads: tuple[Lead, ...], files: tuple[PersonFile, ...]) -> None:
    refill = [r for r in floor.all(c.RefillHopper) if r.campaign == leads[0].campaign][-1]
    floor.send(
        e.LeadsFetched(
            campaign=leads[0].campaign,
            request=refill.request,
            as_of=refill.sequence,
            leads=leads,
            persons=files,
            leads_left=1000,
        )
    )


def file_of(floor: Floor, person: PersonId) -> PersonFile:
    found: PersonFile = floor.engine.checkpoint().persons[person].file
    return found


def two_on_one_line(make_floor: MakeFloor, scripts: dict[CampaignId, Any]) -> Floor:
    """Two people with one telephone, in one campaign or one in each of two, under the house's own rules."""
    floor = make_floor()
    floor.gate = ComplianceGate(sample_rulebook(), layers=[Layer.HOUSE])
    floor.engine = DialerEngine(floor.gate, policies=lambda settings, _pool: scripts[settings.campaign])
    names = list(scripts)
    for name in names:
        settings: CampaignSettings = replace(floor.settings, campaign=name)
        floor.send(e.CampaignConfigured(settings=settings))
        floor.send(e.CampaignStarted(campaign=name))
        theirs = [i for i in (0, 1) if names[i % len(names)] == name]
        bring(floor, tuple(lead_on_line(i, name) for i in theirs), tuple(on_line(floor, i) for i in theirs))
    return floor


def launch_one(floor: Floor, agent: str, script: Any) -> None:
    """An agent gets ready, at which pacing is asked, and it says: one."""
    script.launch(1)
    floor.send(e.AgentGotReady(agent=AgentId(agent)))


@pytest.mark.parametrize("names", [(SPRING, SPRING), (SPRING, AUTUMN)])
@pytest.mark.parametrize(("after_s", "calls"), [(299.0, 1), (300.0, 2), (301.0, 2)])
@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.BUSY])
def test_who_shares_a_line_is_called_five_minutes_after_the_other_and_not_a_second_sooner(
    make_floor: MakeFloor,
    script: Any,
    names: tuple[CampaignId, CampaignId],
    after_s: float,
    calls: int,
    outcome: Outcome,
) -> None:
    """In one campaign and in two: whoever waits in a hopper knows at once what happened on their line."""
    first_says, second_says = script, script if names[0] == names[1] else type(script)()
    floor = two_on_one_line(make_floor, {names[0]: first_says, names[1]: second_says})
    for place, name in enumerate(names):
        agent = AgentId(f"a{place}")
        floor.send(e.AgentLoggedIn(agent=agent, campaign=name, endpoint=EndpointId(f"sip-{agent}"), tags=()))
    floor.wait(2.0)
    launch_one(floor, "a0", first_says)
    (first,) = floor.all(c.Originate)
    launched = floor.last(c.StoreAttempt).record.launched_at
    assert first.person == P0
    floor.send(e.CallEnded(attempt=first.attempt, outcome=outcome), after=20.0)
    (told,) = file_of(floor, P1).line_history
    assert (told.entry, told.number, told.debts) == (first.attempt, LINE, None)
    floor.wait(launched + after_s - floor.now)
    assert floor.all(c.Originate) == [first]
    launch_one(floor, "a1", second_says)
    assert len(floor.all(c.Originate)) == calls
    if calls == 1:
        denied = floor.last(c.StoreDenial)
        assert (denied.person, denied.number) == (P1, LINE)
        assert "house-no-rapid-redial" in {f.rule for f in denied.findings if f.verdict.value == "denied"}


def test_every_file_in_play_is_told_and_the_one_who_was_called_has_it_once(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    campaign = floor.settings.campaign
    files = tuple(on_line(floor, i) for i in (0, 1, 2))
    bring(floor, tuple(lead_on_line(i, campaign) for i in (0, 1, 2)), files)
    floor.seat("a")
    floor.wait(1.0)
    (call,) = floor.all(c.Originate)
    floor.send(e.CallEnded(attempt=call.attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    for person in floor.engine.persons_in_play:
        file = file_of(floor, person)
        if person == call.person:
            assert ([x.entry for x in file.history], file.line_history) == ([call.attempt], ())
        else:
            assert ([x.entry for x in file.line_history], file.history) == ([call.attempt], ())


def test_a_file_that_was_read_before_the_call_is_told_when_it_comes(make_floor: MakeFloor) -> None:
    """A fetch under way, and a placement that gives somebody the line."""
    floor = make_floor()
    floor.start(agents=1, leads=1)
    call = floor.last(c.Originate)
    as_of = floor.engine.checkpoint().sequence
    floor.send(e.CallEnded(attempt=call.attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    refill = floor.last(c.RefillHopper)
    sharer = on_line(floor, 9, number=call.number)
    lead = replace(lead_on_line(9, floor.settings.campaign), targets=(Target(person=P9, number=call.number),))
    floor.send(
        e.LeadsFetched(
            campaign=floor.settings.campaign,
            request=refill.request,
            as_of=as_of,
            leads=(lead,),
            persons=(sharer,),
            leads_left=10,
        )
    )
    if P9 in floor.engine.persons_in_play:
        assert [x.entry for x in file_of(floor, P9).line_history] == [call.attempt]
    asked = [r for r in floor.gate.asked if r.person.file.person == P9]
    assert asked, "who has the line is asked about at once"
    assert [x.entry for x in asked[0].person.file.line_history] == [call.attempt]


def test_a_placed_file_of_before_the_call_is_told(floor: Floor) -> None:
    call = floor.last(c.Originate)
    as_of = floor.engine.checkpoint().sequence
    floor.send(e.CallEnded(attempt=call.attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    person = PersonId("p19")
    more = NumberOnFile(number=call.number)
    placed = replace(file_of(floor, person), numbers=(*file_of(floor, person).numbers, more))
    floor.send(e.PersonPlacedAgain(person=placed, as_of=as_of))
    assert [x.entry for x in file_of(floor, person).line_history] == [call.attempt]


def test_an_edited_file_keeps_what_is_known_of_its_lines(floor: Floor) -> None:
    """Whoever edits an address knows of no calls to others."""
    person = PersonId("p19")
    file = file_of(floor, person)
    call = floor.last(c.Originate)
    more = NumberOnFile(number=call.number)
    floor.send(e.PersonEdited(person=replace(file, numbers=(*file.numbers, more))))
    floor.send(e.CallEnded(attempt=call.attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    edited = file_of(floor, person)
    assert [x.entry for x in edited.line_history] == [call.attempt]
    floor.send(e.PersonEdited(person=replace(edited, addresses=(), line_history=())))
    assert [x.entry for x in file_of(floor, person).line_history] == [call.attempt]
    floor.send(e.PersonEdited(person=replace(file, numbers=(NumberOnFile(number="other"),))))
    assert file_of(floor, person).line_history == ()


def test_what_is_read_of_the_line_opens_it_and_a_file_of_before_the_edit_does_not(
    make_floor: MakeFloor,
) -> None:
    floor = make_floor()
    floor.start(agents=0, leads=2)
    person = PersonId("p0")
    file = file_of(floor, person)
    before = floor.engine.checkpoint().sequence
    edited = replace(file, numbers=(*file.numbers, NumberOnFile(number=LINE)))
    floor.send(e.PersonEdited(person=edited))
    assert unread(floor, person) == (LINE,)
    with pytest.raises(InvalidFactError, match="too old"):
        floor.send(e.PersonPlacedAgain(person=edited, as_of=before))
    floor.send(e.PersonEdited(person=replace(edited, addresses=())))
    assert unread(floor, person) == (LINE,), "another edit reads nothing"
    past = HistoryEntry(entry="theirs", at=AT, event=EventKind.CALL_PLACED, number=LINE)
    read = replace(edited, line_history=(past,))
    floor.send(e.PersonPlacedAgain(person=read, as_of=floor.engine.checkpoint().sequence))
    assert unread(floor, person) == ()
    assert file_of(floor, person).line_history == (past,)
    floor.send(e.PersonEdited(person=replace(file, line_history=())))
    floor.send(e.PersonEdited(person=edited))
    assert unread(floor, person) == (LINE,), "taken away and given again: its past went with it"


def unread(floor: Floor, person: PersonId) -> tuple[NumberId, ...]:
    found: tuple[NumberId, ...] = floor.engine.checkpoint().persons[person].unread
    return found


# --- lines of institutions -------------------------------------------------------------------------------

AT = datetime(2026, 5, 28, 20, tzinfo=UTC)


@pytest.mark.parametrize("institution", [None, *Institution])
@pytest.mark.parametrize("kind", [RequestKind.STOP_NUMBER, RequestKind.DO_NOT_CALL])
def test_what_one_person_asks_of_an_institution_s_line_binds_that_person(
    floor: Floor, institution: Institution | None, kind: RequestKind
) -> None:
    """A household's line closes for everybody who has it; a prison's for who asked."""
    files = [on_line(floor, i, institution=institution) for i in (0, 1)]
    change = requested(P0, PersonRequest(at=AT, type=kind, number=LINE))
    assert [change.binds(file) for file in files] == [True, institution is None]


def test_what_nobody_in_particular_asked_binds_everybody_on_an_institution_s_line(floor: Floor) -> None:
    """A list, or the institution itself, closes the number."""
    change = FactChange(number=LINE, request=PersonRequest(at=AT, type=RequestKind.DO_NOT_CALL, number=LINE))
    assert change.binds(on_line(floor, 0, institution=Institution.PRISON))


def test_calls_count_for_an_institution_s_line(floor: Floor) -> None:
    """Ofcom's hours and the five minutes are the number's, whoever answers there."""
    entry = HistoryEntry(entry="a1", at=AT, event=EventKind.CALL_PLACED, number=LINE)
    news = FactChange(person=P0, entry=entry).news_for_line()
    assert news is not None
    assert news.binds(on_line(floor, 1, institution=Institution.HOSPITAL))
    assert not news.binds(on_line(floor, 0, institution=Institution.HOSPITAL))
    assert FactChange(person=P0, entry=replace(entry, number=None)).news_for_line() is None


def test_the_newest_word_on_a_call_takes_the_place_of_what_was_told_before(floor: Floor) -> None:
    entry = HistoryEntry(entry="a1", at=AT, event=EventKind.CALL_PLACED, number=LINE)
    file = on_line(floor, 1)
    for outcome in (GateOutcome.NO_ANSWER, GateOutcome.ABANDONED):
        news = FactChange(person=P0, entry=replace(entry, outcome=outcome)).news_for_line()
        assert news is not None
        file = news.apply(file)
    assert [(x.entry, x.outcome) for x in file.line_history] == [("a1", GateOutcome.ABANDONED)]
    assert AttemptId(file.line_history[0].entry) == "a1"
