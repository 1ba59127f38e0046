"""Reading the scope of a rule, and asking whether a proposed contact is inside it."""

from compliance_gate.book.reader import Reader
from compliance_gate.findings import Recording
from compliance_gate.request import ProposedContact
from compliance_gate.rules.base import DebtScope, Scope
from compliance_gate.words import Action, CollectorType, DebtType, NumberKind, PersonRole, Purpose, Tech

# A letter has no hour and rings no bell: rules of hours and counts that bind it say so. Silence that was
# asked for or ordered, and secrets kept from others, are for letters as for everything.
_USUAL_ACTIONS = frozenset({Action.PLACE_CALL, Action.SEND_SMS, Action.SEND_EMAIL})
_KINDS_FOR_LETTERS = frozenset({"suppression", "hold", "third_party", "licence"})
# No other contact makes a sound that could be recorded.
_KINDS_FOR_CALLS = frozenset({"call_recording"})
_RECORDED: frozenset[Tech | None] = frozenset(
    {Tech.PRERECORDED_VOICE, Tech.ARTIFICIAL_VOICE, Tech.AI_VOICE, Tech.ATDS}
)
_ALL_TECHS: frozenset[Tech | None] = frozenset({None, *Tech})
_VOICES = {
    "any": _ALL_TECHS,
    "recorded": _RECORDED,
    "prerecorded": _RECORDED - {Tech.ATDS},
    "live": _ALL_TECHS - _RECORDED,
}
_SOLICITATION = frozenset({Purpose.COLLECTION_PLUS_OFFER, Purpose.SOLICITATION})
_PURPOSES = {
    "any": frozenset(Purpose),
    "collection": frozenset(Purpose) - {Purpose.SOLICITATION},
    "solicitation": _SOLICITATION,
}


def read_scope(reader: Reader | None, *, kind: str) -> Scope:
    """Read the `scope` of a rule of a kind; without one it binds every collection contact.

    Letters are bound without being named only by the kinds that keep silence, not by hours and counts.
    """
    usual = frozenset(Action) if kind in _KINDS_FOR_LETTERS else _USUAL_ACTIONS
    if kind in _KINDS_FOR_CALLS:
        usual = frozenset({Action.PLACE_CALL})
    if reader is None:
        reader = Reader({}, "scope")
    kinds = reader.words("number_kinds", NumberKind)
    only = reader.words("only_roles", PersonRole)
    roles = (only | {PersonRole.UNKNOWN} if only else frozenset(PersonRole)) - reader.words(
        "except_roles", PersonRole
    )
    scope = Scope(
        collectors=reader.words("collectors", CollectorType) or frozenset(CollectorType),
        actions=reader.words("actions", Action) or usual,
        purposes=_purposes(reader),
        techs=_voices(reader),
        number_kinds=kinds | {NumberKind.UNKNOWN} if kinds else frozenset(NumberKind),
        roles=roles,
        number_kinds_all=not kinds,
        recordings=reader.words("recordings", Recording),
        debts=_debts(reader),
    )
    reader.done()
    return scope


def in_scope(scope: Scope, proposed: ProposedContact, kind: NumberKind | None, role: PersonRole) -> bool:
    """Whether a contact is, or with what is not known may be, bound by the rule.

    `kind` None = the contact has no number (an e-mail): rules for kinds of number do not bind it.
    """
    return (
        proposed.collector_type in scope.collectors
        and proposed.action in scope.actions
        and proposed.purpose in scope.purposes
        and (proposed.tech in scope.techs or proposed.action is not Action.PLACE_CALL)
        and role in scope.roles
        and (scope.number_kinds_all or (kind is not None and kind in scope.number_kinds))
    )


def _debts(reader: Reader) -> DebtScope | None:
    only = reader.words("only_debts", DebtType)
    types = (only or frozenset(DebtType)) - reader.words("except_debts", DebtType)
    overdue = reader.whole_or_none("overdue_days")
    if types == frozenset(DebtType) and overdue is None:
        return None
    return DebtScope(types=types, overdue_days=overdue)


def _purposes(reader: Reader) -> frozenset[Purpose]:
    words = reader.texts("purposes")
    if len(words) == 1 and words[0] in _PURPOSES:
        return _PURPOSES[words[0]]
    return reader.words("purposes", Purpose) or _PURPOSES["collection"]


def _voices(reader: Reader) -> frozenset[Tech | None]:
    word = reader.text_or_none("voice") or "any"
    if word not in _VOICES:
        raise reader.fail("voice", f"unknown word {word!r}; known: {', '.join(_VOICES)}")
    return _VOICES[word]
