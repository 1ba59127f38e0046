"""Pacing changed on a running floor: with author and reason, within the law, kept through restarts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest

from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import CampaignId, ClientId

Started = Callable[..., AbstractContextManager[str]]

SETTINGS = CampaignSettings(
    campaign=CampaignId("c"),
    client=ClientId("acme"),
    policy_parameters={"talk_median": 0.2, "held_most": 2.5},
)


@dataclass
class Desk:
    """A supervisor at the pacing of one campaign."""

    base: str
    who: str = "sue"

    def ask(self, method: str, path: str = "", body: object = None) -> httpx2.Response:
        return httpx2.request(
            method,
            f"{self.base}/api/campaigns/c/pacing{path}",
            headers={"Authorization": f"Bearer {self.who}"},
            json=body,
            timeout=60.0,
        )

    def seen(self) -> dict[str, Any]:
        answer = self.ask("GET")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def change(self, reason: str = "because", **wanted: object) -> httpx2.Response:
        return self.ask("POST", body={"version": self.seen()["version"], "reason": reason, **wanted})

    def undo(self, reason: str = "as it was") -> httpx2.Response:
        return self.ask("POST", "/undo", {"version": self.seen()["version"], "reason": reason})


def test_a_change_takes_effect_says_who_and_why_and_is_undone(
    filled: tuple[str, str, str], started: Started
) -> None:
    with started(filled[0], SETTINGS) as base:
        desk = Desk(base)
        before = desk.seen()
        assert before["now"]["policy"] == "predictive"
        assert (before["now"]["ring_s"], before["now"]["held_most"]) == (22.0, 2.5)
        assert before["bounds"]["least_ring_s"] == 15.0
        assert len(before["changes"]) == 1
        assert before["changes"][0]["by"] == ""
        answer = desk.change("people complain", policy="progressive", ring_s=25.0, lines=12)
        assert answer.status_code == 200, answer.text
        after = desk.seen()
        assert (after["now"]["policy"], after["now"]["ring_s"], after["now"]["lines"]) == (
            "progressive",
            25.0,
            12,
        )
        assert after["now"]["held_most"] == 2.5, "what is learned is the campaign's, whatever its policy"
        newest = after["changes"][0]
        assert (newest["by"], newest["reason"]) == ("sue", "people complain")
        assert newest["moved"] == [
            {"setting": "policy", "before": "predictive", "after": "progressive"},
            {"setting": "ring_s", "before": "22", "after": "25"},
            {"setting": "lines", "before": "300", "after": "12"},
        ]
        assert after["version"] != before["version"]
        assert desk.undo("it was the trunk").status_code == 200
        undone = desk.seen()
        assert undone["now"] == before["now"]
        assert undone["version"] == before["version"], "the policy's own parameters came back, too"
        assert [change["reason"] for change in undone["changes"]] == [
            "it was the trunk",
            "people complain",
            "",
        ]
        assert desk.undo("no, it was not").status_code == 200
        assert desk.seen()["now"] == after["now"]


@pytest.mark.parametrize(
    ("wanted", "status", "what"),
    [
        ({"ring_s": 10.0}, 422, "asks for 15"),
        ({"abandonment_target": 0.5}, 422, "above abandonment_limit"),
        ({"policy": "clairvoyant"}, 422, "no pacing policy is called"),
        ({"lines_per_agent": 2.0}, 422, "of the policy fixed_ratio"),
        ({"policy": "fixed_ratio", "lines_per_agent": 0.5}, 422, "greater than or equal to 1"),
        ({"lines": 1.5}, 422, "lines"),
        ({"lines": -1}, 422, "greater than or equal to 0"),
        ({"order_numbers": 0.5}, 422, "order_numbers is 1"),
        ({"ring_s": 22.0}, 422, "nothing would be changed"),
        ({}, 422, "nothing would be changed"),
        ({"rings": 20.0}, 422, "Extra inputs"),
        ({"reason": ""}, 422, "at least 1 character"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    filled: tuple[str, str, str], started: Started, wanted: dict[str, object], status: int, what: str
) -> None:
    with started(filled[0], SETTINGS) as base:
        desk = Desk(base)
        before = desk.seen()
        answer = desk.change(**wanted)  # pyright: ignore[reportArgumentType]  # as somebody may send it
        assert (answer.status_code, what in answer.text) == (status, True), answer.text
        assert desk.seen() == before


def test_of_two_who_change_it_at_once_the_second_looks_again(
    filled: tuple[str, str, str], started: Started
) -> None:
    with started(filled[0], SETTINGS) as base:
        desk = Desk(base)
        version = desk.seen()["version"]
        assert desk.change(ring_s=20.0).status_code == 200
        late = desk.ask("POST", body={"version": version, "reason": "late", "ring_s": 30.0})
        assert (late.status_code, "meanwhile" in late.text) == (409, True)
        assert desk.ask("POST", "/undo", {"version": version, "reason": "late"}).status_code == 409
        assert desk.seen()["now"]["ring_s"] == 20.0


def test_of_many_at_the_same_instant_one_is_taken(filled: tuple[str, str, str], started: Started) -> None:
    with started(filled[0], SETTINGS) as base, ThreadPoolExecutor(8) as pool:
        desk = Desk(base)
        version = desk.seen()["version"]

        def change(number: int) -> int:
            body = {"version": version, "reason": f"of {number}", "ring_s": 30.0 + number}
            return desk.ask("POST", body=body).status_code

        answers = list(pool.map(change, range(8)))
        assert sorted(answers) == [200, *[409] * 7]
        assert len(desk.seen()["changes"]) == 2


def test_whoever_may_not_run_campaigns_neither_sees_nor_changes_it(
    filled: tuple[str, str, str], started: Started
) -> None:
    with started(filled[0], SETTINGS) as base:
        version = Desk(base).seen()["version"]
        for who in ("ann", "wall"):
            assert Desk(base, who).ask("GET").status_code == 403
            body = {"version": version, "reason": "w", "ring_s": 20.0}
            assert Desk(base, who).ask("POST", body=body).status_code == 403


def test_a_change_holds_through_a_restart_until_the_settings_file_says_something_else(
    filled: tuple[str, str, str], started: Started
) -> None:
    database = filled[0]
    with started(database, SETTINGS) as base:
        assert Desk(base).change("calm", policy="progressive").status_code == 200
    with started(database, SETTINGS) as base:
        seen = Desk(base).seen()
        assert seen["now"]["policy"] == "progressive"
        assert [change["by"] for change in seen["changes"]] == ["sue", ""]
    edited = replace(SETTINGS, lines=40)
    with started(database, edited) as base:
        seen = Desk(base).seen()
        assert (seen["now"]["policy"], seen["now"]["lines"]) == ("predictive", 40)
        assert [change["by"] for change in seen["changes"]] == ["", "sue", ""]


def test_nothing_to_undo_is_said(filled: tuple[str, str, str], started: Started) -> None:
    with started(filled[0], SETTINGS) as base:
        answer = Desk(base).undo()
        assert (answer.status_code, "nothing was changed yet" in answer.text) == (409, True)
