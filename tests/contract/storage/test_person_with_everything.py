"""The report on a person who has everything in the file tells all of it, and since when each was known."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from compliance_gate.request import Hold, KnownLocation, MadeIn, Notice, PersonRequest
from compliance_gate.words import HoldKind, Medium, NoticeKind, NumberKind, PersonRole, RequestKind
from dialer.access.walls import NOWHERE
from dialer.domain.attempt import Outcome
from dialer.domain.commands import StoreAttempt, StoreOutcome
from dialer.domain.events import HoldPlaced, RequestReceived, TimeReached
from dialer.domain.fact_events import LimitationFound, LineKindFound, LocationTold, NoticeRecorded
from dialer.domain.ids import DebtId, PersonId
from dialer.domain.placement import PlacedAddress
from dialer.inquiry.person import person_facts
from dialer.results.person_events import PersonFacts
from dialer.results.person_report import Detail, render_person_html, render_person_pdf, report_of
from dialer.storage.places import place_of_attempt
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC).timestamp()
HOUR = 3600.0
DAY = 86_400.0
WHERE = MadeIn(
    contact="a-1", words="send me the papers", taken_by="ann", caller_id="+12125550199", recording="a-1.wav"
)


class Told:
    """A person who is told of, an hour between one word and the next; `them` shares a number with `other`."""

    def __init__(self, floor: Any) -> None:
        self.floor = floor
        shared = floor.number(7)
        floor.place(
            floor.account("A1", ref="them", numbers=(shared,)),
            floor.account("B1", ref="other", numbers=(shared,)),
        )
        ids = floor.store.identifiers
        self.debt: DebtId = ids.debt("acme", "A1")
        leads = {lead.debt: lead for lead in floor.leads()}
        self.lead, self.others_lead = leads[self.debt], leads[ids.debt("acme", "B1")]
        self.them: PersonId = self.lead.targets[0].person
        self.number = self.lead.targets[0].number

    def tell(self, event: Any, *commands: Any) -> float:
        """When it was told, in POSIX seconds."""
        self.floor.now += HOUR
        with RehearsalWriter(self.floor.store) as writer:
            writer.append(self.floor.step(event, *commands))
        return self.floor.now

    def call(self, name: str, lead: Any) -> float:
        """A call that nobody answered."""
        record = self.floor.record(name, lead, launched_at=self.floor.now + HOUR)
        stored = StoreAttempt(record=record, findings=())
        ended = replace(record, outcome=Outcome.NO_ANSWER, ended_at=record.launched_at + 30.0)
        return self.tell(TimeReached(), stored, StoreOutcome(record=ended))

    def facts(self, **window: Any) -> PersonFacts:
        asked: dict[str, Any] = {"since": None, "until": self.floor.now + HOUR, "with_name": False, **window}
        return person_facts(self.floor.store, self.them, **asked)


@pytest.fixture
def told(floor: Any) -> Told:
    return Told(floor)


def lines(facts: PersonFacts, kind: str) -> list[dict[str, Any]]:
    standing = cast("list[dict[str, Any]]", report_of(facts)["standing"])
    return [each for each in standing if each["kind"] == kind]


def part(facts: PersonFacts, name: str, detail: Detail = Detail.LONG) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", report_of(facts, detail)[name])


def test_a_notice_is_told_when_it_was_sent_and_again_when_it_came_back(told: Told) -> None:
    sent = Notice(
        notice="n-1",
        kind=NoticeKind.VALIDATION,
        by=Medium.LETTER,
        sent_on=date(2026, 11, 2),
        debts=(told.debt,),
        proof="scan 4711",
    )
    told.tell(NoticeRecorded(person=told.them, notice=sent))
    told.tell(NoticeRecorded(person=told.them, notice=replace(sent, returned_on=date(2026, 11, 20))))
    first, second = lines(told.facts(), "notice")
    assert first["what"] == "validation notice, sent on 2026-11-02 by letter; proof: scan 4711"
    assert second["what"] == (
        "validation notice, sent on 2026-11-02 by letter; came back on 2026-11-20; proof: scan 4711"
    )
    assert (first["at"], second["at"]) == ("2026-11-23 16:00:00 UTC", "2026-11-23 17:00:00 UTC")
    assert first["debts"] == [told.debt]
    assert len(lines(told.facts(until=MONDAY + 2 * HOUR), "notice")) == 1


def test_a_last_day_to_sue_is_told_with_who_found_it_and_what_follows_from_it(told: Told) -> None:
    """New York is known; on the last day nothing follows yet, and from the day after it does."""
    (account,) = part(told.facts(), "accounts")
    assert account["last_day_to_sue"] == ""
    assert {each["why"] for each in account["after_last_day"]} == {"last day to sue not known, taken as over"}
    event = LimitationFound(debt=told.debt, ends=date(2026, 11, 24), source="counsel")
    told.tell(event)
    (line,) = lines(told.facts(), "last day to sue")
    assert (line["what"], line["debts"]) == ("2026-11-24; by counsel", [told.debt])
    (account,) = part(told.facts(until=MONDAY + DAY), "accounts")
    assert account["last_day_to_sue"] == "2026-11-24"
    assert {each["why"] for each in account["after_last_day"]} == {""}
    (account,) = part(told.facts(until=MONDAY + 2 * DAY), "accounts")
    federal = next(each for each in account["after_last_day"] if each["rule"] == "us-regf-time-barred")
    assert federal["why"] == "last day to sue was 2026-11-24"
    assert federal["follows"] == ("contact: permitted", "may not: bring suit, or threaten to")
    assert federal["citation"] == "12 CFR 1006.26(b)"


def test_papers_that_were_asked_for_are_awaited_until_they_were_sent(told: Told) -> None:
    asked_at = told.floor.now + HOUR
    asked = PersonRequest(
        at=datetime.fromtimestamp(asked_at, UTC),
        type=RequestKind.DOCUMENTS_REQUESTED,
        debts=(told.debt,),
        made_in=WHERE,
    )
    told.tell(RequestReceived(person=told.them, request=asked))
    (account,) = part(told.facts(), "accounts", Detail.SHORT)
    assert account["awaited"] == [{"what": "documents requested", "asked": "2026-11-23 16:00:00 UTC"}]
    (line,) = lines(told.facts(), "request")
    assert line["made_in"] == {
        "contact": "a-1",
        "words": "send me the papers",
        "taken_by": "ann",
        "caller_id": "+12125550199",
        "recording": "a-1.wav",
    }
    sent = replace(
        asked,
        type=RequestKind.DOCUMENTS_PROVIDED,
        at=datetime.fromtimestamp(told.floor.now + HOUR, UTC),
        made_in=None,
    )
    told.tell(RequestReceived(person=told.them, request=replace(sent, debts=("another",))))
    assert part(told.facts(), "accounts")[0]["awaited"]
    told.tell(RequestReceived(person=told.them, request=sent))
    assert part(told.facts(), "accounts")[0]["awaited"] == []
    assert part(told.facts(until=asked_at + 1.0), "accounts")[0]["awaited"]


def test_a_line_has_the_calls_to_others_without_saying_who_they_are(told: Told) -> None:
    told.call("a-1", told.lead)
    told.call("b-1", told.others_lead)
    told.tell(
        LineKindFound(
            number=told.number, kind=NumberKind.VOIP, found_on=date(2026, 11, 22), source="a look-up"
        )
    )
    facts = told.facts()
    (number,) = part(facts, "numbers")
    assert (number["kind"], number["own_events"], number["others_events"]) == ("voip", 1, 1)
    assert [(each["at"], each["id"], each["with"], each["outcome"]) for each in number["events"]] == [
        ("2026-11-23 16:00:00 UTC", "a-1", "this person", "no answer"),
        ("2026-11-23 17:00:00 UTC", "b-1", "somebody else who has the number", "no answer"),
    ]
    (line,) = lines(facts, "kind of line")
    assert (line["what"], line["number"]) == ("voip; found on 2026-11-22 by a look-up", told.number)
    other = told.others_lead.targets[0].person
    for written in (render_person_html(facts), str(report_of(facts))):
        assert other not in written
        assert told.others_lead.debt not in written
    (short,) = part(facts, "numbers", Detail.SHORT)
    assert (short["others_events"], short["events"]) == (1, [])
    (later,) = part(told.facts(since=MONDAY + 2 * HOUR), "numbers")
    assert [each["id"] for each in later["events"]] == ["b-1"]


def test_where_they_are_is_told_with_since_when(told: Told) -> None:
    """Placed in New York as consumer; a later file says Texas and successor; then a journey is told of."""
    floor = told.floor
    floor.now = MONDAY + DAY
    moved = floor.account("A1", ref="them", role=PersonRole.SUCCESSOR_IN_INTEREST, numbers=(floor.number(7),))
    texas = PlacedAddress(
        country="US",
        region="TX",
        city="Austin",
        postal_code="78701",
        zones=frozenset({"America/Chicago"}),
    )
    floor.place(replace(moved, person=replace(moved.person, addresses=(texas,))), sha256="g")
    told.tell(
        LocationTold(
            person=told.them,
            location=KnownLocation(
                zones=frozenset({"America/Phoenix"}), until=date(2026, 12, 1), country="US", region="AZ"
            ),
        )
    )
    facts = told.facts()
    placed, moved_on = lines(facts, "on file")
    assert placed["at"] == "2026-11-23 15:00:00 UTC"
    assert f"account {told.debt}: as consumer" in placed["what"]
    assert "address residential, New York, NY, US (America/New_York): on file" in placed["what"]
    assert moved_on["at"] == "2026-11-24 15:00:00 UTC"
    assert f"account {told.debt}: as successor in interest" in moved_on["what"]
    assert "Austin, TX, US (America/Chicago)" in moved_on["what"]
    (account,) = part(facts, "accounts")
    assert (account["role"], account["since"]) == ("successor_in_interest", "2026-11-24 15:00:00 UTC")
    since = {each["city"]: each["since"] for each in part(facts, "addresses")}
    assert since["Austin"] == "2026-11-24 15:00:00 UTC"
    assert part(facts, "numbers")[0]["since"] == "2026-11-23 15:00:00 UTC"
    (journey,) = lines(facts, "where they are")
    assert journey["what"] == "US-AZ (America/Phoenix), until 2026-12-01"
    assert report_of(facts)["told_location"] == "US-AZ (America/Phoenix), until 2026-12-01"
    assert {"US", "US-AZ", "US-TX"} <= set(facts.standing.places)


def test_all_of_it_is_written_as_a_page_and_as_a_pdf(told: Told) -> None:
    told.call("a-1", told.lead)
    since = datetime.fromtimestamp(told.floor.now, UTC)
    told.tell(HoldPlaced(person=told.them, hold=Hold(kind=HoldKind.DECEASED, since=since, made_in=WHERE)))
    for detail in Detail:
        page = render_person_html(told.facts(), detail)
        assert "<script" not in page
        assert "send me the papers" in page
        assert render_person_pdf(told.facts(), detail).startswith(b"%PDF-")


def test_a_turn_that_was_not_called_lies_inside_the_walls_of_its_campaign(told: Told) -> None:
    """Whoever may ask about the campaign's calls may ask why one was not placed; of nothing, nobody may."""
    store: Store = told.floor.store
    assert store.read(lambda c: place_of_attempt(c, told.lead.lead)).campaigns == frozenset({"c"})
    assert store.read(lambda c: place_of_attempt(c, "nothing")) == NOWHERE
