"""A file of what was told of people: which of its columns mean what, and one line's texts by column.

What a client's own headings and words mean is the mapping's; without one, headings are known by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.keys import folded
from dialer.intake.columns import heading_key
from dialer.intake.files import TextFile, UnreadableFileError
from dialer.intake.layouts.derived import SAME_AS
from dialer.intake.mapping import IGNORE, FileMapping, Meaning
from dialer.intake.protection import sounds_protective
from dialer.intake.told_columns import REQUIRED, ToldKind, column_named, columns_of_kind
from dialer.intake.whole_file import UntoldError

DAYS = frozenset({"at", "until", "mailed", "received", "valid_on", "valid_from", "valid_until", "revoked_at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldColumns:
    """The columns of one file.

    Args:
        names: of each heading, the column that it means; '' = none.
        unknown: headings that nothing understands.
        meanings: of each heading, what somebody said of it.
    """

    names: tuple[str, ...]
    unknown: tuple[str, ...]
    meanings: tuple[Meaning | None, ...]
    mapping: FileMapping

    @property
    def untold(self) -> list[int]:
        """Places of columns of which nobody has said what they mean to such a file."""
        told = zip(self.names, self.meanings, strict=True)
        return [
            at for at, (name, meant) in enumerate(told) if not (name or (meant and meant.column == IGNORE))
        ]

    def texts(self, fields: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
        """A line's texts by column, in the canonical words, and columns whose word nobody has signed."""
        texts: dict[str, str] = {}
        unsigned: list[str] = []
        for name, meaning, text in zip(self.names, self.meanings, fields, strict=False):
            stripped = text.strip()
            if not name or not stripped or self._is_nothing(name, stripped):
                continue
            if meaning is not None and meaning.has_words:
                stripped = meaning.said(stripped)
            words = self.mapping.words.get(name)
            if words is not None:
                meant = words.get(folded(stripped))
                if meant is None:
                    unsigned.append(name)
                stripped = meant or stripped
            texts[name] = stripped
        for name, text in self.mapping.derived.always.items():
            said = texts.get(text[1:], "") if text.startswith(SAME_AS) else text
            if said:
                texts.setdefault(name, said)
        return texts, tuple(unsigned)

    def _is_nothing(self, name: str, text: str) -> bool:
        derived = self.mapping.derived
        if name == "number":
            return folded(text) in derived.no_phone
        return name in DAYS and folded(text) in derived.no_day


def told_columns_of(file: TextFile, kind: ToldKind, mapping: FileMapping) -> ToldColumns:
    """What the columns of a file of this kind mean.

    Raises:
        UnreadableFileError: one that must be there is missing, or two mean the same.
        UntoldError: a heading that nobody explained sounds as if it protected somebody.
    """
    names: list[str] = []
    unknown: list[str] = []
    meanings = tuple(mapping.columns.get(heading_key(heading)) for heading in file.heading)
    for heading, told in zip(file.heading, meanings, strict=True):
        is_ignored = told is not None and told.column == IGNORE
        name = column_named(kind, heading) if told is None else told.column
        if name not in columns_of_kind(kind):
            name = ""
        if name in names and name:
            raise UnreadableFileError(f"{file.path}: two columns mean {name}; remove one")
        if not name and heading.strip() and not is_ignored:
            unknown.append(heading.strip())  # also one that means a column of placements
        names.append(name)
    given = {*names, *mapping.derived.always}
    missing = [name for name in REQUIRED[kind] if name not in given]
    if not missing and not {"person", "account", "person_ref", "client_account", "number"} & given:
        missing = ["person, account or number"]
    if missing:
        raise UnreadableFileError(
            f"{file.path}: no column {', '.join(missing)}; "
            f"a file of {kind.value} holds {', '.join(columns_of_kind(kind))}"
        )
    untold = [heading for heading in unknown if sounds_protective(heading)]
    if untold:
        raise UntoldError(
            f"{file.path}: nobody has said what {', '.join(untold)} means, which may protect people; nothing "
            f"was taken: say which column of {kind.value} it is with --column {untold[0]}=MEANING, or ignore"
        )
    return ToldColumns(names=tuple(names), unknown=tuple(unknown), meanings=meanings, mapping=mapping)
