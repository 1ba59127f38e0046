"""The first five minutes of a demonstration, for each role: what there is to see, and to try."""

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.access.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstMinutes:
    """One role's. `page`: where they begin; `steps`: what to do, one after the other."""

    title: str
    page: str
    steps: tuple[str, ...]


DESK = "/phone/#session"
HOME = "/"

FIRST_MINUTES: Mapping[Role, FirstMinutes] = {
    Role.AGENT: FirstMinutes(
        title="Collector",
        page=DESK,
        steps=(
            "Log in at your desk, then press Ready. In a minute somebody answers and is yours.",
            "Under “The talk, in text” choose what you say, and read what they answer.",
            "Ask for what identifies them, write it under “Who is on the line”: the account opens.",
            "Ask for a payment. When they name a sum and a day, hang up, and choose Promise to pay (F2, P).",
            "Save. You are ready for the next; or press Pause with a reason.",
        ),
    ),
    Role.SUPERVISOR: FirstMinutes(
        title="Supervisor",
        page=HOME,
        steps=(
            "Look at the floor: who talks, who waits and for how long, and the sentence why it dials.",
            "Make the clock faster above until twenty people have answered; then ask “What if…”.",
            "Change the pacing with a reason, watch the calls in flight, then take the change back.",
            "Send a collector into a break; stop the floor, and let it go on.",
            "Open Accounts, find Undamont, and see whether they may be called now and by which rule not.",
        ),
    ),
    Role.COMPLIANCE: FirstMinutes(
        title="Compliance",
        page=HOME,
        steps=(
            "Open Compliance: ask for one call why it was placed, and read every rule with its citation.",
            "Find a person under Accounts, and see all that happened to them.",
            "Read the record: who signed in, who looked at whom, who changed what.",
        ),
    ),
    Role.QA: FirstMinutes(
        title="Quality",
        page=HOME,
        steps=(
            "Look at the floor as it works; you change nothing here.",
            "Open Compliance and ask why a call was placed: the sequence, the rules, the outcome.",
        ),
    ),
    Role.ANALYST: FirstMinutes(
        title="Analyst",
        page=HOME,
        steps=(
            "Look at the floor’s figures as they grow; you see no person.",
            "Open Reports: what accounts and promises came to, by campaign and by client.",
        ),
    ),
    Role.ADMINISTRATOR: FirstMinutes(
        title="Administrator",
        page=HOME,
        steps=(
            "Open Administration: the accounts of this demonstration, their roles and walls.",
            "Add an account: it gets a word that sets its password once.",
            "End a session of somebody’s; they are signed out at once.",
        ),
    ),
}
"""In the order in which they are offered."""
