"""The closed sets of words in which facts are told to the gate.

Every value is the word of the public case language (`tests/law/README.md`), so a case file, a stored
finding and the code speak alike. A word that is not here is refused at the door: an unknown word is an
unknown fact, and an unknown fact is never allowed.
"""

from enum import StrEnum


class CollectorType(StrEnum):
    """In what capacity the caller collects; decides which law applies at all."""

    THIRD_PARTY = "third_party"
    FIRST_PARTY_OWN_NAME = "first_party_own_name"
    FIRST_PARTY_OTHER_NAME = "first_party_other_name"
    BANK = "bank"


class PersonRole(StrEnum):
    """Who a person is to a debt. Who owes nothing may not be told of it."""

    CONSUMER = "consumer"
    JOINT_DEBTOR = "joint_debtor"
    GUARANTOR = "guarantor"
    SPOUSE = "spouse"
    GUARDIAN = "guardian"
    PARENT_OF_MINOR = "parent_of_minor"
    MINOR = "minor"
    EXECUTOR = "executor"
    ADMINISTRATOR_OF_ESTATE = "administrator_of_estate"
    SUCCESSOR_IN_INTEREST = "successor_in_interest"
    """Confirmed, as 12 CFR 1024.31 has it: before they are, they are somebody to whom nothing may be told."""
    AUTHORISED_USER = "authorised_user"
    THIRD_PARTY_LOCATION_CONTACT = "third_party_location_contact"
    REFERENCE = "reference"
    RELATIVE = "relative"
    HOUSEHOLD_MEMBER = "household_member"
    NEIGHBOUR = "neighbour"
    EMPLOYER = "employer"
    UNRELATED = "unrelated"
    CONSUMER_ATTORNEY = "consumer_attorney"
    CREDITOR = "creditor"
    CREDITOR_ATTORNEY = "creditor_attorney"
    COLLECTOR_ATTORNEY = "collector_attorney"
    CONSUMER_REPORTING_AGENCY = "consumer_reporting_agency"
    UNKNOWN = "unknown"


class NumberKind(StrEnum):
    """What kind of line a number is."""

    LANDLINE = "landline"
    MOBILE = "mobile"
    VOIP = "voip"
    TOLL_FREE = "toll_free"
    PAGER = "pager"
    UNKNOWN = "unknown"


class NumberRole(StrEnum):
    """Whose number it is to the person it is kept for."""

    OWN = "own"
    SHARED = "shared"
    WORK = "work"
    RELATIVE = "relative"
    REFERENCE = "reference"
    TRACED = "traced"
    UNKNOWN = "unknown"


class Place(StrEnum):
    """Where a number rings. A mobile has no place of its own (comment 6(b)(1)(ii)-1)."""

    HOME = "home"
    WORK = "work"
    HOSPITAL = "hospital"
    PRISON = "prison"
    SCHOOL = "school"
    OTHER = "other"


class Institution(StrEnum):
    """Whose line it is, where it is no household's: many people are reached through it, one by one."""

    SWITCHBOARD = "switchboard"
    PRISON = "prison"
    SHELTER = "shelter"
    HOSPITAL = "hospital"


class AddressKind(StrEnum):
    """What an address is to the person."""

    RESIDENTIAL = "residential"
    WORK = "work"
    MAILING = "mailing"
    PREVIOUS = "previous"
    OTHER = "other"


class DebtType(StrEnum):
    """Kind of debt; student loans under one servicer account count as one debt. `UNKNOWN` may be one."""

    CREDIT_CARD = "credit_card"
    STUDENT_LOAN = "student_loan"
    MEDICAL = "medical"
    MORTGAGE = "mortgage"
    AUTO_LOAN = "auto_loan"
    PERSONAL_LOAN = "personal_loan"
    UTILITY = "utility"
    TELECOM = "telecom"
    RENT = "rent"
    TAX = "tax"
    MICROFINANCE = "microfinance"
    OTHER = "other"
    UNKNOWN = "unknown"


