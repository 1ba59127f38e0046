"""Makes the bundled placement `config/sample/placement.csv.gz`: 20,000 accounts, seeded, of nobody.

    python scripts/make_sample.py

Nobody in it exists: names are put together from invented syllables and streets are invented. Every telephone
number is in the range 555-0100 to 555-0199 of its area code, which the North American Numbering Plan keeps
free for fiction. An area code has a hundred of them, so people are spread over all area codes and a number is
given to a second household only where the sample means it to be shared. Cities and ZIP codes are real, since
the calling hours depend on them.

About one line in a hundred is damaged in one of the ways that real files are, and many more are untidy.
"""

import csv
import gzip
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import zipcodes

from compliance_gate.whereabouts import packaged_tables
from dialer.intake.columns import COLUMNS

SEED = 20261120
ACCOUNTS = 20_000
PERSONS = 12_600
RECEIVED = date(2026, 11, 20)
OUT = Path(__file__).parents[1] / "config" / "sample" / "placement.csv.gz"

FIRST_SOUNDS = [
    "Al",
    "Bren",
    "Cor",
    "Dar",
    "El",
    "Far",
    "Gil",
    "Hal",
    "Ir",
    "Jor",
    "Kel",
    "Lor",
    "Mar",
    "Nor",
    "Or",
    "Pel",
    "Quin",
    "Ros",
    "Sel",
    "Tar",
    "Ul",
    "Ver",
    "Wil",
    "Yor",
    "Zan",
]
FIRST_ENDS = (
    "a",
    "an",
    "da",
    "dra",
    "el",
    "en",
    "ia",
    "ina",
    "is",
    "ista",
    "lan",
    "len",
    "lia",
    "mina",
    "na",
    "nor",
    "o",
    "on",
    "ra",
    "ric",
    "rin",
    "ta",
    "ven",
    "wyn",
)
LAST_SOUNDS = (
    "Ash",
    "Bram",
    "Cald",
    "Dun",
    "Elm",
    "Fen",
    "Gar",
    "Hol",
    "Ing",
    "Kest",
    "Lang",
    "Mor",
    "Nett",
    "Oak",
    "Pern",
    "Quill",
    "Rav",
    "Stan",
    "Thorn",
    "Und",
    "Vell",
    "Wex",
)
LAST_MIDDLES = (
    "a",
    "el",
    "en",
    "er",
    "in",
    "o",
    "u",
    "y",
)
LAST_ENDS = (
    "bank",
    "beck",
    "brook",
    "dale",
    "field",
    "ford",
    "gate",
    "ham",
    "hurst",
    "ley",
    "mere",
    "mont",
    "more",
    "ridge",
    "shaw",
    "stead",
    "ton",
    "ward",
    "well",
    "wick",
    "worth",
)
STREETS = (
    "Sample",
    "Fable",
    "Pretend",
    "Fiction",
    "Example",
    "Legend",
    "Myth",
    "Story",
    "Saga",
    "Parable",
)
STREET_KINDS = (
    "St",
    "Ave",
    "Rd",
    "Ln",
    "Dr",
    "Ct",
    "Blvd",
    "Way",
)

CREDITORS = (
    ("acme", "Acme Card Bank", "credit_card", 0.52),
    ("acme", "Acme Auto Finance", "auto_loan", 0.10),
    ("acme", "Pinegrove Hospital", "medical", 0.18),
    ("acme", "Bluewire Telecom", "telecom", 0.12),
    ("acme", "Lumen Valley Power", "utility", 0.08),
)

Row = dict[str, str]


@dataclass
class Person:
    """Somebody who does not exist."""

    ref: str
    state: str
    row: Row
    home: str = ""
    """A number that the household may share."""


@dataclass
class World:
    """Everything drawn from, under one seed."""

    random: random.Random
    numbers: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    places: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, list[tuple[str, str]]])
    weights: dict[str, int] = field(default_factory=dict[str, int])
    used: list[str] = field(default_factory=list[str])

    def number(self, state: str) -> str:
        """A number nobody has yet, of the state where it has one left, else of another: people move."""
        pool = self.numbers[state]
        if not pool or self.random.random() < 0.08:
            pool = self.numbers[self.random.choice([s for s in sorted(self.numbers) if self.numbers[s]])]
        number = pool.pop()
        self.used.append(number)
        return number


