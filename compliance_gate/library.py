"""The rulebook that comes with the package: the law of `law/`, the house's policy, the register."""

from collections.abc import Iterable
from functools import lru_cache

from compliance_gate.packaged import law_texts, register_texts
from compliance_gate.rulebook import Rulebook, load_rulebook


@lru_cache(maxsize=1)
def standard_rulebook() -> Rulebook:
    """Law and house policy as packaged, read once."""
    return load_rulebook(law_texts(), register_texts())


def rulebook_with(policies: Iterable[tuple[str, str]], *, with_house: bool = True) -> Rulebook:
    """The packaged law with further policy files, given as `(path, text)`.

    A path such as `client/acme.yaml` or `campaign/spring.yaml` says the layer; `house/` files given here
    replace the packaged house policy if `with_house` is false.

    Raises:
        LawError: a policy is malformed, or looser than a layer above it.
    """
    packaged = [(path, text) for path, text in law_texts() if with_house or not path.startswith("house/")]
    return load_rulebook([*packaged, *policies], register_texts())
