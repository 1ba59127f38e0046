"""What came of the talking: the right people, and their promises."""

from dialer.measures.definition import Group, Measure, Unit
from dialer.measures.dialing import agent_hours, attempts, connected, counted
from dialer.measures.facts import ShiftFacts


def right_party_contacts(facts: ShiftFacts) -> float:
    """Calls on which the person we wanted was identified."""
    return counted(facts.is_right_party)


def promises(facts: ShiftFacts) -> float:
    """Calls that ended in a promise, a plan or a settlement."""
    return counted(facts.is_promise)


def paid_on_call(facts: ShiftFacts) -> float:
    """Calls during which the person paid."""
    return counted(facts.is_paid)


COLLECTION: tuple[Measure, ...] = (
    Measure(
        name="right_party_contacts",
        title="Right-party contacts",
        says="Calls on which we spoke with the person we wanted, identified.",
        group=Group.COLLECTION,
        unit=Unit.COUNT,
        numerator="attempts whose disposition says that the right party was spoken with",
        top=right_party_contacts,
        source="usual in the trade",
    ),
    Measure(
        name="right_party_contacts_per_agent_hour",
        title="Right-party contacts per agent-hour",
        says="What a paid hour buys: the first figure to look at.",
        group=Group.COLLECTION,
        unit=Unit.PER_HOUR,
        numerator="right-party contacts",
        denominator="agent hours logged in, breaks included",
        top=right_party_contacts,
        bottom=agent_hours,
        source="RPC ÷ agent hours, usual in the trade",
    ),
    Measure(
        name="right_party_contacts_per_attempt",
        title="Right-party contacts per attempt",
        says="What a lawful attempt buys. Attempts, not agents, run out first.",
        group=Group.COLLECTION,
        unit=Unit.SHARE,
        numerator="right-party contacts",
        denominator="attempts",
        top=right_party_contacts,
        bottom=attempts,
        source="RPC rate per dial, usual in the trade",
    ),
    Measure(
        name="attempts_per_right_party_contact",
        title="Attempts per right-party contact",
        says="How often we dial until the right person is on the line.",
        group=Group.COLLECTION,
        unit=Unit.RATIO,
        numerator="attempts",
        denominator="right-party contacts",
        top=attempts,
        bottom=right_party_contacts,
        source="the inverse of the RPC rate",
    ),
    Measure(
        name="right_party_share",
        title="Right-party share",
        says="Of the people an agent spoke with, the share that was the right one.",
        group=Group.COLLECTION,
        unit=Unit.SHARE,
        numerator="right-party contacts",
        denominator="connected",
        top=right_party_contacts,
        bottom=connected,
        source="RPC per contact, usual in the trade",
    ),
    Measure(
        name="promises",
        title="Promises",
        says="Calls that ended in a promise to pay, a payment plan or a settlement.",
        group=Group.COLLECTION,
        unit=Unit.COUNT,
        numerator="attempts disposed of as promise to pay, plan agreed or settlement agreed",
        top=promises,
        source="Oracle Advanced Collections counts calls resulting in a promise",
    ),
    Measure(
        name="promises_per_right_party_contact",
        title="Promise rate",
        says="Of the right people spoken with, the share that promised something.",
        group=Group.COLLECTION,
        unit=Unit.SHARE,
        numerator="promises",
        denominator="right-party contacts",
        top=promises,
        bottom=right_party_contacts,
        source="PTP ÷ RPC, usual in the trade",
    ),
    Measure(
        name="promises_per_agent_hour",
        title="Promises per agent-hour",
        says="Promises for each paid hour.",
        group=Group.COLLECTION,
        unit=Unit.PER_HOUR,
        numerator="promises",
        denominator="agent hours logged in, breaks included",
        top=promises,
        bottom=agent_hours,
        source="usual in the trade",
    ),
    Measure(
        name="promised_cents",
        title="Promised",
        says="The sum that was promised; kept promises are known only later.",
        group=Group.COLLECTION,
        unit=Unit.CENTS,
        numerator="sum of the amounts named in promises, one currency",
        top=lambda facts: facts.promised_cents,
        source="usual in the trade",
    ),
    Measure(
        name="paid_on_call",
        title="Paid during the call",
        says="Calls during which the person paid.",
        group=Group.COLLECTION,
        unit=Unit.COUNT,
        numerator="attempts disposed of as paid on the call",
        top=paid_on_call,
        source="usual in the trade",
    ),
)
