"""A person's account over HTTP and by command: before they are identified nothing says there is a debt."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from compliance_gate.request import Hold, PersonRequest
from compliance_gate.words import HoldKind, NumberKind, NumberRole, PersonRole, RequestKind
from dialer.access.record import Deed
from dialer.access.roles import Role
from dialer.access.walls import Place
from dialer.casework.identifying import Identifier, Party
from dialer.cli import run
from dialer.cli.account_desk import StoreLedgers
from dialer.domain.events import Event, HoldPlaced, RequestReceived
from dialer.domain.ids import AgentId, PersonId
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedAddress, PlacedNumber, PlacedPerson, PlacedRequest
from dialer.domain.ports import Fate, JournalEntry
from dialer.domain.record import instant
from dialer.domain.snapshot import FloorSnapshot
from dialer.inquiry.account_view import Answers, Leave, account_view
from dialer.inquiry.errors import NotThereError
from dialer.storage.access import deeds
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store
from dialer.web.application import make_web
from dialer.web.tokens import Token, Tokens, digest_of

NOW = 1_795_000_000.0
"""Wednesday 18 November 2026, 11:06:40 UTC."""

SECRETS = ("1980-02-29", "0042", "02108", "Beacon", "A-77", "Originalbank", "Newcreditor", "100.00", "10000")


def without_ids(text: str) -> str:
    """Ids are made anew in each run, and any four of their figures may stand in them."""
    return re.sub(r"\b[a-z]+-[0-9a-f]{20}\b", "", text)


"""What identifies, and what says that there is a debt."""


EASTERN = frozenset({"America/New_York"})


def placed(ref: str, account: str, role: PersonRole, **told: object) -> PlacedAccount:
    person = PlacedPerson(
        person_ref=ref,
        role=role,
        first="Ann",
        last="Example",
        language="es",
        date_of_birth=date(1980, 2, 29),
        ssn_last4="0042",
        addresses=(
            PlacedAddress(
                country="US",
                line_1="1 Beacon Street",
                city="Boston",
                region="US-MA",
                postal_code="02108",
                zones=EASTERN,
            ),
        ),
        numbers=(
            PlacedNumber(
                e164="+16175550123", kind=NumberKind.MOBILE, role=NumberRole.OWN, country="US", zones=EASTERN
            ),
        ),
    )
    return PlacedAccount(
        line=2,
        client="acme",
        client_account=account,
        person=replace(person, **told),  # pyright: ignore[reportArgumentType]  # of the test's own tables
        balance=Money(cents=10_000),
        current_creditor="Newcreditor",
        original_creditor="Originalbank",
    )


DISPUTE = PlacedRequest(
    type=RequestKind.DISPUTE, at=instant(NOW - 86_400.0), debt_only=True, text="paid long ago"
)


@pytest.fixture
def folder(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of acme's: ann with two accounts, one of them disputed, and bob, who is only a relative."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(migrated, tmp_path / "fairdial.db")
    with Store.open(str(tmp_path / "fairdial.db")) as store:
        imports = store.imports()
        begun = imports.begin(file_name="f", sha256="f", campaign="c", client="acme", now=NOW - 90_000.0)
        consumer = PersonRole.CONSUMER
        accounts = [
            placed("ann", "A-77", consumer),
            placed("ann", "A-78", consumer, requests=(DISPUTE,)),
            placed("bob", "A-77", PersonRole.RELATIVE),
        ]
        imports.stage(begun.import_id, accounts)
        imports.publish(begun.import_id, now=NOW - 90_000.0)
        imports.put_in_place(begun.import_id, now=NOW - 90_000.0)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store.open(str(folder / "fairdial.db")) as opened:
        yield opened


@dataclass
class Written:
    """The record of who did what, for a test."""

    deeds: list[Deed] = field(default_factory=list[Deed])

    async def record(self, deed: Deed) -> None:
        self.deeds.append(deed)


@dataclass
class OneLine:
    """Ann is on the line of the agent `a1`; everybody is acme's."""

    ann: str

    async def person_named(self, name: str) -> str | None:
        return name if name.startswith("p-") else None

    async def of_person(self, person: str) -> Place:
        return Place(client="acme")

    async def is_own(self, agent: str, person: str, attempts: tuple[str, ...]) -> bool:
        return agent == "a1" and person == self.ann


class QuietFloor:
    """Nobody is at a seat."""

    def snapshot(self) -> FloorSnapshot:
        return FloorSnapshot(
            now=1.0,
            sequence=1,
            is_floor_stopped=False,
            is_network_up=True,
            agents=(),
            campaigns=(),
            ignored=(),
        )

    async def earlier_talks(self, agent: str) -> tuple[object, ...]:
        return ()


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture
def client(folder: Path, store: Store, written: Written) -> Iterator[TestClient]:
    tokens = Tokens(
        [
            Token(digest=digest_of("boss"), roles=frozenset({Role.SUPERVISOR}), name="boss"),
            Token(digest=digest_of("a1"), roles=frozenset({Role.AGENT}), name="a1", agent=AgentId("a1")),
        ]
    )
    web = make_web(
        floor=QuietFloor(),  # pyright: ignore[reportArgumentType]  # as much of a floor as these routes ask
        tokens=tokens,
        registry=CollectorRegistry(),
        places=OneLine(store.identifiers.person("acme", "ann")),  # pyright: ignore[reportArgumentType]
        records=written,
        ledger_desk=StoreLedgers(database=str(folder / "fairdial.db")),
    )
    with TestClient(web.application) as made:
        yield made


