"""A floor that runs, asked from another program over its own HTTP side, with the token in its folder."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx2
import msgspec

from dialer.domain.errors import MendableError
from dialer.files import read_state
from dialer.floor.certificates import CERTIFICATE_FILE
from dialer.floor.folder import ADDRESS_FILE, TOKEN_FILE, folder_token

ANSWERS_S = 60.0
"""Seconds for which an answer is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningFloor:
    """Args: folder: the floor's own. trust: a certificate by which it is known, beside the system's."""

    folder: Path
    trust: Path | None = None

    def get(self, path: str) -> Any:
        """What it answers. Raises MendableError: no floor is there, or it refuses, with its own words."""
        return self._asked("GET", path, None)

    def post(self, path: str, body: object) -> Any:
        """The same of a change."""
        return self._asked("POST", path, body)

    def _asked(self, method: str, path: str, body: object) -> Any:
        api = self._api()
        headers = {"Authorization": f"Bearer {folder_token(self.folder)}"}
        try:
            answer = httpx2.request(
                method, f"{api}{path}", headers=headers, json=body, timeout=ANSWERS_S, verify=self._trusted()
            )
        except (httpx2.HTTPError, OSError) as error:
            mend = f"start it (fairdial serve --out {self.folder}), or name the folder of the one that runs."
            raise MendableError(f"the floor does not answer: {error}", where=api, mend=mend) from error
        if not answer.is_success:
            raise MendableError(_said(answer), where=f"{api}{path}")
        try:
            return answer.json()
        except ValueError as error:
            mend = f"another program answers there: start the floor (fairdial serve --out {self.folder})."
            raise MendableError("what answers is no floor", where=api, mend=mend) from error

    def _api(self) -> str:
        file = self.folder / ADDRESS_FILE
        if not file.exists() or not (self.folder / TOKEN_FILE).exists():
            mend = (
                "name the folder of a floor that runs with --floor (what `fairdial serve --out` was given)."
            )
            raise MendableError("no floor was ever started here", where=str(self.folder), mend=mend)
        return read_state(file, _api_of, what="where the floor listens", mend="start the floor again.")

    def _trusted(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        for file in (self.folder / CERTIFICATE_FILE, self.trust):
            if file is not None and file.exists():
                context.load_verify_locations(file)
        return context


def _api_of(data: bytes) -> str:
    found = cast("object", msgspec.json.decode(data))
    api = cast("dict[str, object]", found).get("api") if isinstance(found, dict) else None
    if not isinstance(api, str):
        raise ValueError("it names no address")
    return api


def _said(answer: httpx2.Response) -> str:
    """Why it was refused, in the floor's words."""
    try:
        told = cast("object", answer.json())
    except ValueError:
        told = answer.text
    detail = cast("dict[str, object]", told).get("detail", "") if isinstance(told, dict) else told
    if isinstance(detail, list):
        return "; ".join(_problem(each) for each in cast("list[object]", detail))
    return str(detail)


def _problem(found: object) -> str:
    if not isinstance(found, dict):
        return str(found)
    each = cast("dict[str, Any]", found)
    place = ".".join(str(part) for part in each.get("loc", ()) if part != "body")
    return f"{place}: {each.get('msg', '')}" if place else str(each.get("msg", found))
