"""Whatever a command can answer or do, a page can ask for: functions in, frozen dataclasses out."""

import io
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.book.sources import write_sources
from dialer.domain.attempt import Outcome
from dialer.domain.commands import Originate
from dialer.domain.errors import MendableError
from dialer.domain.record import AttemptRecord
from dialer.floor.law import sign_places, signed_file, withdraw_places
from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.floor.scenarios import known_scenarios, scenario_named
from dialer.floor.stores import FolderInUseError, prepare_folder, rehearsal_store
from dialer.inquiry.audit import audit
from dialer.inquiry.cases import check_cases
from dialer.inquiry.coverage import coverage
from dialer.inquiry.errors import NothingToAskError, NotThereError
from dialer.inquiry.explain import explain_attempt, explain_person
from dialer.inquiry.exports import export_attempts, export_denials, export_promises
from dialer.inquiry.history import measures_between
from dialer.inquiry.impact import compare
from dialer.inquiry.installation import examine_installation
from dialer.inquiry.person import person_facts
from dialer.inquiry.replay import replay
from dialer.inquiry.rules import changes_between, rule_editions, rules_listed
from dialer.inquiry.shift import summary_of
from dialer.inquiry.stored import campaign_settings, denials_of
from dialer.storage import queries
from dialer.storage.database import tables
from dialer.storage.journal.file import JournalReader, write_journal
from dialer.storage.store import Store


def nothing(*_: object) -> None:
    """Nobody looks at how far it is."""


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> RehearsedShift:
    folder = tmp_path_factory.mktemp("rehearsed") / "smoke"
    prepare_folder(folder)
    order = ShiftOrder(scenario=scenario_named("smoke"), seed=3, hours=0.25)
    with rehearsal_store(folder) as store:
        return rehearse(order, folder=folder, store=store)


@pytest.fixture
def store(shift: RehearsedShift) -> Iterator[Store]:
    with Store.open(str(shift.folder / "fairdial.db")) as opened:
        yield opened


def test_a_call_is_explained_with_every_rule_and_the_next_instant(
    store: Store, shift: RehearsedShift
) -> None:
    first = shift.records.attempts[0]
    (asked,) = explain_attempt(store, first.attempt)
    assert asked.is_allowed
    assert len(asked.rules) > 20
    assert asked.next_at is not None
    assert asked.next_at > first.launched_at
    (before, *_) = explain_person(store, first.person, at=first.launched_at)
    assert before.is_allowed
    (night, *_) = explain_person(store, first.person, at=first.launched_at + 14 * 3600.0)
    assert not night.is_allowed
    assert any(rule.denies and "hours" in rule.rule for rule in night.rules)


def test_what_nobody_knows_is_said_to_be_not_there(store: Store) -> None:
    with pytest.raises(NotThereError, match="no attempt is called 'a9'") as caught:
        explain_attempt(store, "a9")
    assert "a1-00000001" in caught.value.mend
    with pytest.raises(NotThereError, match="no person is called 'nobody'"):
        explain_person(store, "nobody", at=0.0)
    with pytest.raises(NotThereError):
        person_facts(store, "nobody", since=None, until=None, with_name=False)


def test_every_call_is_judged_again_and_by_the_law_of_another_day(
    store: Store, shift: RehearsedShift
) -> None:
    audited = audit(store, progress=nothing)
    assert audited.attempts == len(shift.records.attempts)
    assert audited.unlawful == ()
    compared = compare(store, date(2026, 3, 10), date(2026, 3, 10), progress=nothing)
    assert (compared.attempts, compared.impacts, compared.rules) == (audited.attempts, (), ())
    assert (compared.denials, compared.unplaced, compared.waiting) == (len(list(denials_of(store))), (), ())
    assert compared.denials > 0


