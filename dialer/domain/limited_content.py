"""Messages that say no more than law lets a collector say to whoever may hear them.

A message on somebody's machine is heard by whoever stands beside it. It is no communication about a debt
only as a *limited-content message*: a voicemail message that has a business name which does not say that it
collects debts, a request to reply, the name of a natural person and a telephone number; that may have a
salutation, its day and hour, times to reply and a word that any representative may be spoken with; and that
has nothing else.

Its parts are declared, and its words are held against them: what is left when the declared names and numbers
are taken away must be a word of a closed list, by which nothing but these parts can be said.

Source: 12 CFR 1006.2(j), and 1006.2(d) for what any other message is.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from compliance_gate.valid import Most, Words
from dialer.domain.caller_id import E164
from dialer.domain.errors import InvalidFactError
from dialer.domain.transitions import Word
from dialer.domain.valid import valid

SOURCE = "12 CFR 1006.2(j)"

_COLLECTING = re.compile(
    r"\b(debts?|collect\w*|recover\w*|receivables?|arrears?|delinquen\w*|overdue|credit(?!\s+union)\w*"
    r"|adjusters?|repossess\w*|charge.?offs?|deudas?|cobr\w+|moros\w+|recuper\w+)\b",
    re.IGNORECASE,
)
_OWING = re.compile(
    r"\b(owe[ds]?|owing|past.due|accounts?|balances?|payments?|pay|paid|amounts?|bills?|invoices?|loans?"
    r"|pagos?|pagar|saldos?|cuentas?|factura\w*|pr[eé]stamos?)\b",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"\b(services?|departments?|teams?|offices?|desk|customer|agents?|operators?|representatives?|associates?"
    r"|inc|llc|ltd|company|corp|servicios?|departamento|oficina)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\+?\(?\d+(?:(?:\) ?| ?\(|[ .\-/])\d+)*")
_HOUR = re.compile(r"\d{1,2}(:\d{2})?")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_MARKS = frozenset(" \t\n.,:!?'\"-()")
_SAID_OF_OTHERS = 8
"""Last digits of a number outside of North America that must be said: how its beginning is said differs."""


class Language(Word):
    """In what a message is spoken."""

    ENGLISH = "en"
    SPANISH = "es"


_REPLY = {
    Language.ENGLISH: re.compile(r"\b(call|reply|return|contact|reach)\b"),
    Language.SPANISH: re.compile(r"\b(ll[aá]me\w*|devu[eé]lva\w*|responda|comun[ií]quese)\b"),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ADMITTED = {
    Language.ENGLISH: _words(
        # a salutation, and who is calling from where
        "hello hi good morning afternoon evening greetings this is it's my name i i'm am a an message "
        "calling with of here speaking "
        # a request to reply
        "please call me us back return our the reply to contact reach on at or and you can may could would "
        "when if telephone phone number toll free "
        # days and hours, of the message and to reply
        "today tomorrow monday tuesday wednesday thursday friday saturday sunday january february march "
        "april june july august september october november december am pm noon between until from before "
        "after by any time day days weekdays week o'clock eastern central mountain pacific "
        # whoever answers will do
        "speak talk representative representatives associate associates"
    ),
    Language.SPANISH: _words(
        "hola buenos buenas días dias tardes noches le la el lo habla hablar hablo llama llamo soy es mi mis "
        "nombre de del desde con un una mensaje "
        "por favor llame llámeme llameme llámenos llamenos devuelva devuélvame devuélvanos responda "
        "comuníquese comuniquese a al nuestra nuestro su llamada en o y si puede podrá cuando número numero "
        "teléfono telefono "
        "hoy mañana lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo "
        "junio julio agosto septiembre octubre noviembre diciembre am pm mediodía entre hasta las antes "
        "después hora horas día "
        "cualquier cualquiera nuestros representante representantes asociado asociados"
    ),
}
"""By these, parts that 12 CFR 1006.2(j) lists can be said, and nothing about why somebody calls. Thanks and
good-byes are in neither list of the regulation: they are other content."""


def collecting_word(text: str) -> str | None:
    """The first word that says that whoever speaks collects debts; None = there is none."""
    found = _COLLECTING.search(text)
    return None if found is None else found.group()


def debt_word(text: str) -> str | None:
    """The first word by which anybody who hears the text learns of a debt; None = there is none."""
    found = _COLLECTING.search(text) or _OWING.search(text)
    return None if found is None else found.group()


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class LimitedContent:
    """The declared parts of a limited-content message.

    Args:
        business: a business name that does not say that debts are collected.
        persons: natural persons whom the consumer can ask for when they reply.
        numbers: E.164; each can be called to reply.

    Raises:
        InvalidFactError: a part is missing or is not what it must be.
    """

    business: Annotated[str, Words(least=1, most=200)]
    persons: Annotated[tuple[str, ...], Most(10)]
    numbers: Annotated[tuple[str, ...], Most(10)]
    language: Language = Language.ENGLISH

    def __post_init__(self) -> None:
        told = collecting_word(self.business)
        if told is not None:
            raise InvalidFactError(
                f"business {self.business!r} says {told!r}: take a name that does not say that debts are "
                f"collected ({SOURCE}(1)(i))"
            )
        if not self.persons:
            raise InvalidFactError(f"persons: name a natural person who can be asked for ({SOURCE}(1)(iii))")
        for person in self.persons:
            if not _WORD.match(person) or _OFFICE.search(person) or any(sign.isdigit() for sign in person):
                raise InvalidFactError(f"persons: {person!r} is no natural person ({SOURCE}(1)(iii))")
        if not self.numbers:
            raise InvalidFactError(f"numbers: say a number that can be called to reply ({SOURCE}(1)(iv))")
        for number in self.numbers:
            if not E164.fullmatch(number):
                raise InvalidFactError(f"numbers: {number!r} is no number in E.164, such as +12125550100")


def wrong_with(words: str, parts: LimitedContent) -> tuple[str, ...]:
    """Why the words are no limited-content message with these parts, each in a sentence; () = they are one.

    A number must be said in digits: a word that stands for one (a vanity number) says what it likes.
    """
    found: list[str] = []
    left, business = _taken(words, parts.business)
    if not business:
        found.append(f"the words do not say the business name {parts.business!r} ({SOURCE}(1)(i))")
    for person in parts.persons:
        left, is_said = _taken(left, person)
        if not is_said:
            found.append(f"the words do not say {person!r} ({SOURCE}(1)(iii))")
    if not _REPLY[parts.language].search(_plain(left)):
        found.append(f"the words do not ask for a reply ({SOURCE}(1)(ii))")
    left, missing = _without_numbers(left, parts.numbers)
    found.extend(f"the words do not say {number} in digits ({SOURCE}(1)(iv))" for number in missing)
    others = _other_content(left, parts.language)
    if others:
        found.append(
            f"the words say more than such a message may: {', '.join(map(repr, others))} ({SOURCE}: no other "
            "content)"
        )
    return tuple(found)


def _taken(words: str, name: str) -> tuple[str, bool]:
    """The words without a name, and whether it was there, as words of its own."""
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
    left, count = re.subn(pattern, " ", words, flags=re.IGNORECASE)
    return left, count > 0


def _without_numbers(words: str, numbers: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    said: set[str] = set()

    def number_or_same(found: re.Match[str]) -> str:
        digits = "".join(sign for sign in found.group() if sign.isdigit())
        for number in numbers:
            if digits.endswith(_national(number)) and number.endswith(digits.lstrip("0")):
                said.add(number)
                return " "
        return found.group()

    left = _DIGITS.sub(number_or_same, words)
    return left, tuple(number for number in numbers if number not in said)


def _national(number: str) -> str:
    """The digits that must be said, whoever calls from wherever."""
    return number[2:] if number.startswith("+1") else number[-_SAID_OF_OTHERS:]


def _plain(words: str) -> str:
    """Small letters; 'a.m.' and 'p.m.' as one word."""
    return re.sub(r"\b([ap])\.\s?m\b", r"\1m", words.lower().replace("\u2019", "'"))


def _other_content(words: str, language: Language) -> tuple[str, ...]:
    """What is left and is none of the listed parts: words, figures that are no hour or day, signs."""
    plain = _plain(words)
    admitted = _ADMITTED[language]
    spoken = [word for word in _WORD.findall(plain) if word not in admitted]
    rest = _WORD.sub(" ", plain)
    figures = [figure for figure in re.findall(r"[\d:]*\d[\d:]*", rest) if not _HOUR.fullmatch(figure)]
    signs = sorted({sign for sign in rest if not sign.isdigit() and sign not in _MARKS})
    return tuple(dict.fromkeys((*spoken, *figures, *signs)))
