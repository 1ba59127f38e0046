"""Who may do what: one table of permissions. A route declares the one it needs; nothing else decides by role.

A permission says nothing of whom it is used on: that is what walls are for (`dialer.access.walls`).
"""

from collections.abc import Mapping
from enum import Enum


class Role(Enum):
    """What somebody is. There is no order: an administrator hears no recording."""

    AGENT = "agent"
    """Their own seat, and the person on their line."""
    SUPERVISOR = "supervisor"
    """The floor: any seat, campaigns, the red button, watching."""
    QA = "qa"
    """What was said and why it was dialed; changes nothing."""
    ANALYST = "analyst"
    """The floor's figures; changes nothing and sees no person."""
    COMPLIANCE = "compliance"
    """Answers for what happened: evidence, recordings, people's wishes, the record of who did what."""
    ADMINISTRATOR = "administrator"
    """Accounts, roles, walls and tokens; neither persons nor calls."""
    CLERK = "clerk"
    """Of a program: facts (suppressions, payments, recalls, consents, holds, edits)."""
    WATCHER = "watcher"
    """Of a program: looks at the floor and changes nothing."""


PERSONS = frozenset({Role.AGENT, Role.SUPERVISOR, Role.QA, Role.ANALYST, Role.COMPLIANCE, Role.ADMINISTRATOR})
"""What a person can be; the others are of programs."""


class Permission(Enum):
    """One thing that may be done. The value is what a refusal and the API's description call it."""

    ANYBODY = "nothing: open to anybody"
    OWN_ACCOUNT = "to be signed in"
    WATCH_FLOOR = "watch the floor"
    USE_SEAT = "use a seat"
    OWN_PHONE = "use a phone of one's own"
    RUN_CAMPAIGNS = "run campaigns"
    STOP_FLOOR = "stop the floor"
    RELEASE_FLOOR = "let the floor go on"
    LISTEN = "listen to talks"
    JOIN_TALKS = "join and take over talks"
    KEEP_CALLER_IDS = "look after our numbers"
    RECORD_WISHES = "record what a person says"
    TELL_DEALINGS = "tell what was sent, answered or done elsewhere"
    SUPPRESS = "bar calls"
    LIFT_HOLDS = "lift holds"
    EDIT_ACCOUNTS = "edit accounts and files"
    SEE_CALLERS = "see who calls us"
    FOLLOW_UP = "follow up calls that came in"
    EXPLAIN_CALLS = "ask why a call was placed"
    SEE_PERSONS = "see all that happened to a person"
    SEE_ACCOUNT = "see a person's account"
    FIND_PERSONS = "find persons by name, number or account"
    ANSWER_RIGHTS = "answer what persons may ask about themselves"
    SEE_RETENTION = "see what may be removed"
    VERIFY_JOURNAL = "verify the journal"
    FIND_RECORDINGS = "find recordings"
    HEAR_RECORDINGS = "hear recordings"
    EXPORT_RECORDINGS = "hand recordings over"
    EXPORT_PACKS = "hand a client its daily pack"
    SEE_FIGURES = "see what accounts and promises came to"
    READ_LAW = "read the law and the licences"
    TRY_CASES = "try cases on the law"
    CHANGE_LAW = "sign for places and keep licences"
    READ_RECORD = "read who did what"
    MANAGE_ACCOUNTS = "manage accounts and tokens"


_FLOOR = frozenset({Role.SUPERVISOR, Role.QA, Role.ANALYST, Role.COMPLIANCE, Role.WATCHER})
_FACTS = frozenset({Role.CLERK, Role.SUPERVISOR})
_ALL = frozenset(Role)

