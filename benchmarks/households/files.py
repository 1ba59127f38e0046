"""The household's story as the files of single people, in the gate's words: what a store would have made.

What happened on a line is on the file of whom it was for, and in the line history of everybody else who has
the line; a line that somebody asked us not to use is closed to everybody who has it, but an institution's.
"""

from benchmarks.households.happenings import Account, Happened, Household, Meant, Posted, TelephoneLine, Told
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    Hold,
    Notice,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
    on_line,
)
from compliance_gate.words import (
    Action,
    CollectorType,
    ConsentScope,
    DebtType,
    Direction,
    EventKind,
    GivenTo,
    HoldKind,
    Institution,
    Medium,
    Mode,
    NoticeKind,
    NumberKind,
    NumberRole,
    Outcome,
    PersonRole,
    Place,
    RequestKind,
    Tech,
)
from dialer.domain.facts import with_history

_EVENTS = {
    "call": EventKind.CALL_PLACED,
    "ringless": EventKind.RINGLESS_VOICEMAIL,
    "sms": EventKind.SMS,
    "email": EventKind.EMAIL,
    "letter": EventKind.LETTER,
}
_ACTIONS = {
    "call": Action.PLACE_CALL,
    "sms": Action.SEND_SMS,
    "email": Action.SEND_EMAIL,
    "letter": Action.SEND_LETTER,
}
_MEDIA = {"call": Medium.PHONE_CALL, "sms": Medium.SMS, "email": Medium.EMAIL, "letter": Medium.LETTER}
_GIVEN_BY = {"sms": Medium.SMS, "email": Medium.EMAIL}


class Files:
    """The files of a household's people, as they stand after what has happened so far."""

    def __init__(self, home: Household) -> None:
        self._home = home
        self._entries: list[tuple[Happened, HistoryEntry, HistoryEntry | None]] = []
        self._bases: dict[str, PersonFile] = {}
        for each in home.happened:
            self.add(each)

    def add(self, each: Happened) -> None:
        """One thing more."""
        entry = _entry(each, f"H{len(self._entries)}")
        self._entries.append((each, entry, on_line(entry)))

    def of(self, person: str) -> PersonFile:
        """The file of one of them."""
        base = self._bases.get(person)
        if base is None:
            base = self._bases[person] = _base(self._home, person)
        numbers = {number.number for number in base.numbers}
        own = tuple(entry for each, entry, _ in self._entries if each.person == person)
        others = tuple(
            told
            for each, _, told in self._entries
            if told is not None and each.person != person and each.line in numbers
        )
        return with_history(base, own, line_history=others)


def _base(home: Household, person: str) -> PersonFile:
    """Who they are, what they have and owe, and what was said: all but what happened."""
    mine = [line for line in home.lines if person in line.had_by]
    numbers = {line.number for line in mine}
    said = [each for each in home.told if _binds(home, each, person, numbers)]
    return PersonFile(
        person=person,
        addresses=(_address(home, person),),
        numbers=tuple(_number(home, line, person) for line in mine),
        debts=tuple(_debt(account, person) for account in home.accounts if person in account.tied),
        consents=tuple(_consent(each) for each in said if each.what.startswith("consent:")),
        holds=tuple(_hold(each) for each in said if each.what.startswith("hold:")),
        requests=tuple(_request(each) for each in said if ":" not in each.what),
        notices=tuple(
            _notice(each, f"N{place}") for place, each in enumerate(home.posted) if each.person == person
        ),
    )


def proposed(home: Household, meant: Meant) -> ProposedContact:
    """What is meant, in the gate's words."""
    own_name = all(home.account(name).own_name for name in meant.accounts)
    ours = CollectorType.FIRST_PARTY_OWN_NAME if own_name else CollectorType.THIRD_PARTY
    return ProposedContact(
        action=_ACTIONS[meant.medium],
        number=meant.line,
        debts=meant.accounts,
        tech=Tech.PRERECORDED_VOICE if meant.recorded else None,
        mode=Mode.PREVIEW_AGENT_GUARANTEED if meant.held else Mode.PREDICTIVE,
        collector_type=CollectorType.BANK if home.country == "CA" and not home.place else ours,
        client=home.account(meant.accounts[0]).creditor,
        email_domain_is_employers=False,
    )


def happened(meant: Meant, outcome: str | None) -> Happened:
    """What was meant, done."""
    return Happened(
        at=meant.at,
        person=meant.person,
        medium=meant.medium,
        line=meant.line,
        accounts=meant.accounts,
        outcome=outcome if meant.medium == "call" else None,
        recorded=meant.recorded,
    )


def _binds(home: Household, each: Told, person: str, numbers: set[str]) -> bool:
    if each.person == person:
        return True
    if each.what != "stop_number" or each.line not in numbers:
        return False
    return home.line(each.line or "").institution is None


def _address(home: Household, person: str) -> Address:
    zones = frozenset({home.homes[person]})
    region = home.place or ("ON" if home.country == "CA" else None)
    return Address(country=home.country, region=region, zones=zones)


def _number(home: Household, line: TelephoneLine, person: str) -> NumberOnFile:
    return NumberOnFile(
        number=line.number,
        kind=NumberKind.MOBILE if line.is_mobile else NumberKind.LANDLINE,
        role=NumberRole(line.had_by[person]),
        place=None if line.place is None else Place(line.place),
        zones=frozenset({line.zone}),
        country=home.country,
        dnc_checked=True,
        institution=None if line.institution is None else Institution(line.institution),
    )


def _debt(account: Account, person: str) -> Debt:
    return Debt(
        debt=account.name,
        type=DebtType(account.kind),
        client=account.creditor,
        person_role=PersonRole(account.tied[person]),
        days_past_due=account.days_past_due,
        limitation_ends=account.last_day_to_sue,
    )


def _entry(each: Happened, name: str) -> HistoryEntry:
    kind = EventKind.CALL_RECEIVED if each.theirs else _EVENTS[each.medium]
    return HistoryEntry(
        entry=name,
        at=each.at,
        event=kind,
        direction=Direction.INBOUND if each.theirs else Direction.OUTBOUND,
        outcome=None if each.outcome is None else Outcome(each.outcome),
        debts=each.accounts,
        conversation_debts=each.spoken,
        number=each.line,
        tech=Tech.PRERECORDED_VOICE if each.recorded else None,
    )


def _consent(each: Told) -> Consent:
    scope = each.what.removeprefix("consent:")
    return Consent(
        at=each.at,
        scope=ConsentScope(scope),
        given_to=GivenTo.COLLECTOR,
        debts=each.accounts,
        number=each.line,
        medium_given=_GIVEN_BY.get(scope),
        revoked_at=each.over_at,
        wording="You may.",
        proof="form 7",
    )


def _hold(each: Told) -> Hold:
    kind = HoldKind(each.what.removeprefix("hold:"))
    return Hold(kind=kind, since=each.at, until=each.over_at, debts=each.accounts)


def _request(each: Told) -> PersonRequest:
    return PersonRequest(
        at=each.at,
        type=RequestKind(each.what),
        debts=each.accounts,
        number=each.line,
        medium=None if each.medium is None else _MEDIA[each.medium],
        place=Place.HOME if each.what == "inconvenient_place" else None,
        in_writing=each.written,
        received=each.came,
        withdrawn_at=each.over_at,
    )


def _notice(each: Posted, name: str) -> Notice:
    return Notice(
        notice=name,
        sent_on=each.day,
        kind=NoticeKind(each.kind),
        by=Medium.LETTER,
        debts=(each.account,),
        returned_on=each.back,
    )
