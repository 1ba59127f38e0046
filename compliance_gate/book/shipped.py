"""The rulebook that comes with the package: the law of `law/`, the house's policy, the register."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from compliance_gate.book.holdings import (
    Entity,
    EntityKind,
    Holdings,
    Licence,
    LicenceKind,
    checked_holdings,
)
from compliance_gate.book.register import SIGNED_FOR
from compliance_gate.book.register.signatures import Signature, Subject
from compliance_gate.book.rulebook import Rulebook, load_rulebook
from compliance_gate.book.texts import law_texts, register_texts
from compliance_gate.rules.licence import LicenceRule

SAMPLE_SIGNER = "SAMPLE, signed by nobody: for rehearsals only"
SAMPLE_HOLDER = "SAMPLE, licensed nowhere: for rehearsals only"


@lru_cache(maxsize=1)
def standard_rulebook() -> Rulebook:
    """Law and house policy as packaged, read once; unsigned, so that all but what is covered denies."""
    return load_rulebook(law_texts(), register_texts())


@lru_cache(maxsize=1)
def sample_rulebook() -> Rulebook:
    """The packaged rulebook under the sample signature; see `with_sample_signature`."""
    return with_sample_signature(standard_rulebook())


def with_sample_signature(book: Rulebook) -> Rulebook:
    """A rulebook with the sample signature on every draft and every place of federal law only, and on what
    was not read of recording and licences; and with the sample licences.

    For rehearsals and tests, where nobody real can be called. The findings say that nobody signed and that
    nobody holds a licence.
    """
    places = [entry.name for entry in book.register.entries if entry.status in SIGNED_FOR]
    open_to = sorted({(rule.place, rule.subject) for rule in book.placed if rule.may_be_signed})
    wanted = [*((place, Subject.LAW) for place in places), *open_to]
    return book.holding(sample_holdings(book)).signed(
        Signature(place=place, subject=subject, signed_by=SAMPLE_SIGNER, dated=date(2026, 11, 22))
        for place, subject in wanted
    )


def sample_holdings(book: Rulebook) -> Holdings:
    """A collector in Texas with every licence that is demanded; the numbers say that nobody has them."""
    demanding = {
        (rule.place, rule.demands, rule.bond_cents)
        for rule in book.placed
        if isinstance(rule, LicenceRule) and rule.is_demand
    }
    sample = Entity(
        entity="sample", title=SAMPLE_HOLDER, kind=EntityKind.AGENCY, places=("US-TX",), desk_names=()
    )
    licences = tuple(
        Licence(
            entity="sample",
            place=place,
            kind=LicenceKind(demands.value),
            number=f"SAMPLE-{place}",
            since=date(1990, 1, 1),
            expires=date(2099, 12, 31),
            bond_cents=bond_cents,
        )
        for place, demands, bond_cents in sorted(demanding)
    )
    return checked_holdings("the sample", Holdings(entities=(sample,), licences=licences))


def rulebook_with(policies: Iterable[tuple[str, str]], *, with_house: bool = True) -> Rulebook:
    """The packaged law with further policy files, given as `(path, text)`.

    A path such as `client/acme.yaml` or `campaign/spring.yaml` says the layer; `house/` files given here
    replace the packaged house policy if `with_house` is false.

    Raises:
        LawError: a policy is malformed, or looser than a layer above it.
    """
    packaged = [(path, text) for path, text in law_texts() if with_house or not path.startswith("house/")]
    return load_rulebook([*packaged, *policies], register_texts())