def test_calls_not_placed_are_decided_again_too_and_the_accounts_that_wait_are_named(
    store: Store, shift: RehearsedShift, tmp_path: Path
) -> None:
    """Somebody was called seven times that day and then not any more: before Regulation F they could be."""
    denied = list(queries.denials(store.database))
    rang = {each.person for each in shift.records.attempts if each.outcome is Outcome.NO_ANSWER}
    chosen = next(each for each in denied if each.person in rang)
    file = tmp_path / "often.db"
    shutil.copy(shift.folder / "fairdial.db", file)
    with Store.open(str(file)) as often:
        attempts = tables.attempts
        one = select(attempts).where(attempts.c.person == chosen.person, attempts.c.outcome == "no_answer")
        row = often.read(lambda connection: connection.execute(one.limit(1)).mappings().one())
        debt = chosen.lead.replace("lead", "debt")
        more = [
            {**row, "attempt": f"early-{k}", "launched_at": chosen.at - 60.0 * k, "debts": f'["{debt}"]'}
            for k in range(1, 8)
        ]
        often.write(lambda connection: connection.execute(attempts.insert(), more))
        now, then = date(2026, 3, 10), date(2021, 11, 29)
        compared, back = (
            compare(often, before, after, progress=nothing) for before, after in ((now, then), (then, now))
        )
        last_of_all = max(each.at for each in denied)
        since = {**row, "attempt": "since-1", "launched_at": last_of_all + 60.0, "lead": chosen.lead}
        often.write(lambda connection: connection.execute(attempts.insert(), [since]))
        called_since = compare(often, now, then, progress=nothing)
        unsigned = standard_rulebook()
        kept = {"rulebook": unsigned.hash, "text": unsigned.text, "first_used_at": 0.0}
        kept["sources"] = write_sources(unsigned.sources)
        often.write(lambda c: c.execute(tables.rulebooks.insert(), [kept]))
        often.write(lambda c: c.execute(update(tables.denials).values(rulebook=unsigned.hash)))
        without_leave = compare(often, now, then, progress=nothing)
    unplaced = [each for each in denied if each.person == chosen.person]
    assert compared.denials == len(denied)
    assert [each.id for each in compared.unplaced] == [each.lead for each in unplaced]
    assert {each.rules for each in compared.unplaced} == {("us-regf-seven-in-seven",)}
    assert {(each.allowed_before, each.allowed_after) for each in compared.unplaced} == {(False, True)}
    last = unplaced[-1]
    (waits,) = compared.waiting
    assert (waits.lead, waits.person, waits.since, waits.frees) == (last.lead, last.person, last.at, True)
    assert [each.frees for each in back.waiting] == [False]
    assert (called_since.unplaced, called_since.waiting) == (compared.unplaced, ())
    assert (without_leave.unplaced, without_leave.notes) == ((), ())
    moved = {rule.rule: rule.newly_allowed for rule in compared.rules}
    assert moved["us-regf-seven-in-seven"] == len(unplaced) + len(compared.impacts)


# --- the ring must be over when the hours are --------------------------------------------------------------

RINGS_S, SETUP_S = 22.0, 10.0
"""The rehearsal's campaign rings so long; a call may take so long to reach the telephone."""


def called_once(shift: RehearsedShift) -> AttemptRecord:
    """Somebody in one zone who was called once."""
    times = Counter(each.person for each in shift.records.attempts)
    return next(
        each
        for each in shift.records.attempts
        if times[each.person] == 1 and each.zones == ("America/New_York",)
    )


def nine_in_the_evening(shift: RehearsedShift) -> float:
    """When the hours end in New York on the day of the shift."""
    zone = ZoneInfo("America/New_York")
    day = datetime.fromtimestamp(shift.records.starts_at, zone).date()
    return datetime.combine(day, time(21), tzinfo=zone).timestamp()


