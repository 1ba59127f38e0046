"""Routes of the numbers we show: how people take their calls, rests ended by hand, whether they lead back."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import Field

from dialer.access.roles import Permission
from dialer.domain.events import CallerIdReleased, CallerIdTested
from dialer.domain.snapshot import CallerIdView
from dialer.floor.caller_id_rounds import shown_beside
from dialer.web.access import Office, TheOffice, tell
from dialer.web.declaring import Asking, may
from dialer.web.models import Body, Committed

router = APIRouter(prefix="/api/caller-ids", tags=["caller ids"])


class TestCall(Body):
    """Which number of ours the test call shows; None = another one of its pool, else of all."""

    shown: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")] | None = None


@router.get("", dependencies=[may(Permission.WATCH_FLOOR)])
async def look_at_all(office: TheOffice, who: Asking) -> list[CallerIdView]:
    """Every number of ours: calls, answers with their confidence, blocks, rests, tests."""
    who.everything()
    return list(office.floor.snapshot().caller_ids)


@router.post("/{number}/release", dependencies=[may(Permission.KEEP_CALLER_IDS)])
async def release(number: str, office: TheOffice, who: Asking) -> Committed:
    """It need rest no longer; what was counted against it is forgotten."""
    who.everything()
    _row(office, number)
    return await tell(office, CallerIdReleased(number=number, by=who.name))


@router.post("/{number}/test", dependencies=[may(Permission.KEEP_CALLER_IDS)])
async def test(number: str, body: TestCall, office: TheOffice, who: Asking) -> CallerIdView:
    """Call it over the trunk and see whether it comes in; the result is written down. 409 where the telephone
    system cannot, 503 when it is not reached, or when the number is being called already."""
    who.everything()
    row = _row(office, number)
    if office.caller_ids is None:
        raise HTTPException(409, "this telephone system cannot call our own numbers")
    shown = body.shown or shown_beside(office.floor.snapshot().caller_ids, row)
    _row(office, shown)
    result = await office.caller_ids.test_caller_id(number, shown=shown)
    await tell(office, CallerIdTested(number=number, test=result))
    return _row(office, number)


def _row(office: Office, number: str) -> CallerIdView:
    for row in office.floor.snapshot().caller_ids:
        if row.number == number:
            return row
    raise HTTPException(404, f"{number} is not declared as a caller id of ours")
