"""A finished recording heard over HTTP: the whole of it, or the stretch that a player asks for.

Each answer is on record before it goes out (`dialer.web.door`), with whose voice it is. What is sealed is
opened piece by piece: a piece that was touched ends the answer, and nothing of it is given.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Path
from fastapi.responses import Response, StreamingResponse

from dialer.access.roles import Permission
from dialer.domain.ids import AttemptId
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.hearing import Heard, SoundGoneError
from dialer.web.access import TheOffice, demand_recordings
from dialer.web.declaring import Asking, may

router = APIRouter(prefix="/api", tags=["recordings"])

MEDIA = "audio/wav"
_STRETCH = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_SOUND = {"content": {MEDIA: {"schema": {"type": "string", "format": "binary"}}}}


@router.get(
    "/recordings/{attempt}/sound",
    dependencies=[may(Permission.HEAR_RECORDINGS)],
    response_class=Response,
    responses={
        200: {**_SOUND, "description": "The recording, left the person, right what they heard"},
        206: {**_SOUND, "description": "The stretch that was asked for"},
        410: {"description": "It cannot be heard any more: its key is gone, or the file was touched"},
        416: {"description": "It has no such stretch"},
    },
)
async def sound(
    attempt: Annotated[str, Path(min_length=1, max_length=200)],
    office: TheOffice,
    who: Asking,
    stretch: Annotated[str, Header(alias="range", max_length=100)] = "",
) -> Response:
    """A finished recording of a call, as long as it is kept; of one stretch (`Range: bytes=0-99999`), too."""
    await who.attempt(attempt)
    try:
        heard = await demand_recordings(office).hear(AttemptId(attempt))
    except NotThereError as error:
        raise HTTPException(404, error.what) from error
    except SoundGoneError as error:
        raise HTTPException(410, error.what) from error
    who.about.extend(heard.audible.about)
    size = heard.sound.size
    found = stretch_of(stretch, size)
    headers = {"Accept-Ranges": "bytes"}
    if found is None:
        heard.close.close()
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    start, stop = found
    headers["Content-Length"] = str(stop - start)
    is_whole = (start, stop) == (0, size)
    if not is_whole:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    status = 200 if is_whole else 206
    return StreamingResponse(pieces_of(heard, start, stop), status, headers=headers, media_type=MEDIA)


def stretch_of(asked: str, size: int) -> tuple[int, int] | None:
    """From where to where, the end not included, of `size` bytes; None = it has no such stretch.

    One stretch is given, or the whole: what is not understood is as if it had not been asked.

    Source: RFC 9110, 14.1.2 and 14.2, https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
    """
    match = _STRETCH.fullmatch(asked.strip())
    if match is None or match[0] == "bytes=-":
        return 0, size
    if not match[1]:
        last = min(int(match[2]), size)
        return (size - last, size) if last else None
    start = int(match[1])
    stop = min(int(match[2]) + 1, size) if match[2] else size
    if match[2] and int(match[2]) < start:
        return 0, size
    return (start, stop) if start < size else None


async def pieces_of(heard: Heard, start: int, stop: int) -> AsyncGenerator[bytes]:
    """What was asked for, bit by bit; it is closed when the last is given, or whoever asks hangs up."""
    with heard.close:
        pieces = heard.sound.read(start, stop)
        while (some := await asyncio.to_thread(next, pieces, None)) is not None:
            yield some
