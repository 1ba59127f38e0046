"""A second, independent reading of the law, to audit what the gate decided."""

from compliance_gate.auditor.collecting import AuditedCollector, AuditedLicence
from compliance_gate.auditor.facts import (
    AuditedConsent,
    AuditedContact,
    AuditedDebt,
    AuditedNotice,
    AuditedNumber,
    AuditedNumberCheck,
    AuditedPerson,
    AuditedRequest,
    AuditedSuppression,
    HoursOfWeek,
    Judgement,
    Medium,
    Proposal,
    Reason,
)
from compliance_gate.auditor.house import HouseLimits
from compliance_gate.auditor.judgement import STANDARD, AuditedAttempt, Reading, audit, judge

__all__ = [
    "STANDARD",
    "AuditedAttempt",
    "AuditedCollector",
    "AuditedConsent",
    "AuditedContact",
    "AuditedDebt",
    "AuditedLicence",
    "AuditedNotice",
    "AuditedNumber",
    "AuditedNumberCheck",
    "AuditedPerson",
    "AuditedRequest",
    "AuditedSuppression",
    "HoursOfWeek",
    "HouseLimits",
    "Judgement",
    "Medium",
    "Proposal",
    "Reading",
    "Reason",
    "audit",
    "judge",
]