MAY: Mapping[Permission, frozenset[Role]] = {
    Permission.ANYBODY: _ALL,
    Permission.OWN_ACCOUNT: _ALL,
    Permission.WATCH_FLOOR: _FLOOR,
    Permission.USE_SEAT: frozenset({Role.AGENT, Role.SUPERVISOR}),
    Permission.OWN_PHONE: frozenset({Role.AGENT}),
    Permission.RUN_CAMPAIGNS: frozenset({Role.SUPERVISOR}),
    Permission.STOP_FLOOR: frozenset({Role.SUPERVISOR, Role.COMPLIANCE}),
    Permission.RELEASE_FLOOR: frozenset({Role.SUPERVISOR}),
    Permission.LISTEN: frozenset({Role.SUPERVISOR, Role.QA}),
    Permission.JOIN_TALKS: frozenset({Role.SUPERVISOR}),
    Permission.KEEP_CALLER_IDS: frozenset({Role.SUPERVISOR}),
    Permission.RECORD_WISHES: _FACTS | {Role.AGENT, Role.COMPLIANCE},
    Permission.TELL_DEALINGS: _FACTS | {Role.COMPLIANCE},
    Permission.SUPPRESS: _FACTS | {Role.COMPLIANCE},
    Permission.LIFT_HOLDS: _FACTS | {Role.COMPLIANCE},
    Permission.EDIT_ACCOUNTS: _FACTS,
    Permission.SEE_CALLERS: frozenset({Role.AGENT, Role.SUPERVISOR}),
    Permission.FOLLOW_UP: frozenset({Role.AGENT, Role.SUPERVISOR}),
    Permission.EXPLAIN_CALLS: frozenset({Role.SUPERVISOR, Role.QA, Role.COMPLIANCE}),
    Permission.SEE_PERSONS: frozenset({Role.SUPERVISOR, Role.COMPLIANCE}),
    Permission.SEE_ACCOUNT: frozenset({Role.AGENT, Role.SUPERVISOR, Role.COMPLIANCE}),
    Permission.FIND_PERSONS: frozenset({Role.SUPERVISOR, Role.COMPLIANCE}),
    Permission.ANSWER_RIGHTS: frozenset({Role.COMPLIANCE}),
    Permission.SEE_RETENTION: frozenset({Role.SUPERVISOR, Role.COMPLIANCE}),
    Permission.VERIFY_JOURNAL: frozenset({Role.SUPERVISOR, Role.COMPLIANCE}),
    Permission.FIND_RECORDINGS: frozenset({Role.SUPERVISOR, Role.QA, Role.COMPLIANCE}),
    Permission.HEAR_RECORDINGS: frozenset({Role.SUPERVISOR, Role.QA, Role.COMPLIANCE}),
    Permission.EXPORT_RECORDINGS: frozenset({Role.SUPERVISOR, Role.COMPLIANCE}),
    Permission.EXPORT_PACKS: frozenset({Role.SUPERVISOR, Role.COMPLIANCE}),
    Permission.SEE_FIGURES: frozenset({Role.SUPERVISOR, Role.ANALYST, Role.COMPLIANCE}),
    Permission.READ_LAW: _FLOOR | {Role.CLERK},
    Permission.TRY_CASES: _FACTS | {Role.COMPLIANCE},
    Permission.CHANGE_LAW: frozenset({Role.SUPERVISOR, Role.COMPLIANCE}),
    Permission.READ_RECORD: frozenset({Role.COMPLIANCE}),
    Permission.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
}
"""Which roles have which permission; whoever has one of them has it."""


LOOKS = frozenset(
    {
        Permission.EXPLAIN_CALLS,
        Permission.SEE_PERSONS,
        Permission.SEE_ACCOUNT,
        Permission.FIND_PERSONS,
        Permission.ANSWER_RIGHTS,
        Permission.SEE_CALLERS,
        Permission.FOLLOW_UP,
        Permission.FIND_RECORDINGS,
        Permission.HEAR_RECORDINGS,
        Permission.EXPORT_RECORDINGS,
        Permission.EXPORT_PACKS,
        Permission.READ_RECORD,
        Permission.MANAGE_ACCOUNTS,
    }
)
"""Looking with these shows whom something is about, and is written down, as every change is."""

LOOKS_ALONE = frozenset({Permission.FIND_PERSONS})
"""Change nothing, whatever the method: who is looked for stands in a body, since addresses end up in logs."""

UNWRITTEN = frozenset({Permission.ANYBODY, Permission.OWN_PHONE})
"""Nothing is written down of these: what a phone measures every few seconds is nobody's deed."""


def permits(roles: frozenset[Role], permission: Permission) -> bool:
    """Whether one of the roles has the permission."""
    return not roles.isdisjoint(MAY[permission])


def table_told() -> str:
    """The table in Markdown, for the README."""
    rows = [f"| may | {' | '.join(role.value for role in Role)} |", "|---|" + "---|" * len(Role)]
    for permission, roles in MAY.items():
        marks = " | ".join("x" if role in roles else "" for role in Role)
        rows.append(f"| {permission.value} | {marks} |")
    return "\n".join(row.replace("|  |", "| |").replace("|  |", "| |") for row in rows)