def world(seed: int) -> World:
    """Area codes by state, each with its hundred numbers in random order, and the states' ZIP codes."""
    made = World(random.Random(seed))
    for prefix, place in sorted(packaged_tables().numbers.items()):
        states = sorted(r[3:] for r in place.regions if r.startswith("US-") and len(r) == 5)
        if len(prefix) != 4 or not prefix.startswith("1") or not states:
            continue
        pool = made.numbers.setdefault(states[0], [])
        pool += [f"{prefix[1:]}55501{last:02d}" for last in range(100)]
        made.weights[states[0]] = made.weights.get(states[0], 0) + 1
    for pool in made.numbers.values():
        made.random.shuffle(pool)
    entries = cast("list[dict[str, Any]]", zipcodes.list_all())  # pyright: ignore[reportUnknownMemberType] - untyped
    for entry in entries:
        if entry["zip_code_type"] == "STANDARD" and entry["active"] and entry["state"] in made.numbers:
            made.places.setdefault(entry["state"], []).append((entry["city"], entry["zip_code"]))
    made.numbers = {state: pool for state, pool in made.numbers.items() if state in made.places}
    return made


def name(draw: random.Random) -> tuple[str, str]:
    """An invented given name and family name."""
    first = draw.choice(FIRST_SOUNDS) + draw.choice(FIRST_ENDS)
    last = draw.choice(LAST_SOUNDS) + draw.choice(LAST_MIDDLES) + draw.choice(LAST_ENDS)
    return first, last


def day(draw: random.Random, earliest: int, latest: int) -> date:
    """A day so many days before the file was received."""
    return RECEIVED - timedelta(days=draw.randint(earliest, latest))


def person(made: World, index: int) -> Person:
    """Somebody with an address, one to four numbers, and now and then something that forbids calling."""
    draw = made.random
    states = sorted(made.numbers)
    state = draw.choices(states, [made.weights[s] for s in states])[0]
    city, zip_code = draw.choice(made.places[state])
    first, last = name(draw)
    row: Row = {
        "person_ref": f"PR-{100_000 + index}",
        "person_role": "consumer",
        "first": first,
        "middle": draw.choice("ABCDEGJKLMR") if draw.random() < 0.3 else "",
        "last": last,
        "suffix": draw.choice(["Jr", "Sr", "II"]) if draw.random() < 0.02 else "",
        "ssn_last4": f"{draw.randint(0, 9999):04d}",
        "dob": day(draw, 19 * 365, 85 * 365).isoformat(),
        "language": "es" if draw.random() < 0.04 else "en",
        "address_1": f"{draw.randint(1, 9999)} {draw.choice(STREETS)} {draw.choice(STREET_KINDS)}",
        "address_2": f"Apt {draw.randint(1, 40)}" if draw.random() < 0.15 else "",
        "city": city,
        "state": state,
        "zip": zip_code,
        "country": "US",
        "email": f"{first}.{last}{index}@example.com".lower() if draw.random() < 0.6 else "",
    }
    somebody = Person(ref=row["person_ref"], state=state, row=row)
    add_numbers(made, somebody)
    add_flags(draw, row)
    return somebody


def add_numbers(made: World, somebody: Person) -> None:
    """The first number is the person's own; later ones may be somebody else's."""
    draw = made.random
    count = draw.choices([1, 2, 3, 4], [0.30, 0.44, 0.20, 0.06])[0]
    for n in range(1, count + 1):
        role = "own"
        if n > 1:
            role = draw.choices(["own", "work", "relative", "reference", "traced"], [62, 18, 8, 6, 6])[0]
        is_shared = n > 1 and made.used and draw.random() < 0.025
        number = draw.choice(made.used) if is_shared else made.number(somebody.state)
        kind = draw.choices(["mobile", "landline", "voip", ""], [66, 20, 5, 9])[0]
        if n == 1:
            somebody.home = number
        set_number(somebody.row, n, number, kind, "shared" if is_shared else role)
        if role == "own" and draw.random() < 0.55:
            somebody.row[f"phone_{n}_consent"] = "yes"
            somebody.row[f"phone_{n}_consent_date"] = day(draw, 200, 2500).isoformat()
            somebody.row[f"phone_{n}_text_consent"] = draw.choice(["yes", "no"])


