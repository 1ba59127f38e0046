"""Lines of fixed positions, several of which make up one account, joined into rows."""

from collections.abc import Iterable, Iterator

from dialer.intake.layouts.form import Records, Span

MOST_RECORDS = 200
"""Lines of one account; more are a mistake of the file."""

Joined = tuple[int, list[str] | None, int, str, str]
"""Number of its first line, fields, number of its last, why it cannot be taken apart, and its text then."""


def joined(lines: Iterable[str], layout: Records) -> Iterator[Joined]:
    """The accounts of a file of records, each a row under `layout.heading`.

    A line whose kind is not in the layout says nothing that is asked for. The first line of a kind counts.
    """
    account: _Account | None = None
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\r\n")
        if not text.strip():
            continue
        key = _cut(text, layout.key)
        if account is None or account.key != key or account.count == MOST_RECORDS:
            if account is not None:
                yield account.row(layout)
            account = _Account(key, number)
        account.take(number, text, layout)
    if account is not None:
        yield account.row(layout)


def _cut(text: str, span: Span) -> str:
    return text[span.first - 1 : span.last].strip()


class _Account:
    """The lines of one account, as they come."""

    def __init__(self, key: str, number: int) -> None:
        self.key = key
        self.count = 0
        self._first = self._last = number
        self._texts: dict[str, str] = {}
        self._kinds: set[str] = set()
        self._raw: list[str] = []

    def take(self, number: int, text: str, layout: Records) -> None:
        self.count += 1
        self._last = number
        self._raw.append(text)
        code = _cut(text, layout.code)
        spans = layout.kinds.get(code)
        if spans is None or code in self._kinds:
            return
        self._kinds.add(code)
        for span in spans:
            self._texts[span.name] = _cut(text, span)

    def row(self, layout: Records) -> Joined:
        raw = "\n".join(self._raw)
        if layout.begins not in self._kinds:
            why = f"no record {layout.begins} for this account"
            return self._first, None, self._last, why, raw
        fields = [self.key, *(self._texts.get(name, "") for name in layout.heading[1:])]
        return self._first, fields, self._last, "", raw
