"""Names of things. Journals hold these and never the names or telephone numbers behind them.

All are strings chosen by whoever creates the thing: the importer (persons, debts, numbers, leads), the
engine (attempts), administration (campaigns, agents, clients).
"""

from typing import NewType

CampaignId = NewType("CampaignId", str)
ClientId = NewType("ClientId", str)
PersonId = NewType("PersonId", str)
DebtId = NewType("DebtId", str)
NumberId = NewType("NumberId", str)
"""One telephone number, whoever has it: a number shared by two persons has one id, so that a lock on it or
a request made for it binds both."""
LeadId = NewType("LeadId", str)
AttemptId = NewType("AttemptId", str)
InboundId = NewType("InboundId", str)
"""A call that somebody else began, as the telephone system names it."""
AgentId = NewType("AgentId", str)
EndpointId = NewType("EndpointId", str)
"""A registered telephone of an agent; the only telephones that are ever rung without clearance."""
BoxId = NewType("BoxId", str)
"""One of several telephone systems under one engine."""
NO_BOX = BoxId("")
"""Where there is only one telephone system, it has no name."""
