"""Files that Vite wrote, as they are served: of known kinds, for ever the same under their names."""

import os
from collections.abc import Mapping
from pathlib import Path

from fastapi import HTTPException, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

PathLike = str | os.PathLike[str]

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class BuiltFiles(StaticFiles):
    """A page's own files: of known kinds only, with the page's headers. Their names carry a hash of their
    content, so that they never change."""

    def __init__(self, folder: Path, headers: Mapping[str, str]) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._headers = {**headers, "Cache-Control": "public, max-age=31536000, immutable"}

    async def check_config(self) -> None:
        """A folder that was not built holds nothing: 404, and no defect."""

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file as it is served. Raises HTTPException for a kind that no page has."""
        kind = TYPES.get(Path(full_path).suffix)
        if kind is None:
            raise HTTPException(404, "no such file")
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update({**self._headers, "Content-Type": kind})
        return response
