"""Whom a body names: by id in any case, by the client's own key, a number as people write it.

Nothing binds nobody: a person or an account that nobody knows is refused. A valid number that nobody has is
taken, binds whoever gets it later, and the answer says so.
"""

from collections.abc import Iterable
from dataclasses import replace

from fastapi import HTTPException

from dialer.casework.codes import PROTECTIVE, kind_of, named_code
from dialer.domain.client_code import ClientCode
from dialer.domain.disposition import PROMISES, Disposition, DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import AttemptId, DebtId, NumberId, PersonId
from dialer.inquiry.settling import Agreed
from dialer.web.access import Office
from dialer.web.models import Committed, Dispose
from dialer.web.visitor import Visitor

NOBODY_TODAY = "nobody on file has this number today: it binds whoever gets it later"


async def person_named(office: Office, who: Visitor, name: str) -> PersonId:
    """The person, inside the walls of whoever asks.

    Raises:
        HTTPException: 404, nobody knows them, for whoever sees everybody.
        RefusedError: they are outside, or nobody knows them: the two must not sound different.
    """
    found: str | None = name
    if office.places is not None:
        found = await office.places.person_named(name)
    if found is None:
        who.nobody()
        raise _nobody(name)
    await who.person(found)
    return PersonId(found)


async def caller_named(office: Office, who: Visitor, name: str) -> PersonId:
    """The person whom an agent found to be a caller: on file, inside the walls, and of any number.

    Raises:
        HTTPException: 404, nobody knows them, for whoever has no walls.
        RefusedError: they are outside, or nobody knows them.
    """
    found: str | None = name
    if office.places is not None:
        found = await office.places.person_named(name)
    if found is None:
        who.nothing()
        raise _nobody(name)
    await who.demand_inside(found)
    return PersonId(found)


async def disposition_of(
    office: Office, who: Visitor, body: Dispose, *, attempt: str | None = None, caller: str | None = None
) -> Disposition:
    """What came of a call, of accounts that are on file: one that is not counts for nobody.

    Args:
        attempt: the call of ours that it is of, in whose campaign's list a code stands.
        caller: whom the agent found to be calling us.

    Raises:
        InvalidFactError: its parts contradict each other.
        HTTPException, RefusedError: as of `debt_named`.
    """
    debts = [await debt_named(office, who, name, caller=caller) for name in body.debts_spoken_of]
    named = body.model_copy(update={"debts_spoken_of": debts})
    if body.code is None:
        return named.disposition(_said(body))
    codes = await _codes_for(office, body.agent, attempt)
    kind = kind_of(body.code, codes) if body.kind is None else body.kind
    if kind in PROMISES and _binds(body.code, codes):
        bare = named.model_copy(update={"promised_cents": None, "parts": []})
        return bare.disposition(kind, needs_amount=False)
    return named.disposition(kind)


def _said(body: Dispose) -> DispositionKind:
    if body.kind is None:
        raise InvalidFactError("what came of the call? say `kind`, or the client's `code` for it")
    return body.kind


def _binds(code: str, codes: tuple[ClientCode, ...]) -> bool:
    """Whether a code is of a kind that binds us, whatever is said beside it: it waits for no amount,
    nor for one that settles."""
    found = named_code(codes, code)
    return found is not None and found.kind in PROTECTIVE


async def _codes_for(office: Office, agent: str, attempt: str | None) -> tuple[ClientCode, ...]:
    """The list of the campaign in which the agent talked; that of their seat, where the talk is not over, or
    was not theirs: what another client's codes are is not told."""
    seat = next((row for row in office.floor.snapshot().agents if row.agent == agent), None)
    if attempt is not None and (seat is None or seat.attempt != attempt):
        talk = await office.floor.past_talk(AttemptId(attempt))
        if talk is not None and (talk.agent == agent or (seat is not None and seat.owes == attempt)):
            return office.codes_of(talk.campaign)
    return () if seat is None else office.codes_of(seat.campaign)


def is_the_same(before: Disposition | None, said: Disposition) -> bool:
    """Whether what is written down is what is said now; a code that nobody named is the list's own."""
    if before is None:
        return False
    return before == (said if said.code else replace(said, code=before.code))


async def demand_settlement(
    office: Office, said: Disposition, *, contact: str, person: str | None = None
) -> None:
    """Raises InvalidFactError: a settlement was agreed that the client does not settle for. A floor without a
    store has no ledgers to go by."""
    if said.kind is not DispositionKind.SETTLEMENT_AGREED or office.ledgers is None:
        return
    if said.promised is None:
        return  # its code binds us and asks for no amount (`disposition_of`): it is taken as what the code is
    debts = tuple(DebtId(debt) for debt in said.debts_spoken_of)
    agreed = Agreed(contact=contact, amount=said.promised, debts=debts, person=person)
    await office.ledgers.demand_settlement(agreed)


async def debt_named(office: Office, who: Visitor, name: str, *, caller: str | None = None) -> DebtId:
    """The account, likewise; an agent's is one of somebody they speak with (`Visitor.debt`)."""
    found: str | None = name
    if office.places is not None:
        found = await office.places.debt_named(name)
    if found is None:
        who.no_debt()
        raise HTTPException(
            404, f"no account on file is called {name!r}: name its id, or CLIENT/ACCOUNT; nothing was taken"
        )
    await who.debt(found, caller=caller)
    return DebtId(found)


async def debts_named(office: Office, who: Visitor, names: Iterable[str] | None) -> list[str] | None:
    """Accounts, likewise; None stays None."""
    return None if names is None else [await debt_named(office, who, name) for name in names]


async def number_named(office: Office, who: Visitor, name: str | None) -> tuple[NumberId | None, bool]:
    """The number, and whether somebody on file has it, as far as whoever asks sees: one that only people
    outside their walls have is one that nobody has.

    Raises:
        HTTPException: 422, it is no telephone number.
        RefusedError: it cannot be found out whose it is, and they have walls.
    """
    if name is None:
        return None, True
    if office.places is None:
        await who.has_number(name)
        return NumberId(name), True
    found = await office.places.number_named(name)
    is_inside = await who.has_number(name if found is None else found.number)
    if found is None or (is_inside is False and not found.is_written):
        raise HTTPException(
            422, f"{name!r} is neither a telephone number nor the id of one on file; nothing was taken"
        )
    return NumberId(found.number), found.is_held if is_inside is None else is_inside


async def own_number_named(office: Office, who: Visitor, name: str) -> tuple[NumberId, bool]:
    """The same of what may also open: it is said of one's own people's numbers, by whoever has walls.

    Raises:
        HTTPException: as of `number_named`.
        RefusedError: nobody inside has it.
    """
    number, is_held = await number_named(office, who, name)
    assert number is not None, "a number was named"
    if not is_held:
        who.nothing()
    return number, is_held


def _nobody(name: str) -> HTTPException:
    return HTTPException(
        404, f"nobody on file is called {name!r}: name a person's id, or CLIENT/REFERENCE; nothing was taken"
    )


def told_of_nobody(committed: Committed, *, is_held: bool) -> Committed:
    """The answer, with a word where what was taken binds nobody yet."""
    if is_held:
        return committed
    remark = NOBODY_TODAY if committed.remark is None else f"{committed.remark}; {NOBODY_TODAY}"
    return committed.model_copy(update={"remark": remark})
