"""The body of a request, within its limits of size and time."""

import asyncio
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from starlette.requests import Request

BODY_BYTES = 10 * 1024 * 1024
BODY_SECONDS = 30.0


async def read_body(request: "Request") -> bytes:
    """The whole body; HTTPException if it is too large (413), too slow (408) or compressed (415)."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "Send the events uncompressed.")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _gathered(request)
    except TimeoutError:
        raise HTTPException(408, "The request did not arrive in time; send it again.") from None
    except ClientDisconnect:
        raise HTTPException(400, "The request did not arrive whole.") from None


async def _gathered(request: "Request") -> bytes:
    declared = request.headers.get("content-length", "")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if max(size, int(declared or 0)) > BODY_BYTES:
            raise HTTPException(
                413, f"A request may have {BODY_BYTES // 2**20} MiB; send fewer events at a time."
            )
        parts.append(part)
    return b"".join(parts)