def set_number(row: Row, n: int, number: str, kind: str, role: str) -> None:
    """One number with what is known of it."""
    row[f"phone_{n}"] = number
    row[f"phone_{n}_type"] = kind
    row[f"phone_{n}_role"] = role
    row[f"phone_{n}_source"] = {"traced": "skip trace", "reference": "application"}.get(role, "creditor")


def add_flags(draw: random.Random, row: Row) -> None:
    """What the creditor knows that forbids or narrows calling."""
    for flag, share in (
        ("cease", 0.006),
        ("attorney", 0.007),
        ("bankruptcy", 0.006),
        ("deceased", 0.004),
    ):
        if draw.random() < share:
            row[flag] = "yes"
    if draw.random() < 0.025:
        row["inconvenient_times"] = draw.choice(
            ["MO-FR 09:00-17:00", "SU", "MO-FR 08:00-12:00; SA,SU", "MO-SU 18:00-21:00", "SA-SU"]
        )
    if draw.random() < 0.03:
        calls = [
            f"{day(draw, 1, 6).isoformat()}T{draw.randint(13, 22):02d}:{draw.randint(0, 59):02d}+00:00"
            f"={draw.choice(['no_answer', 'no_answer', 'amd_machine', 'voicemail_limited_content'])}"
            for _ in range(draw.randint(1, 5))
        ]
        row["prior_attempts"] = "; ".join(sorted(calls))


def account(draw: random.Random, index: int) -> Row:
    """One account's own columns, written as tidily or untidily as creditors write them."""
    chosen = draw.choices(CREDITORS, [weight for *_, weight in CREDITORS])[0]
    client, creditor, kind, _weight = chosen
    cents = int(min(draw.lognormvariate(11.2, 0.9), 4_000_000)) + 2_500
    late = draw.randint(35, 900)
    since = RECEIVED - timedelta(days=late)
    item = since + timedelta(days=min(late - 1, 20))
    fees = draw.choice([0, 0, 0, 2_500, 3_900])
    paid = draw.choice([0, 0, 0, 2_000, 5_000])
    start = max(cents - fees + paid, 100)
    return {
        "placement_id": "2026-11-A",
        "client_id": client,
        "client_account": f"AC-{1_000_000 + index}",
        "original_creditor": creditor,
        "current_creditor": creditor if draw.random() < 0.8 else "Harbour Receivables",
        "account_type": kind,
        "itemization_date": item.isoformat(),
        "itemization_type": draw.choice(["last_statement", "charge_off", "last_payment"]),
        "itemization_amount": f"{start / 100:.2f}",
        "interest": "0.00",
        "fees": f"{fees / 100:.2f}",
        "payments": f"{paid / 100:.2f}",
        "credits": "0.00",
        "current_balance": untidy_money(draw, cents),
        "currency": "USD",
        "charge_off_date": (since + timedelta(days=180)).isoformat() if late > 180 else "",
        "last_payment_date": (since - timedelta(days=30)).isoformat() if draw.random() < 0.7 else "",
        "delinquency_date": untidy_date(draw, since),
        "judgment": "yes" if draw.random() < 0.01 else "no",
        "score": str(draw.randint(380, 790)),
        "stage": draw.choice(["primary", "primary", "secondary"]),
        "dispute": "yes" if draw.random() < 0.008 else "",
        "recall_date": (RECEIVED + timedelta(days=draw.randint(120, 400))).isoformat(),
    }


def untidy_money(draw: random.Random, cents: int) -> str:
    """The same amount as different systems print it."""
    return draw.choices([f"{cents / 100:.2f}", f"{cents / 100:,.2f}", f"${cents / 100:,.2f}"], [88, 8, 4])[0]


def untidy_date(draw: random.Random, when: date) -> str:
    """The same day as different systems print it."""
    american = f"{when.month}/{when.day}/{when.year}"
    return draw.choices([when.isoformat(), american, f"{when:%d-%b-%Y}"], [90, 8, 2])[0]


