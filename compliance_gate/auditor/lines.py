"""What the texts keep per telephone number, whoever of those who have it was called.

Sources: Ofcom, Persistent misuse: statement of policy (2016) and Tackling abandoned and silent calls (2010),
for Great Britain and Northern Ireland; the house's policy 4 and 5.
"""

from collections.abc import Iterator
from datetime import timedelta

from compliance_gate.auditor.facts import Reason
from compliance_gate.auditor.question import CALLS, Question

AFTER_ABANDONED = timedelta(hours=72)
AFTER_A_MACHINE = timedelta(hours=24)


def ofcom(question: Question) -> Iterator[Reason]:
    """After an abandoned call no dialler calls the number for 72 hours, after a detected machine for 24, but
    with an operator guaranteed. A call of which nobody knows what came may have been either.
    """
    if question.proposal.agent_guaranteed:
        return
    for contact in question.on_the_line():
        if contact.inbound or contact.medium not in CALLS:
            continue
        since = question.at - contact.at
        if contact.outcome in {"abandoned", None} and since < AFTER_ABANDONED:
            yield _reason("gb-72-hours", "Ofcom 2016", f"abandoned at {contact.at.isoformat()}")
        if contact.outcome in {"amd_machine", None} and since < AFTER_A_MACHINE:
            yield _reason("gb-24-hours", "Ofcom 2010", f"a machine at {contact.at.isoformat()}")


def house_lines(question: Question, *, apart_s: float, agent_after_abandoned_s: float) -> Iterator[Reason]:
    """Policy 4: never two calls to one number within five minutes. Policy 5: after an abandoned call the
    number is called with a collector on the line.
    """
    for contact in question.on_the_line():
        if contact.inbound or contact.medium not in CALLS:
            continue
        since = question.at - contact.at
        if since < timedelta(seconds=apart_s):
            yield _reason("house-five-minutes", "house policy 4", f"call at {contact.at.isoformat()}")
        may_be_abandoned = contact.outcome in {"abandoned", None}
        certain = question.proposal.agent_guaranteed
        if may_be_abandoned and not certain and since < timedelta(seconds=agent_after_abandoned_s):
            yield _reason(
                "house-line-after-abandoned", "house policy 5", f"abandoned at {contact.at.isoformat()}"
            )


def _reason(rule: str, citation: str, found: str) -> Reason:
    return Reason(rule=rule, citation=citation, found=found)