@pytest.mark.parametrize(("before_s", "is_allowed"), [(33.0, True), (32.0, False), (31.0, False)])
def test_nobody_may_be_called_whose_telephone_could_ring_when_the_hours_end(
    store: Store, shift: RehearsedShift, before_s: float, is_allowed: bool
) -> None:
    """Ten seconds to reach the telephone and the ring of 22: at 20:59:28 it is too late."""
    person = called_once(shift).person
    answers = explain_person(store, person, at=nine_in_the_evening(shift) - before_s)
    assert {asked.is_allowed for asked in answers} == {is_allowed}
    denied = {rule.rule for asked in answers for rule in asked.rules if rule.denies}
    assert ("us-regf-hours" in denied) is not is_allowed


@pytest.mark.parametrize(("past_s", "is_lawful"), [(-1.0, True), (0.0, False), (1.0, False)])
def test_a_call_that_could_ring_past_the_hours_is_judged_unlawful_and_a_second_earlier_not(
    shift: RehearsedShift, tmp_path: Path, past_s: float, is_lawful: bool
) -> None:
    """Such a call is made of a lawful one: by moving it to the evening."""
    file = tmp_path / "moved.db"
    shutil.copy(shift.folder / "fairdial.db", file)
    moved = called_once(shift)
    at = nine_in_the_evening(shift) - SETUP_S - RINGS_S + past_s
    with Store.open(str(file)) as store:
        later = update(tables.attempts).where(tables.attempts.c.attempt == moved.attempt)
        store.write(lambda connection: connection.execute(later.values(launched_at=at)))
        assert campaign_settings(store)[moved.campaign].ring_s == RINGS_S
        audited = audit(store, progress=nothing)
    assert [each.attempt.attempt for each in audited.unlawful] == ([] if is_lawful else [moved.attempt])


def test_an_empty_store_has_nothing_to_judge(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "empty.db")) as empty:
        for question in (
            lambda: audit(empty, progress=nothing),
            lambda: compare(empty, date(2021, 1, 1), date(2026, 1, 1), progress=nothing),
        ):
            with pytest.raises(NothingToAskError, match="no attempt is stored"):
                question()


def test_a_person_s_report_and_the_rows_for_others_are_of_the_same_attempts(
    store: Store, shift: RehearsedShift
) -> None:
    wanted = shift.records.attempts[0].person
    facts = person_facts(store, wanted, since=None, until=None, with_name=False)
    own = [each for each in shift.records.attempts if each.person == wanted]
    assert [each.attempt for each in facts.attempts] == [each.attempt for each in own]
    out = io.StringIO()
    assert export_attempts(store, out) == len(shift.records.attempts)
    assert out.getvalue().count("\n") == len(shift.records.attempts) + 1
    assert export_denials(store, io.StringIO()) == len(shift.records.denials)
    assert export_promises(store, io.StringIO()) == len(shift.records.promises)


def test_the_measures_of_a_history_are_those_of_the_shift(store: Store, shift: RehearsedShift) -> None:
    told = summary_of(shift)
    measured = {each.measure.name: each.value for each in measures_between(store)}
    assert measured["attempts"] == told["attempts"] == len(shift.records.attempts)
    assert measured["abandonment_rate"] == pytest.approx(told["abandonment_rate"], abs=1e-6)
    halved = measures_between(store, until=shift.records.starts_at + 450.0)
    first_half = [
        each for each in shift.records.attempts if each.launched_at < shift.records.starts_at + 450.0
    ]
    assert {each.measure.name: each.value for each in halved}["attempts"] == len(first_half) > 0


def test_a_journal_says_identical_or_where_it_is_not(shift: RehearsedShift, tmp_path: Path) -> None:
    same = replay(shift.folder, progress=nothing)
    assert (same.is_identical, same.has_passed, same.steps) == (True, True, shift.observer.steps)
    reader = JournalReader(shift.journal)
    entries = list(reader)
    number = next(
        place for place, one in enumerate(entries) if any(isinstance(c, Originate) for c in one.commands)
    )
    commands = tuple(
        replace(c, ring_s=23.0) if isinstance(c, Originate) else c for c in entries[number].commands
    )
    entries[number] = replace(entries[number], commands=commands)
    changed = tmp_path / "changed.jsonl"
    write_journal(changed, reader.header, entries)
    other = replay(changed, progress=nothing)
    assert (other.is_identical, other.has_passed) == (False, False)
    assert other.first is not None
    assert (other.first.step, other.first.was) == (entries[number].sequence, "23.0")
    assert "ring_s" in other.first.where


