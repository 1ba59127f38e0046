"""What agents may say of a call, by the client's own list: which codes, and what each must come with.

Theory of operation. A client's list names its codes, and a code means one kind of ours. `taken` lays what an
agent said against the list of the campaign: a code that is not on it is refused with those that are, and so
is one that comes without what it asks for. A client without a list has our kinds.

Nothing that protects a person waits for a list. Every list offers each kind that binds us (`PROTECTIVE`), in
every campaign and without asking for anything; and a request, a dispute or a death that comes under a code
which is unknown, or means something else, is taken as what it is, with a word to whoever sent it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dialer.casework.afterthoughts import protects
from dialer.domain.client_code import AskedField, ClientCode
from dialer.domain.disposition import PROMISES, Disposition, DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.keys import folded

_AGREED = PROMISES | {DispositionKind.PAID_ON_CALL}
_OF: Mapping[AskedField, frozenset[DispositionKind]] = {
    AskedField.AMOUNT: _AGREED,
    AskedField.DATE: _AGREED | {DispositionKind.CALL_BACK},
}
"""With which kinds a field has a meaning; with every kind where it is not named."""

PROTECTIVE = frozenset(kind for kind in DispositionKind if protects(kind))
"""Kinds that ask for something that binds us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was said, under the client's code. `remark`: how it was taken, where not as it was sent."""

    said: Disposition
    remark: str = ""


def demand_list(codes: Sequence[ClientCode], *, of: str) -> None:
    """Refuse a client's list that leaves out what protects people, or makes it wait.

    Raises:
        InvalidFactError: a kind of `PROTECTIVE` is not offered everywhere, or asks for a field; two codes are
            one; a field is asked for that its kind does not have.
    """
    if not codes:
        return
    known: set[str] = set()
    for each in codes:
        if folded(each.code) in known:
            raise InvalidFactError(f"dispositions of {of}: code {each.code} is there twice")
        known.add(folded(each.code))
        if each.kind in PROTECTIVE and each.asks:
            raise InvalidFactError(
                f"dispositions of {of}: code {each.code} ({each.kind.value}) asks for "
                f"{', '.join(asked.value for asked in each.asks)}; what binds us waits for no field"
            )
        _demand_meant(each, of)
    everywhere = {each.kind for each in codes if not each.campaigns}
    missing = sorted(kind.value for kind in PROTECTIVE - everywhere)
    if missing:
        raise InvalidFactError(
            f"dispositions of {of}: no code for {', '.join(missing)} is offered in every campaign; what a "
            "person asks of us can always be said"
        )


def _demand_meant(code: ClientCode, of: str) -> None:
    for asked in code.asks:
        kinds = _OF.get(asked)
        if kinds is not None and code.kind not in kinds:
            named = ", ".join(sorted(kind.value for kind in kinds))
            raise InvalidFactError(
                f"dispositions of {of}: code {code.code} ({code.kind.value}) asks for {asked.value}, "
                f"which is said of {named} alone"
            )


def offered_in(codes: Sequence[ClientCode], campaign: str) -> tuple[ClientCode, ...]:
    """The codes of a campaign, in the client's order."""
    return tuple(each for each in codes if each.is_in(campaign))


def named_code(offered: Sequence[ClientCode], code: str) -> ClientCode | None:
    """A code in any case of it; None where it is not offered."""
    return next((each for each in offered if folded(each.code) == folded(code)), None)


def kind_of(code: str, offered: Sequence[ClientCode]) -> DispositionKind:
    """What a code means. Raises InvalidFactError: it is not on the list."""
    found = named_code(offered, code)
    if found is None:
        raise InvalidFactError(f"{_not_there(code)}; {_possible(offered)}")
    return found.kind


def taken(said: Disposition, offered: Sequence[ClientCode]) -> Taken:
    """What an agent said, as the client's list has it.

    Args:
        offered: the list of the campaign; () = the client has none.

    Raises:
        InvalidFactError: it is not on the list, or comes without what its code asks for.
    """
    found = _code_of(said, offered)
    if isinstance(found, Taken):
        return found
    if found is None:
        return Taken(said=said)
    _demand_asked(said, found)
    return Taken(said=replace(said, code=found.code))


def coded(said: Disposition, offered: Sequence[ClientCode]) -> Disposition:
    """What the engine itself says of a call, under the first of the client's codes for it."""
    found = next((each.code for each in offered if each.kind is said.kind), "")
    return replace(said, code=found)


def _code_of(said: Disposition, offered: Sequence[ClientCode]) -> ClientCode | Taken | None:
    """The code on the list; what is taken in any case; None = there is no list, and none was named."""
    if said.code:
        return _named(said, offered)
    fit = [each for each in offered if each.kind is said.kind]
    if not offered or len(fit) == 1:
        return fit[0] if fit else None
    if said.kind in PROTECTIVE:
        return fit[0] if fit else None
    which = " or ".join(each.code for each in fit)
    what = f"{said.kind.value} is {which} of this client: say which" if fit else _not_there(said.kind.value)
    raise InvalidFactError(f"{what}; {_possible(offered)}")


def _named(said: Disposition, offered: Sequence[ClientCode]) -> ClientCode | Taken:
    found = named_code(offered, said.code)
    if found is not None and found.kind is said.kind:
        return found
    if said.kind in PROTECTIVE:
        means = "no code of this client" if found is None else found.kind.value
        remark = f"code {said.code} is {means}: it was taken as {said.kind.value}, which binds at once"
        return Taken(said=coded(said, offered), remark=remark)
    if found is None:
        raise InvalidFactError(f"{_not_there(said.code)}; {_possible(offered)}")
    if found.kind in PROTECTIVE:
        plain = Disposition(
            kind=found.kind, code=found.code, debts_spoken_of=said.debts_spoken_of, words=said.words
        )
        remark = f"code {found.code} is {found.kind.value}, and was taken so, not as {said.kind.value}"
        return Taken(said=plain, remark=remark)
    raise InvalidFactError(f"code {found.code} means {found.kind.value}, and kind says {said.kind.value}")


def _demand_asked(said: Disposition, code: ClientCode) -> None:
    missing = [asked.value for asked in code.asks if not _is_there(said, asked)]
    if missing:
        raise InvalidFactError(
            f"code {code.code} ({code.words}) asks for {', '.join(missing)}: say it, or choose another code"
        )


def _is_there(said: Disposition, asked: AskedField) -> bool:
    match asked:
        case AskedField.AMOUNT:
            return said.promised is not None and said.promised.cents > 0
        case AskedField.DATE:
            return bool(said.parts) or said.promised_for is not None or said.call_back_at is not None
        case AskedField.NOTE:
            return bool((said.words or "").strip() or (said.call_back_words or "").strip())


def _not_there(named: str) -> str:
    return f"{named!r} is not on this client's list"


def _possible(offered: Sequence[ClientCode]) -> str:
    if not offered:
        kinds = ", ".join(kind.value for kind in DispositionKind)
        return f"this client has no codes of its own: leave `code` away, `kind` is one of {kinds}"
    return "possible is " + ", ".join(f"{each.code} ({each.kind.value})" for each in offered)