def untidy(draw: random.Random, row: Row) -> None:
    """Telephone punctuation, spreadsheets' lost zeros, capitals and blanks: all of it is understood."""
    for n in range(1, 6):
        number = row.get(f"phone_{n}", "")
        if len(number) == 10:
            area, middle, last = number[:3], number[3:6], number[6:]
            row[f"phone_{n}"] = draw.choices(
                [
                    number,
                    f"({area}) {middle}-{last}",
                    f"{area}-{middle}-{last}",
                    f"+1 {area} {middle} {last}",
                    f"1{number}",
                    f"{area}.{middle}.{last}",
                ],
                [60, 16, 12, 4, 5, 3],
            )[0]
    if row["zip"].startswith("0") and draw.random() < 0.25:
        row["zip"] = row["zip"].lstrip("0")
    if draw.random() < 0.02:
        row["state"] = f" {row['state'].lower()} "
    if draw.random() < 0.01:
        row["last"] = row["last"].upper() + "  "
    if row.get("phone_2") and draw.random() < 0.01:
        row["phone_2"] = draw.choice(["none", "555-0100", "000-000-0000", "(999) 555-0100", "see notes"])


def _only_number(row: Row, text: str) -> None:
    for n in range(2, 6):
        for column in [c for c in row if c.startswith(f"phone_{n}")]:
            row[column] = ""
    row["phone_1"] = text


DAMAGES: tuple[Callable[[Row], None], ...] = (
    lambda row: row.update(current_balance=""),
    lambda row: row.update(current_balance="0.00"),
    lambda row: row.update(current_balance="(12.50)"),
    lambda row: row.update(current_balance="12O0.00"),
    lambda row: row.update(delinquency_date="13/45/2025"),
    lambda row: row.update(charge_off_date="2026-02-30"),
    lambda row: row.update(dob="2031-04-01"),
    lambda row: row.update(last=""),
    lambda row: row.update(person_ref=""),
    lambda row: row.update(client_account=""),
    lambda row: row.update(state="ZQ"),
    lambda row: row.update(zip="ABCDE"),
    lambda row: row.update(account_type="crypto"),
    lambda row: row.update(bankruptcy="maybe"),
    lambda row: row.update(prior_attempts="2026-11-18T15:04=no_answer"),
    lambda row: row.update(inconvenient_times="mornings"),
    lambda row: row.update(phone_1_role="ex"),
    lambda row: _only_number(row, "2.12555E+09"),
    lambda row: _only_number(row, "12345"),
    lambda row: _only_number(row, "N/A"),
)


def rows(seed: int) -> list[list[str]]:
    """All lines in order, the heading first."""
    made = world(seed)
    draw = made.random
    people = [person(made, index) for index in range(PERSONS)]
    owners = [*people, *(draw.choice(people) for _ in range(ACCOUNTS - PERSONS))]
    draw.shuffle(owners)
    lines: list[Row] = []
    partners = iter(range(PERSONS, PERSONS + ACCOUNTS))
    for index, owner in enumerate(owners):
        own = account(draw, index)
        lines.append({**own, **owner.row})
        if draw.random() < 0.06:
            joint = partner(made, owner, next(partners))
            lines.append({**own, **joint.row, "dispute": ""})
    heading = [column.name for column in COLUMNS]
    out = [heading]
    for row in lines:
        untidy(draw, row)
        damaged = draw.random() < 0.01
        if damaged:
            draw.choice(DAMAGES)(row)
        written = [row.get(column, "") for column in heading]
        out.append(written)
        if draw.random() < 0.0006:
            out.append(written)
        if draw.random() < 0.0004:
            out.append(written[:-3])
    return out


def partner(made: World, owner: Person, index: int) -> Person:
    """A joint debtor of the same household: one number of their own, and the household's."""
    joint = person(made, index)
    for column in ("last", "address_1", "address_2", "city", "state", "zip"):
        joint.row[column] = owner.row[column]
    joint.row["person_role"] = "joint_debtor"
    _only_number(joint.row, joint.row["phone_1"])
    set_number(joint.row, 2, owner.home, "landline", "shared")
    return joint


def main() -> None:
    """Write the file; the same seed and program give the same bytes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows(SEED))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with OUT.open("wb") as file, gzip.GzipFile("", "wb", compresslevel=9, fileobj=file, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    print(f"{OUT}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