@pytest.fixture
def ann(store: Store) -> str:
    return store.identifiers.person("acme", "ann")


A1 = {"Authorization": "Bearer a1"}
BOSS = {"Authorization": "Bearer boss"}
RIGHT = {"party": "consumer", "date_of_birth": "1980-02-29", "ssn_last4": "0042"}


def test_before_they_are_identified_nothing_says_there_is_a_debt(
    client: TestClient, written: Written, ann: str
) -> None:
    """Whom to ask for, in which language, at what hour there, and what to ask; never what the answers are."""
    answer = client.get(f"/api/persons/{ann}/account", headers=A1)
    told = answer.json()
    assert answer.status_code == 200, told
    assert (told["name"], told["language"], told["is_told"], told["account"]) == (
        "Ann Example",
        "es",
        False,
        None,
    )
    assert told["identifying"]["asks"] == ["date_of_birth", "postal_code", "ssn_last4", "account"]
    assert told["identifying"]["is_possible"] is True
    assert not [secret for secret in SECRETS if secret in without_ids(answer.text)]
    assert written.deeds[-1].about == (f"person:{ann}", "account-view:before")
    assert written.deeds[-1].who == "a1"


def test_two_right_answers_show_the_account_and_none_of_what_was_asked(
    client: TestClient, written: Written, ann: str
) -> None:
    answer = client.post(f"/api/persons/{ann}/account", headers=A1, json=RIGHT)
    told = answer.json()
    assert (told["is_told"], told["why"]) == (True, "consumer, by date of birth, ssn last4")
    debts = told["account"]["debts"]
    assert [(each["ledger"]["balance_cents"], each["creditor"]) for each in debts] == [
        (10_000, "Newcreditor")
    ] * 2
    assert told["account"]["numbers"][0]["e164"] == "+16175550123"
    text = without_ids(answer.text)
    assert not [secret for secret in ("1980-02-29", "0042", "02108", "Beacon", "A-77") if secret in text]
    assert written.deeds[-1].about == (f"person:{ann}", "account-view:whole")


def test_a_wrong_answer_shows_nothing_more_and_a_few_of_them_make_wait(
    client: TestClient, written: Written, ann: str
) -> None:
    """Five tries are looked at; the sixth is refused though it is right, and says for how long."""
    for _ in range(5):
        told = client.post(
            f"/api/persons/{ann}/account", headers=A1, json={**RIGHT, "ssn_last4": "0043"}
        ).json()
        assert (told["is_told"], told["account"]) == (False, None)
        assert told["why"] == "what was told is not what is on file"
        assert written.deeds[-1].about == (f"person:{ann}", "account-view:before")
    late = client.post(f"/api/persons/{ann}/account", headers=A1, json=RIGHT)
    assert late.status_code == 429
    assert 0 < int(late.headers["Retry-After"]) <= 60


def test_a_supervisor_sees_the_whole_and_a_collector_their_own_person_alone(
    client: TestClient, written: Written, store: Store, ann: str
) -> None:
    told = client.get(f"/api/persons/{ann}/account", headers=BOSS).json()
    assert (told["is_told"], told["why"]) == (
        True,
        "seen with the right to see all that happened to a person",
    )
    assert written.deeds[-1].about == (f"person:{ann}", "account-view:whole")
    bob = store.identifiers.person("acme", "bob")
    assert client.get(f"/api/persons/{bob}/account", headers=A1).status_code == 403
    assert client.get("/api/persons/nobody/account", headers=BOSS).status_code == 404


def test_an_answer_that_is_nobodys_role_or_no_day_is_refused(client: TestClient, ann: str) -> None:
    for wrong in (
        {"party": "neighbour"},
        {"date_of_birth": "29.2.1980"},
        {"ssn_last4": "00425"},
        {"pin": "1"},
    ):
        answer = client.post(f"/api/persons/{ann}/account", headers=A1, json={**RIGHT, **wrong})
        assert answer.status_code == 422, wrong


def tell(store: Store, event: Event, *, at: float) -> None:
    with RehearsalWriter(store) as writer:
        writer.append(JournalEntry(sequence=1, now=at, event=event, commands=(), fate=Fate.TAKEN))


