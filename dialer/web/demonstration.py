"""Routes of a demonstration alone: be anybody with one click, pace the floor, talk in text at a seat.

On every other floor they say that this is none, and do nothing. `dialer.floor.demonstration` makes one.
"""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import Field

from dialer.access.actor import RefusedError
from dialer.access.roles import Permission, Role
from dialer.floor.first_minutes import FIRST_MINUTES
from dialer.floor.nothing_real import FASTEST, SLOWEST, is_loopback
from dialer.web.access import Office, TheOffice
from dialer.web.declaring import Asking, declares, may
from dialer.web.door import address_of, cookie_of
from dialer.web.models import Body, Lax
from dialer.web.sessions import SessionView, give_session, view_of
from dialer.web.visitor import Visitor

if TYPE_CHECKING:
    from dialer.floor.demonstration import Demonstration

router = APIRouter(prefix="/api/demonstration", tags=["demonstration"])

OPEN_PATHS = frozenset({"/api/demonstration", "/api/demonstration/sign-in"})
"""Behind no door: whoever looks or clicks is not known yet."""

_WORDS = {
    "greet": "Say who you are, and ask for them",
    "verify": "Ask for what identifies them",
    "explain": "Say what it is about",
    "ask": "Ask for a payment",
    "goodbye": "Say goodbye",
}


class RoleShown(Body):
    """A role that a visitor may take. `page`: where it begins; `steps`: its first five minutes."""

    role: Role
    title: str
    page: str
    steps: tuple[str, ...]


class DemonstrationView(Body):
    """What a visitor is told. `is_on` False: this is a floor like any other, and the rest is empty.

    Args:
        now: the floor's clock, POSIX seconds; `factor` of its seconds pass in a real one.
        slowest, fastest: factors that may be chosen.
    """

    is_on: bool
    roles: tuple[RoleShown, ...] = ()
    factor: float = 1.0
    slowest: float = 1.0
    fastest: float = 1.0
    now: float = 0.0
    time_zone: str = ""


class BeSomebody(Body):
    """Which role."""

    role: Annotated[Role, Lax]


class Pace(Body):
    """The floor's seconds in a real one."""

    factor: Annotated[float, Field(ge=SLOWEST, le=FASTEST)]


class SaySomething(Body):
    """What the collector says; see `TextTalkView.may_say`."""

    what: Annotated[str, Field(pattern="^(greet|verify|explain|ask|goodbye)$")]


class TextLineView(Body):
    """One line. `is_mine`: the collector said it."""

    text: str
    is_mine: bool


class MaySay(Body):
    """One thing that may be said, and what stands on its button."""

    what: str
    words: str


class TextTalkView(Body):
    """The talk at the asking agent's seat, or the last one. `attempt` '' = there was none."""

    attempt: str = ""
    is_over: bool = True
    lines: tuple[TextLineView, ...] = ()
    may_say: tuple[MaySay, ...] = ()


@router.get("", dependencies=[declares(Permission.ANYBODY)])
async def look(office: TheOffice) -> DemonstrationView:
    """Whether this is a demonstration, in which nobody real is called, and what there is in it."""
    return _view(office.demonstration)


@router.post("/sign-in", dependencies=[declares(Permission.ANYBODY)])
async def be_somebody(
    body: BeSomebody, request: Request, response: Response, office: TheOffice
) -> SessionView:
    """Begin a session in a role without any password. 404 where this is no demonstration; 409 when every seat
    is taken; 403 from any other machine than the floor's own."""
    shown = _demonstration(office)
    host = request.url.hostname or ""
    if not is_loopback(address_of(request.scope)) or not is_loopback(host):
        raise RefusedError("a demonstration is for this very machine", is_known=True)
    earlier = cookie_of(request)
    before = None if earlier is None else shown.shown.by_session(earlier)
    account = shown.account_for(
        body.role, office.floor.snapshot(), None if before is None else before[0].name
    )
    if account is None:
        raise HTTPException(409, f"nobody can be {body.role.value} here now: every seat is taken")
    began = await shown.shown.sign_in_for_show(account, address=address_of(request.scope), earlier=earlier)
    give_session(request, response, began)
    return view_of(began.actor, began.csrf, office)


@router.post("/pace", dependencies=[may(Permission.OWN_ACCOUNT)])
async def pace(body: Pace, office: TheOffice) -> DemonstrationView:
    """Make the floor slower or faster; everybody in it sees the same. 404 where this is no demonstration."""
    shown = _demonstration(office)
    shown.run_at(body.factor)
    return _view(shown)


@router.get("/talk", dependencies=[may(Permission.OWN_PHONE)])
async def read_talk(office: TheOffice, who: Asking) -> TextTalkView:
    """What was said at the asking agent's seat. 404 where this is no demonstration."""
    return _talk(_demonstration(office), _seat(who))


@router.post("/talk", dependencies=[may(Permission.OWN_PHONE)])
async def say(body: SaySomething, office: TheOffice, who: Asking) -> TextTalkView:
    """Say something at the asking agent's seat, and read the answer. 404 where this is no demonstration, 422
    when nobody is on the line."""
    shown, seat = _demonstration(office), _seat(who)
    await shown.say(seat, body.what)
    return _talk(shown, seat)


def _demonstration(office: Office) -> "Demonstration":
    """Raises HTTPException 404: this is a floor like any other."""
    if office.demonstration is None:
        raise HTTPException(404, "this floor is no demonstration")
    return office.demonstration


def _seat(who: Visitor) -> str:
    if who.actor.agent is None:
        raise HTTPException(404, f"{who.name} belongs to no agent")
    return who.actor.agent


def _view(shown: "Demonstration | None") -> DemonstrationView:
    if shown is None:
        return DemonstrationView(is_on=False)
    return DemonstrationView(
        is_on=True,
        roles=tuple(
            RoleShown(role=role, title=each.title, page=each.page, steps=each.steps)
            for role, each in FIRST_MINUTES.items()
        ),
        factor=shown.clock.factor,
        slowest=SLOWEST,
        fastest=FASTEST,
        now=shown.clock.posix(),
        time_zone=shown.time_zone,
    )


def _talk(shown: "Demonstration", seat: str) -> TextTalkView:
    talk = shown.talk_of(seat)
    if talk is None:
        return TextTalkView()
    may_say = () if talk.is_over else tuple(MaySay(what=what, words=words) for what, words in _WORDS.items())
    return TextTalkView(
        attempt=talk.attempt,
        is_over=talk.is_over,
        lines=tuple(TextLineView(text=line.text, is_mine=line.is_mine) for line in talk.lines),
        may_say=may_say,
    )
