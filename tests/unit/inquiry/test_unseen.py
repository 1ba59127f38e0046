"""Whoever is on the list and out of sight is told of, with how many and how to mend it."""

import json
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, update

from dialer import clock
from dialer.cli import run
from dialer.domain.events import AgentLoggedIn, LeadsFetched
from dialer.domain.ids import AgentId, CampaignId, DebtId, EndpointId, LeadId
from dialer.domain.lead import Lead
from dialer.domain.ports import JournalEntry
from dialer.floor.taking_in import take_in
from dialer.inquiry.unseen import LOOKED_BACK_S, PACE_S, Unseen, Why, of_shift, unseen
from dialer.measures.unseen import OutOfSight
from dialer.storage.database import tables as t
from dialer.storage.projecting.fold import Fold
from dialer.storage.projecting.projections import project
from dialer.storage.store import Store

HEADING = "client_id,client_account,person_ref,last,language,phone_1,phone_1_role,current_balance\n"
PLACED = (
    "acme,A1,P1,Example,en,8135550101,own,100.00\nacme,A2,P2,Roe,es,8135550102,own,100.00\n"
    "acme,A3,P3,Poe,es,8135550103,,100.00\nacme,A4,P4,Doe,en,,,100.00\n"
)
NOW = float(int(clock.posix_now())) + 60.0


@pytest.fixture
def address(tmp_path: Path) -> str:
    file = tmp_path / "placement.csv"
    file.write_text(HEADING + PLACED)
    take_in(file, campaign="c", address=str(tmp_path / "f.db"), folder=None, progress=lambda _: None)
    return str(tmp_path / "f.db")


def found(address: str, now: float = NOW) -> dict[Why, Unseen]:
    with Store.open(address) as store:
        return {each.why: each for each in unseen(store, now=now)}


def logged_in(address: str, *tags: str, at: float = NOW, agent: str = "ana") -> None:
    event = AgentLoggedIn(
        agent=AgentId(agent), campaign=CampaignId("c"), endpoint=EndpointId(f"seat-{agent}"), tags=tags
    )
    with Store.open(address, exclusive=True) as store:
        sequence = 1 + len(store.read(lambda connection: connection.execute(t.journal.select()).all()))
        fold = Fold()
        project(fold, JournalEntry(sequence=sequence, now=at, event=event, commands=()))
        store.write_steps(fold)


def worked(connection: Connection, *names: str) -> None:
    """Floors were set up for these campaigns."""
    for name in names:
        connection.execute(t.campaigns.delete().where(t.campaigns.c.campaign == name))
        connection.execute(insert(t.campaigns).values(campaign=name, client="", settings='{"a":1}'))


def test_a_language_that_no_agent_of_a_week_speaks_is_told_with_its_accounts(address: str) -> None:
    told = found(address)[Why.NO_AGENT]
    assert (told.campaign, told.count) == ("c", 2)
    assert told.says == "need language es; nobody logged in within a week"
    logged_in(address, "language:fr")
    assert (
        found(address)[Why.NO_AGENT].says == "need language es; of the 1 agents of the last week none has it"
    )
    logged_in(address, "language:es", agent="bea")
    assert Why.NO_AGENT not in found(address, NOW + LOOKED_BACK_S)
    assert found(address, NOW + LOOKED_BACK_S + 1.0)[Why.NO_AGENT].count == 2, (
        "she has not been here for a week"
    )


def test_numbers_that_are_nobody_s_and_people_without_one_are_counted_as_people(address: str) -> None:
    told = found(address)
    assert (told[Why.NO_ROLE].count, told[Why.NO_NUMBER].count) == (1, 1)
    with Store.open(address, exclusive=True) as store:
        store.write(lambda c: c.execute(update(t.leads).values(state="closed")))
    assert found(address) == {}, "whoever is not to be called is not missed"


