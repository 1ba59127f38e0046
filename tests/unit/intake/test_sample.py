"""The bundled placement is what its README says: of nobody, of everywhere, one line in a hundred bad."""

import re
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest

from compliance_gate.words import NumberRole, PersonRole
from dialer.domain.placement import PlacedAccount
from dialer.floor.stores import REHEARSAL_KEY
from dialer.intake.columns import markdown
from dialer.intake.placements import PlacementReader
from dialer.storage.placements.identifiers import Identifiers

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def sample() -> tuple[PlacementReader, list[PlacedAccount]]:
    file = resources.files("config") / "sample" / "placement.csv.gz"
    with resources.as_file(file) as path:
        reader = PlacementReader(path, as_of=datetime(2026, 11, 23, 13, tzinfo=UTC))
        return reader, [line for line in reader if isinstance(line, PlacedAccount)]


def test_about_one_line_in_a_hundred_is_rejected_for_many_reasons(
    sample: tuple[PlacementReader, list[PlacedAccount]],
) -> None:
    report = sample[0].report
    assert 0.008 < report.rejected / report.lines < 0.015
    assert len(report.reject_reasons) >= 15
    assert report.unknown_columns == ()


def test_no_telephone_number_of_the_sample_can_ring(
    sample: tuple[PlacementReader, list[PlacedAccount]],
) -> None:
    fiction = re.compile(r"\+1\d{3}55501\d\d")
    assert all(fiction.fullmatch(n.e164) for account in sample[1] for n in account.person.numbers)


def test_the_sample_has_what_makes_collections_hard(
    sample: tuple[PlacementReader, list[PlacedAccount]],
) -> None:
    accounts = sample[1]
    assert 19_600 <= len({account.client_account for account in accounts}) <= 20_000
    regions = {address.region for account in accounts for address in account.person.addresses}
    assert {"MA", "DC", "NY", "WA", "FL", "WV", "AZ", "HI"} <= regions
    people = {account.person.person_ref for account in accounts}
    assert len(people) < 0.75 * len(accounts), "several debts per person"
    holders: dict[str, set[str]] = {}
    for account in accounts:
        for number in account.person.numbers:
            holders.setdefault(number.e164, set()).add(account.person.person_ref)
    assert sum(len(having) > 1 for having in holders.values()) > 500, "shared numbers"
    assert sum(account.person.role is PersonRole.JOINT_DEBTOR for account in accounts) > 800
    roles = {number.role for account in accounts for number in account.person.numbers}
    assert {NumberRole.WORK, NumberRole.RELATIVE, NumberRole.REFERENCE, NumberRole.SHARED} <= roles
    assert any(len(account.person.addresses[0].zones or ()) > 1 for account in accounts), "split ZIP codes"


def test_the_columns_in_the_readme_are_the_columns_of_the_reader() -> None:
    assert markdown() in (PROJECT / "dialer" / "intake" / "README.md").read_text()


def test_the_person_whom_the_first_readme_names_is_of_the_sample(
    sample: tuple[PlacementReader, list[PlacedAccount]],
) -> None:
    """A newcomer types it in: ids of a rehearsal are the same every time."""
    (named,) = re.findall(r"fairdial person (\S+) --folder", (PROJECT / "README.md").read_text())
    ids = Identifiers(REHEARSAL_KEY)
    assert named in {ids.person(account.client, account.person.person_ref) for account in sample[1]}
