"""Roles and walls: the table is the README's, and a wall lets in what it says."""

from pathlib import Path

import pytest

from dialer.access.actor import Actor, RefusedError
from dialer.access.roles import MAY, Permission, Role, table_told
from dialer.access.walls import EVERYTHING, NOTHING, NOWHERE, Place, Walls

README = Path(__file__).parents[3] / "dialer" / "access" / "README.md"
BEGIN, END = "<!-- the table: begin -->\n", "<!-- the table: end -->"

ACME = Place(client="acme", campaigns=frozenset({"spring"}))
OTHER = Place(client="other", campaigns=frozenset({"autumn"}))


def test_the_readme_shows_the_table_in_force() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0] == table_told() + "\n"


@pytest.mark.parametrize(
    ("walls", "sees"),
    [
        (EVERYTHING, (True, True, True)),
        (NOTHING, (False, False, False)),
        (Walls(clients=frozenset({"acme"})), (True, False, False)),
        (Walls(campaigns=frozenset({"autumn"})), (False, True, False)),
        (Walls(clients=frozenset({""})), (False, False, True)),
    ],
)
def test_a_wall_lets_in_its_clients_and_campaigns(walls: Walls, sees: tuple[bool, ...]) -> None:
    """What belongs nowhere is outside of every wall that somebody would set up."""
    assert tuple(walls.has(place) for place in (ACME, OTHER, NOWHERE)) == sees


def test_campaigns_inside_are_those_of_the_clients_and_those_named() -> None:
    """By client and by name alike."""
    walls = Walls(clients=frozenset({"acme"}), campaigns=frozenset({"autumn"}))
    told = {"spring": "acme", "summer": "other", "autumn": "other"}
    assert walls.inside(told) == {"spring", "autumn"}


def test_one_role_that_may_is_enough_and_none_is_not() -> None:
    both = Actor(name="eve", roles=frozenset({Role.ANALYST, Role.COMPLIANCE}))
    both.demand(Permission.READ_RECORD)
    with pytest.raises(RefusedError, match="eve may not run campaigns"):
        both.demand(Permission.RUN_CAMPAIGNS)
    with pytest.raises(RefusedError):
        Actor(name="nobody", roles=frozenset()).demand(Permission.OWN_ACCOUNT)


def test_administrators_see_no_person_and_analysts_change_nothing() -> None:
    """Whoever gives rights has none over people; figures need no names."""
    admin = {permission for permission, roles in MAY.items() if Role.ADMINISTRATOR in roles}
    assert admin == {Permission.ANYBODY, Permission.OWN_ACCOUNT, Permission.MANAGE_ACCOUNTS}
    analyst = {permission for permission, roles in MAY.items() if Role.ANALYST in roles}
    beyond = analyst - {Permission.ANYBODY, Permission.OWN_ACCOUNT}
    assert beyond == {Permission.WATCH_FLOOR, Permission.SEE_FIGURES, Permission.READ_LAW}