def test_law_is_listed_shown_and_compared() -> None:
    listed = rules_listed(pack="US-federal")
    assert {rule.pack for rule in listed.rules} == {"US-federal"}
    assert {rule.rule for rule in rule_editions("us-regf-hours")} == {"us-regf-hours"}
    changes = {each.rule: each for each in changes_between(date(2021, 1, 1), date(2026, 1, 1))}
    assert changes["us-regf-hours"].change == "came into force"  # 30 November 2021
    assert changes["us-regf-hours"].before is None
    with pytest.raises(NotThereError, match="no pack"):
        rules_listed(pack="us-nowhere")
    with pytest.raises(NotThereError) as caught:
        rule_editions("regf-hour")
    assert "us-regf-hours" in caught.value.mend


def test_a_place_is_covered_signed_for_and_withdrawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAIRDIAL_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAIRDIAL_SIGNATURES", raising=False)
    unsigned = [place.name for place in coverage().places if place.needs_signature]
    signing = sign_places(unsigned[:2], by=" counsel ", on=date(2026, 3, 10))
    assert (signing.places, signing.by) == (tuple(unsigned[:2]), "counsel")
    assert not coverage(unsigned[0]).places[0].needs_signature
    withdraw_places(unsigned[:1])
    assert [each.place for each in signed_file().signatures] == unsigned[1:2]
    rest = sign_places(None, by="counsel", on=date(2026, 3, 10))
    assert len(rest.places) == len(unsigned) - 1
    for wrong in (
        lambda: sign_places(unsigned[:1], by=" "),
        lambda: sign_places(unsigned[:1], by="counsel", on=date(2199, 1, 1)),
        lambda: sign_places(["US-XX"], by="counsel"),
        lambda: withdraw_places(["US-XX"]),
    ):
        with pytest.raises(MendableError):
            wrong()


def test_a_case_that_is_none_is_named_by_its_line() -> None:
    with pytest.raises(MendableError, match="JSON object") as caught:
        list(check_cases(["\n", "[1]\n"], name="mine.jsonl"))
    assert caught.value.where == "mine.jsonl line 2"
    with pytest.raises(MendableError, match="no pack is called x"):
        list(check_cases([], name="mine.jsonl", packs=["x"]))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "a", "facts": {"history": [{}], "history": []}}', "not JSON: told twice: history"),
        ('{"id": "a", "facts": {"max_ring_s": NaN}}', "not JSON: NaN is no number"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_of_a_case_nothing_is_lost_when_it_is_read(line: str, message: str) -> None:
    """Of two lists with one name a reader of JSON keeps the last, and the first may be what forbids."""
    with pytest.raises(MendableError, match=message):
        list(check_cases([line], name="mine.jsonl"))


def test_the_installation_is_examined(shift: RehearsedShift) -> None:
    examined = {each.name: each for each in examine_installation(str(shift.folder))}
    assert examined["store"].ok
    assert examined["time-zone rules"].ok
    assert not {each.name: each for each in examine_installation("/nowhere.db")}["store"].ok


def test_scenarios_are_known_by_name_or_by_file(tmp_path: Path) -> None:
    assert "smoke" in {each.name for each in known_scenarios()}
    file = tmp_path / "own.toml"
    file.write_text("[agents]\ncount = 2\n", encoding="utf-8")
    own = scenario_named(str(file))
    assert (own.name, own.agents.count) == ("own", 2)


def test_a_store_that_no_rehearsal_made_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "fairdial.db").write_bytes(b"somebody's")
    with pytest.raises(FolderInUseError, match="would be overwritten"):
        prepare_folder(tmp_path)
    assert (tmp_path / "fairdial.db").read_bytes() == b"somebody's"
