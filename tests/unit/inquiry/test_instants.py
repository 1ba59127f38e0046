"""An answer about the past goes by the law, signatures, campaigns and facts of then, or refuses."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from compliance_gate.book.kept import NotMadeAgainError, made_again
from compliance_gate.book.register.signatures import Signature
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import sample_rulebook, standard_rulebook
from compliance_gate.book.sources import write_sources
from dialer.domain.events import LeadsFetched
from dialer.domain.lead import Lead
from dialer.floor.made_up import stock
from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import prepare_folder, rehearsal_store
from dialer.inquiry.errors import NotKnownError, NotThereError
from dialer.inquiry.explain import About, Channel, explain_attempt, explain_person
from dialer.inquiry.instants import law_at
from dialer.inquiry.stored import attempts_of
from dialer.storage import queries
from dialer.storage.database import tables
from dialer.storage.journal.file import JournalReader
from dialer.storage.store import Store

SIGNED = (Signature(place="US-OH", signed_by="Jane Roe, compliance officer", dated=date(2026, 11, 22)),)


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> RehearsedShift:
    folder = tmp_path_factory.mktemp("rehearsed") / "smoke"
    prepare_folder(folder)
    order = ShiftOrder(scenario=scenario_named("smoke"), seed=3, hours=0.5)
    with rehearsal_store(folder) as store:
        return rehearse(order, folder=folder, store=store)


@pytest.fixture
def store(shift: RehearsedShift) -> Iterator[Store]:
    with Store.open(str(shift.folder / "fairdial.db")) as opened:
        yield opened


def leads_fetched(shift: RehearsedShift) -> dict[str, Lead]:
    entries = JournalReader(shift.journal)
    fetched = [entry.event for entry in entries if isinstance(entry.event, LeadsFetched)]
    return {lead.lead: lead for event in fetched for lead in event.leads}


def test_every_call_that_was_cleared_is_explained_as_allowed_at_the_very_instant(
    store: Store, shift: RehearsedShift
) -> None:
    """On its number, about its debt, in its manner: nothing that came later is held against it."""
    attempts = list(attempts_of(store))[::7]
    assert len(attempts) > 15
    for each in attempts:
        (asked,) = explain_person(
            store,
            each.person,
            at=each.launched_at,
            about=About(
                debt=each.debts[0],
                number=each.number,
                channel=Channel.HELD_CALL if each.guaranteed else Channel.CALL,
            ),
        )
        assert asked.is_allowed, (each.attempt, [rule.rule for rule in asked.rules if rule.denies])
        findings = queries.findings_of(store.database, each.attempt)
        assert [(rule.rule, rule.verdict, rule.facts) for rule in asked.rules] == [
            (finding.rule, finding.verdict.value, tuple(finding.facts)) for finding in findings
        ]


def test_every_call_that_was_denied_is_denied_by_the_same_rules_with_the_same_facts(
    store: Store, shift: RehearsedShift
) -> None:
    leads = leads_fetched(shift)
    denials = list(queries.denials(store.database))
    assert any("for another person on this line" in str(each.findings) for each in denials)
    for each in denials:
        lead = leads[each.lead]
        about = About(debt=lead.debt, number=each.number)
        (asked,) = explain_person(store, each.person, at=each.at, about=about)
        told = {rule.rule: rule.facts for rule in asked.rules if rule.denies}
        assert told == {rule: dict_of(each)[rule] for rule in each.rules}
        if len(lead.targets) == 1:  # a lead that has several waits for the first of them
            assert asked.next_at == each.retry_at


def dict_of(denial: queries.DenialRecord) -> dict[str, tuple[tuple[str, str], ...]]:
    return {finding.rule: tuple(finding.facts) for finding in denial.findings}


def test_a_debt_or_number_that_was_not_on_file_then_is_said_to_be_not_there(store: Store) -> None:
    first = next(attempts_of(store))
    with pytest.raises(NotThereError, match="did not have debt 'd-9'"):
        explain_person(store, first.person, at=first.launched_at, about=About(debt="d-9"))
    with pytest.raises(NotThereError, match="did not have number 'n-9'"):
        explain_person(store, first.person, at=first.launched_at, about=About(number="n-9"))


def test_a_letter_is_asked_about_without_a_number(store: Store) -> None:
    first = next(attempts_of(store))
    (letter, *_) = explain_person(
        store, first.person, at=first.launched_at, about=About(channel=Channel.LETTER)
    )
    assert ("channel", "letter") in letter.about
    assert not any(name == "number" for name, _ in letter.about)


def test_before_the_first_floor_no_law_was_in_force_and_nothing_is_answered(store: Store) -> None:
    first = next(attempts_of(store))
    began = store.read(lambda connection: connection.scalar(select(tables.rulebook_uses.c.since)))
    assert began is not None
    with pytest.raises(NotKnownError, match="no law was in force here at 2026-03-10T16:59:59"):
        explain_person(store, first.person, at=began - 1.0)
    assert explain_person(store, first.person, at=began)


def enter(store: Store, book: Rulebook, now: float) -> None:
    store.enter_rulebook(book.hash, text=book.text, sources=write_sources(book.sources), now=now)


def test_the_law_of_an_instant_is_the_one_used_last_before_it_with_its_signatures(tmp_path: Path) -> None:
    """Signed, withdrawn, signed again: each stretch has its own answer."""
    unsigned, signed = standard_rulebook(), standard_rulebook().signed(SIGNED)
    day = 86_400.0
    with Store.open(str(tmp_path / "s.db")) as store:
        for k, book in enumerate((unsigned, signed, unsigned, signed)):
            enter(store, book, now=1e9 + k * day)
        enter(store, signed, now=1e9 + 3.5 * day)
        store.write(
            lambda connection: connection.execute(
                tables.journal.insert().values(sequence=1, now=1e9 + 4 * day, event="TimeReached", entry=b"")
            )
        )
        seen = [law_at(store, 1e9 + hours * 3600.0) for hours in (0, 23.999, 24, 47.999, 48, 72, 95)]
        rows = store.read(lambda connection: connection.execute(select(tables.rulebook_uses)).all())
    assert [law.hash for law in seen] == [
        book.hash for book in (unsigned, unsigned, signed, signed, unsigned, signed, signed)
    ]
    entry = seen[-1].book.register.entry("US-OH")
    assert entry is not None
    assert entry.signed_by == SIGNED[0].signed_by
    assert len(rows) == 4, "a start under the same law is no use of its own"


def test_a_rulebook_whose_text_was_not_kept_is_not_answered_for(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "s.db")) as store:
        store.enter_rulebook("0123456789abcdef", now=1e9)
        with pytest.raises(NotKnownError, match="text of rulebook 0123456789abcdef was not kept"):
            law_at(store, 1e9)


def test_nobody_is_answered_about_from_before_they_were_placed(tmp_path: Path) -> None:
    now = datetime(2026, 3, 10, 17, tzinfo=UTC).timestamp()
    with Store.open(str(tmp_path / "s.db")) as store:
        stock(store, campaign="c", persons=3, now=now)
        (person, *_) = store.read(
            lambda connection: list(connection.scalars(select(tables.persons.c.person)))
        )
        with pytest.raises(NotKnownError, match=f"nothing was known of {person} at 2026-03-10T16:59:59"):
            explain_person(store, person, at=now - 1.0)
        (asked, *_) = explain_person(store, person, at=now)
    assert ("law", "today's: no floor has worked on this store yet") in asked.about


def test_a_rulebook_is_made_again_from_its_sources_with_its_signatures() -> None:
    book = sample_rulebook()
    made = made_again(book.hash, text=book.text, sources=write_sources(book.sources))
    assert (made.book.hash, made.editions) == (book.hash, ())
    assert [rule.header for rule in made.book.rules()] == [rule.header for rule in book.rules()]
    assert made.book.register == book.register


def test_zones_of_another_edition_are_told_and_other_rules_are_refused() -> None:
    book = standard_rulebook()
    content = json.loads(book.text)
    zones = json.dumps({**content, "tzdata": "2020a"}, sort_keys=True, separators=(",", ":"))
    name = sha256(zones.encode()).hexdigest()[:16]
    made = made_again(name, text=zones, sources=write_sources(book.sources))
    assert made.hash == name
    assert made.editions == (f"zones of edition {content['tzdata']}; then 2020a",)
    other = json.dumps({**content, "rules": content["rules"][1:]}, sort_keys=True, separators=(",", ":"))
    name = sha256(other.encode()).hexdigest()[:16]
    with pytest.raises(NotMadeAgainError, match="its rules would not be the same"):
        made_again(name, text=other, sources=write_sources(book.sources))


def test_a_rehearsal_keeps_the_text_and_the_sources_of_its_law_and_its_journal_names_the_hash(
    store: Store, shift: RehearsedShift
) -> None:
    entries = JournalReader(shift.journal)
    assert sum(1 for _ in entries)
    kept = {kind: (name, text) for (kind, name), text in entries.kept.items()}
    assert entries.header.rulebook == shift.rulebook.hash
    name, text = kept["rulebook"]
    assert sha256(text.encode()).hexdigest()[:16] == name == shift.rulebook.hash
    made = made_again(name, text=text, sources=kept["rulebook-sources"][1])
    assert made.book.hash == shift.rulebook.hash
    columns = tables.rulebooks.c
    row = store.read(lambda c: c.execute(select(columns.rulebook, columns.text, columns.sources)).one())
    assert (row.rulebook, row.text, row.sources) == (name, text, kept["rulebook-sources"][1])


def test_an_attempt_is_explained_in_the_words_of_the_law_that_decided(store: Store) -> None:
    first = next(attempts_of(store))
    (asked,) = explain_attempt(store, first.attempt)
    assert all(rule.what for rule in asked.rules if rule.rule.startswith("us-regf"))