def test_nothing_is_offered_on_what_is_disputed_until_it_is_answered(store: Store, ann: str) -> None:
    """A plan may be offered on the other account; the dispute is told with the person's words."""
    found = account_view(store, ann, at=NOW, by=Leave(why="")).account
    assert found is not None
    by_account = {each.debt: each for each in found.debts}
    quiet = by_account[store.identifiers.debt("acme", "A-77")]
    disputed = by_account[store.identifiers.debt("acme", "A-78")]
    assert (quiet.bars, quiet.ledger.offers.most_parts) == ((), 4)
    assert [each.what for each in disputed.bars] == ["dispute that waits for an answer"]
    assert disputed.ledger.offers.most_parts == 1
    (dispute,) = found.disputes
    assert (dispute.words, dispute.answered_at, dispute.debts) == ("paid long ago", None, (disputed.debt,))
    answered = PersonRequest(
        type=RequestKind.DISPUTE_ANSWERED, at=instant(NOW + 10.0), debts=(disputed.debt,)
    )
    tell(store, RequestReceived(person=PersonId(ann), request=answered), at=NOW + 10.0)
    later = account_view(store, ann, at=NOW + 11.0, by=Leave(why="")).account
    assert later is not None
    assert (later.disputes[0].answered_at, later.debts[0].bars, later.debts[1].bars) == (NOW + 10.0, (), ())


def test_a_hold_bars_offers_until_the_second_it_ends(store: Store, ann: str) -> None:
    ends = NOW + 100.0
    hold = Hold(kind=HoldKind.VULNERABILITY, since=instant(NOW), until=instant(ends), source="desk")
    tell(store, HoldPlaced(person=PersonId(ann), hold=hold), at=NOW)

    def bars(at: float) -> set[str]:
        found = account_view(store, ann, at=at, by=Leave(why="")).account
        assert found is not None
        undisputed = store.identifiers.debt("acme", "A-77")
        return {bar.what for each in found.debts if each.debt == undisputed for bar in each.bars}

    assert bars(ends - 1.0) == {"hold: vulnerability"}
    assert bars(ends) == set()


def test_a_recall_that_a_file_tells_of_beforehand_bars_nothing_until_its_day(store: Store, ann: str) -> None:
    """A placement says when an account goes back, a year before: until then it is worked as any other."""
    imports = store.imports()
    begun = imports.begin(file_name="g", sha256="g", campaign="c", client="acme", now=NOW)
    lent = replace(placed("ann", "A-79", PersonRole.CONSUMER), recall_on=date(2027, 10, 15))
    imports.stage(begun.import_id, [lent])
    imports.publish(begun.import_id, now=NOW)
    imports.put_in_place(begun.import_id, now=NOW)

    def bars(at: float) -> set[str]:
        found = account_view(store, ann, at=at, by=Leave(why="")).account
        assert found is not None
        recalled = store.identifiers.debt("acme", "A-79")
        return {bar.what for each in found.debts if each.debt == recalled for bar in each.bars}

    assert bars(NOW) == set()
    assert bars(datetime(2027, 10, 16, tzinfo=UTC).timestamp()) == {"hold: recalled"}


def test_a_relatives_file_tells_of_no_debt_whoever_they_say_they_are(store: Store) -> None:
    bob = store.identifiers.person("acme", "bob")
    right = {Identifier.DATE_OF_BIRTH: "1980-02-29", Identifier.SSN_LAST4: "0042"}
    view = account_view(store, bob, at=NOW, by=Answers(party=Party.CONSUMER, told=right))
    assert view.account is None or view.account.debts == ()


def test_what_may_be_said_comes_with_its_rules(store: Store, ann: str) -> None:
    """Each means, about each account: allowed with what must be said, or not, by named rules."""
    found = account_view(store, ann, at=NOW, by=Leave(why="")).account
    assert found is not None
    assert {each.channel for each in found.means} == {"call", "text", "email", "letter"}
    for means in found.means:
        assert means.is_allowed or all(rule.citation for rule in means.denied_by)
    call = next(each for each in found.means if each.channel == "call")
    assert not call.is_allowed  # 06:06 in Boston
    assert any("time" in rule.rule or "hour" in rule.rule for rule in call.denied_by), call.denied_by


def test_nobody_is_made_up(store: Store) -> None:
    with pytest.raises(NotThereError):
        account_view(store, "p-nobody", at=NOW)


def test_the_command_writes_down_who_looked(
    folder: Path, ann: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--store", str(folder / "fairdial.db"))
    assert run(["account", "view", "ACME/Ann", "--before", "--json", *where]) == 0
    before = json.loads(capsys.readouterr().out)
    assert (before["person"], before["account"]) == (ann, None)
    assert run(["account", "view", ann, "--why", "complaint", *where]) == 0
    told = capsys.readouterr().out
    assert "100.00 USD, open" in told
    assert "nothing may be offered: dispute that waits for an answer" in told
    assert "1980" not in without_ids(told)
    with Store.open(str(folder / "fairdial.db")) as store:
        looks = store.read(lambda connection: list(deeds.newest(connection, about=f"person:{ann}", limit=9)))
    assert [(each.deed.why, each.deed.outcome) for each in looks] == [("complaint", "told"), ("", "not told")]
    assert run(["account", "view", "acme/nobody", *where]) == 1