class EventKind(StrEnum):
    """What happened between the collector and a person."""

    CALL_PLACED = "call_placed"
    CALL_RECEIVED = "call_received"
    RINGLESS_VOICEMAIL = "ringless_voicemail"
    SMS = "sms"
    SMS_RECEIVED = "sms_received"
    EMAIL = "email"
    EMAIL_RECEIVED = "email_received"
    LETTER = "letter"
    LETTER_RECEIVED = "letter_received"
    INITIAL_NOTICE_MAILED = "initial_notice_mailed"
    RND_QUERY = "rnd_query"


class Direction(StrEnum):
    """Who began."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Outcome(StrEnum):
    """What came of a call. An unknown outcome (`None`) is tried as each of these."""

    NO_ANSWER = "no_answer"
    RING_NO_ANSWER = "ring_no_answer"
    RING_NO_ANSWER_NO_VOICEMAIL = "ring_no_answer_no_voicemail"
    CONVERSATION = "conversation"
    ANSWERED_THEN_DROPPED = "answered_then_dropped"
    CALL_SCREENED = "call_screened"
    """An assistant answered and asked who is calling; the person may have read or heard what it was told."""
    ABANDONED = "abandoned"
    WRONG_PERSON = "wrong_person"
    VOICEMAIL_LEFT = "voicemail_left"
    VOICEMAIL_LIMITED_CONTENT = "voicemail_limited_content"
    VOICEMAIL_REACHED_NO_MESSAGE = "voicemail_reached_no_message"
    VOICEMAIL_FULL_NO_MESSAGE = "voicemail_full_no_message"
    AMD_MACHINE = "amd_machine"
    PRERECORDED_DELIVERED = "prerecorded_delivered"
    BUSY = "busy"
    NOT_IN_SERVICE = "not_in_service"
    NO_CONNECTION = "no_connection"


class ConsentScope(StrEnum):
    """What a person agreed to."""

    NUMBER_PROVIDED_TO_CREDITOR = "number_provided_to_creditor_for_account"
    CALL = "call"
    CALL_BACK = "call_back"
    TIME_WINDOW = "time_window"
    PRERECORDED = "prerecorded"
    PRERECORDED_VOICE = "prerecorded_voice"
    SMS = "sms"
    EMAIL = "email"
    WORKPLACE = "workplace"
    THIRD_PARTY = "third_party"
    LOCATION_REPEAT = "location_repeat"
    REPRESENTED_CONTACT = "represented_contact"
    SOLICITATION = "solicitation"
    CONTACT_WITHOUT_LIMIT = "contact_without_limit"


class GivenTo(StrEnum):
    """To whom a consent was given. Only one given to the collector lifts a Regulation F limit."""

    COLLECTOR = "collector"
    CREDITOR = "creditor"
    PREVIOUS_COLLECTOR = "previous_collector"


class RequestKind(StrEnum):
    """What a person, or someone for them, asked for or made known."""

    INCONVENIENT_TIMES = "inconvenient_times"
    INCONVENIENT_PLACE = "inconvenient_place"
    TIME_PREFERENCE = "time_preference"
    CREDITOR_NOTE = "creditor_note"
    STOP_NUMBER = "stop_number"
    STOP_CALLING = "stop_calling"
    STOP_MEDIUM = "stop_medium"
    WRONG_NUMBER_LEARNED = "wrong_number_learned"
    REVOKE_CONSENT = "revoke_consent"
    EMPLOYER_PROHIBITS = "employer_prohibits"
    ATTORNEY_REPRESENTED = "attorney_represented"
    ATTORNEY_RELEASED = "attorney_released"
    CEASE_COMMUNICATION = "cease_communication"
    REFUSAL_TO_PAY = "refusal_to_pay"
    DISPUTE = "dispute"
    DISPUTE_ANSWERED = "dispute_answered"
    DOCUMENTS_REQUESTED = "documents_requested"
    """They asked for the papers of the debt: who may collect it, what it is made up of."""
    DOCUMENTS_PROVIDED = "documents_provided"
    ORIGINAL_CREDITOR_REQUESTED = "original_creditor_requested"
    """They asked who the original creditor is, with the address."""
    ORIGINAL_CREDITOR_NAMED = "original_creditor_named"
    """It was sent, or that it is the current one (12 CFR 1006.38(c))."""
    BREATHING_SPACE = "breathing_space"
    CALLBACK_REQUEST = "callback_request"
    COMPLAINT_CALLBACK_REQUEST = "complaint_callback_request"
    WRITTEN_ONLY = "written_only"
    DO_NOT_CALL = "do_not_call"


class NoticeKind(StrEnum):
    """Which written notice it was: each place asks for its own, with its own contents."""

    VALIDATION = "validation"
    """12 CFR 1006.34; 15 USC 1692g."""
    BEFORE_CONTACT = "before_contact"
    """Of a Canadian province, before an agency speaks to the debtor: who is owed, how much, who collects."""
    MEDICAL = "medical"
    """NRS 649.366: sixty days before a medical debt is collected."""
    DOCUMENTS = "documents"
    """D.C. Code 28-3814(m)(2)(A): which papers may be asked for."""


class Medium(StrEnum):
    """By what means a person is reached."""

    PHONE_CALL = "phone_call"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"


class Action(StrEnum):
    """What is proposed to be done now."""

    PLACE_CALL = "place_call"
    SEND_SMS = "send_sms"
    SEND_EMAIL = "send_email"
    SEND_LETTER = "send_letter"


class Purpose(StrEnum):
    """Why. An offer added to a collection call makes it a solicitation."""

    COLLECTION = "collection"
    COLLECTION_PLUS_OFFER = "collection_plus_offer"
    SOLICITATION = "solicitation"
    LOCATION_INFORMATION = "location_information"
    REPLY = "reply"
    COMPLAINT_RESPONSE = "complaint_response"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    LEGAL_NOTICE = "legal_notice"
    CONSENT_REQUEST = "consent_request"


class Tech(StrEnum):
    """How the voice is made. Without a word it is a live collector, whoever or whatever dialed."""

    MANUAL_LIVE = "manual_live"
    PREDICTIVE_LIVE = "predictive_live"
    PRERECORDED_VOICE = "prerecorded_voice"
    ARTIFICIAL_VOICE = "artificial_voice"
    AI_VOICE = "ai_voice"
    ATDS = "atds"


class Mode(StrEnum):
    """Whether a collector is certain to be on the line when the call is answered."""

    PREVIEW_AGENT_GUARANTEED = "preview_agent_guaranteed"
    PREDICTIVE = "predictive"


class Profile(StrEnum):
    """`literal` reads Regulation F as written (08:00:00 is lawful); `strict` the statute (it is not)."""

    LITERAL = "literal"
    STRICT = "strict"


class RndResult(StrEnum):
    """Answer of the Reassigned Numbers Database."""

    YES = "yes"
    NO = "no"
    NO_DATA = "no_data"


class HoldKind(StrEnum):
    """Why nothing may be done about a person or a debt for the time being."""

    DECEASED = "deceased"
    BANKRUPTCY = "bankruptcy"
    ACTIVE_DUTY = "active_duty"
    VULNERABILITY = "vulnerability"
    INCARCERATION = "incarceration"
    DISASTER_AREA = "disaster_area"
    DISPUTE = "dispute"
    FRAUD = "fraud"
    LITIGATION = "litigation"
    BREATHING_SPACE = "breathing_space"
    RECALLED = "recalled"
    CLOSED = "closed"
    MANUAL = "manual"
    RESTRICTED = "restricted"
    """Processing is restricted, as article 18 of the GDPR has it: it is stored, and nothing more."""
    QUARANTINED = "quarantined"
    """A defect of ours kept something about them from being recorded: a person looks first."""


class DncList(StrEnum):
    """Lists of numbers that must not be called; which law each binds is the law's matter."""

    NATIONAL = "national"
    STATE = "state"
    INTERNAL = "internal"
    CLIENT = "client"


class Checked(StrEnum):
    """How well a value was checked against the law's own text."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    MEMORY = "memory"
    POLICY = "policy"


class Weekday(StrEnum):
    """Two-letter days of the week, Monday first."""

    MONDAY = "MO"
    TUESDAY = "TU"
    WEDNESDAY = "WE"
    THURSDAY = "TH"
    FRIDAY = "FR"
    SATURDAY = "SA"
    SUNDAY = "SU"