def test_a_campaign_that_no_floor_works_is_told_once_another_is_worked(address: str) -> None:
    assert Why.NO_FLOOR not in found(address)
    with Store.open(address, exclusive=True) as store:
        store.write(partial(_renamed, to="collectoins"))
        store.write(lambda connection: worked(connection, "collections"))
    told = found(address)[Why.NO_FLOOR]
    assert (told.campaign, told.count) == ("collectoins", 4)
    assert "is it a slip of 'collections'?" in told.mend
    with Store.open(address, exclusive=True) as store:
        store.write(lambda connection: worked(connection, "collectoins"))
    assert Why.NO_FLOOR not in found(address)


def _renamed(connection: Connection, to: str) -> None:
    connection.execute(update(t.leads).values(campaign=to))


def _called(connection: Connection, times: int) -> None:
    for number in range(times):
        connection.execute(
            insert(t.attempts).values(
                attempt=f"a-{number}",
                campaign="c",
                lead="l",
                person="p",
                number="n",
                launched_at=NOW - PACE_S,
                guaranteed=False,
                message_played=False,
            )
        )


@pytest.mark.parametrize(
    ("calls", "says"), [(3, None), (4, "are left, 60 minutes"), (48, "are left, 5 minutes")]
)
def test_a_list_that_lasts_an_hour_or_less_at_its_pace_is_told(
    address: str, calls: int, says: str | None
) -> None:
    """Four accounts are due: at four calls an hour for an hour, at three for longer."""
    with Store.open(address, exclusive=True) as store:
        store.write(partial(_called, times=calls))
    told = found(address).get(Why.RUNS_DRY)
    assert (told is None) is (says is None)
    if told is not None and says is not None:
        assert told.says.startswith(says)
        assert told.count == 4
    assert Why.RUNS_DRY not in found(address, NOW + 1.0), "nobody was called in the last hour"


def test_the_commands_tell_it(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["callable", "--store", address, "--json"])
    told = json.loads(capsys.readouterr().out)["unseen"]
    assert {(each["why"], each["count"]) for each in told} >= {("no agent", 2), ("no role", 1)}
    file = tmp_path / "more.csv"
    file.write_text(HEADING + "acme,A9,P9,Noe,es,8135550109,own,100.00\n")
    assert run(["import", str(file), "--campaign", "c", "--store", address, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["unseen"]
    assert {each["why"]: each["count"] for each in told}["no agent"] == 3
    file.write_text(HEADING + "acme,B1,P10,Coe,es,8135550110,own,100.00\n")
    assert run(["import", str(file), "--campaign", "c", "--store", address]) == 0
    assert "c: 4 need language es; nobody logged in within a week" in capsys.readouterr().out


def fetched(*leads: Lead) -> LeadsFetched:
    return LeadsFetched(
        campaign=CampaignId("c"), request=1, as_of=1, leads=leads, persons=(), leads_left=len(leads)
    )


def lead(name: str, *needs: str) -> Lead:
    return Lead(
        lead=LeadId(name), campaign=CampaignId("c"), debt=DebtId(f"d-{name}"), targets=(), needs=needs
    )


def test_the_report_on_a_shift_tells_whom_no_agent_could_take_and_when_the_list_ran_dry() -> None:
    """A lead that came twice is one account; a list that brought somebody again is not dry."""
    seen, at = OutOfSight(), 1_773_151_200.0
    seen.take(
        AgentLoggedIn(agent=AgentId("a"), campaign=CampaignId("c"), endpoint=EndpointId("e"), tags=("x",)), at
    )
    for leads in ((lead("1", "language:es"), lead("2", "x")), (lead("1", "language:es"), lead("3"))):
        seen.take(fetched(*leads), at)
    assert list(seen.unserved()) == [("c", ("language:es",), 1)]
    seen.take(fetched(), at)
    seen.take(fetched(lead("3")), at + 60.0)
    assert seen.dry_since == {}
    seen.take(fetched(), at + 120.0)
    seen.take(fetched(), at + 180.0)
    first, last = of_shift(seen, local="UTC")
    assert first.startswith("1 accounts of c need language es, which no agent had")
    assert last.startswith("The list of c ran dry at 14:02")
