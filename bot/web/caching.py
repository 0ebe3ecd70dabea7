"""Answers that are made once for each version of what they show: conditional requests, compression.

What a page shows follows from the version of its story alone. So it is known before anything is read or
rendered whether a kept page still holds, and whether whoever asks has it already.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import NamedTuple

from aiohttp import web
from multidict import CIMultiDict

from bot.web.data.accepting import accepts
from bot.web.public import Gone, Missing, PublicRecord
from storage.domain.clock import read_moment

# Bytes of all bodies that are kept, packed ones too.
MOST_KEPT = 32 * 1024 * 1024
# Smaller bodies gain nothing by packing.
PACKED_FROM = 512
# Bodies that are made at once, and the seconds that one may take.
AT_ONCE, LONGEST = 4, 10.0
# A moment tells versions apart only once its second is over.
SETTLED = timedelta(seconds=2)


# What goes with every answer: our own style and pictures alone; no script, form, frame or third party.
STRICT = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "browsing-topics=()",
    "Server": "OnRecord",
}


_ALWAYS = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding", "Server": STRICT["Server"]}


class Made(NamedTuple):
    """A body, and the story that it shows, None where it shows several; `media` has no charset.

    `following` is the address of the page that follows it. `is_data` tells that pages of other sites may read
    it, and that only who accepts its media type is answered with it.
    """

    body: str | bytes
    story_id: int | None = None
    media: str = "text/html"
    following: str | None = None
    is_data: bool = False


class Kept(NamedTuple):
    """A body made of a version of what it shows; `validators` are the headers that tell this version.

    `media` is what has to be accepted for it, None for a page.
    """

    version: str
    story_id: int | None
    media: str | None
    body: bytes
    packed: bytes | None
    validators: CIMultiDict[str]
    headers: CIMultiDict[str]

    @property
    def size(self) -> int:
        """Return the bytes that it takes."""
        return len(self.body) + len(self.packed or b"")


class Cache:
    """Bodies by the path that they answer; those asked for last stay.

    `build` is the version of the program, `clock` the record's.
    """

    def __init__(
        self, public: PublicRecord, build: str, clock: Callable[[], datetime], most: int = MOST_KEPT
    ) -> None:
        self._public = public
        self._build = build
        self._clock = clock
        self._most = most
        self._size = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._making = asyncio.Semaphore(AT_ONCE)

    def at_once(self, request: web.BaseRequest) -> web.Response | None:
        """Return the answer to a request if it is kept under the request's target, and surely holds."""
        kept = self._kept.get(request.raw_path)
        if kept is None or request.method not in ("GET", "HEAD"):
            return None
        if kept.version != self._public.freshness.version_at_once(kept.story_id):
            return None
        if kept.media is not None and not accepts(request.headers.get("Accept"), kept.media):
            return None
        self._kept.move_to_end(request.raw_path)
        return _answered(request, kept)

    async def answer(
        self, request: web.Request, key: str, make: Callable[[], Awaitable[Made | Gone | Missing]]
    ) -> web.Response | Gone | Missing:
        """Return the answer to a request for what `key` names, made by `make` if no kept one holds.

        The key of what a target alone decides is that target.
        """
        kept = await self._fresh(key)
        if kept is None:
            async with asyncio.timeout(LONGEST), self._making:
                # Others may have waited for the same.
                kept = await self._fresh(key)
                if kept is None:
                    made = await self._made(key, make)
                    if not isinstance(made, Kept):
                        return made
                    kept = made
        return _answered(request, kept)

    async def _fresh(self, key: str) -> Kept | None:
        kept = self._kept.get(key)
        if kept is None or kept.version != await self._public.freshness.version(kept.story_id):
            return None
        self._kept.move_to_end(key)
        return kept

    async def _made(
        self, key: str, make: Callable[[], Awaitable[Made | Gone | Missing]]
    ) -> Kept | Gone | Missing:
        # Before it is made: what changes meanwhile makes another version.
        state = await self._public.state()
        made = await make()
        if not isinstance(made, Made):
            return made
        version = await self._public.freshness.version(made.story_id, state)
        if version is None:
            return Missing()
        if isinstance(made.body, str):
            body, media = made.body.encode("utf-8", "replace"), f"{made.media}; charset=utf-8"
            packed = gzip.compress(body, 6, mtime=0) if len(body) >= PACKED_FROM else None
        else:
            body, media, packed = made.body, made.media, None
        validators = CIMultiDict({"ETag": f'W/"{self._build}-{version}"', **_ALWAYS})
        if made.is_data:
            validators["Access-Control-Allow-Origin"] = "*"
        changed = self._public.freshness.changed(made.story_id, state)
        if changed and read_moment(changed) < self._clock() - SETTLED:
            validators["Last-Modified"] = format_datetime(read_moment(changed), usegmt=True)
        headers = CIMultiDict({**validators, **STRICT, "Content-Type": media})
        if made.following is not None:
            headers["Link"] = f'<{made.following}>; rel="next"'
        media_type = made.media if made.is_data else None
        kept = Kept(version, made.story_id, media_type, body, packed, validators, headers)
        self._keep(key, kept)
        return kept

    def _keep(self, key: str, kept: Kept) -> None:
        if (before := self._kept.pop(key, None)) is not None:
            self._size -= before.size
        self._kept[key] = kept
        self._size += kept.size
        while self._size > self._most and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1].size


def _answered(request: web.BaseRequest, kept: Kept) -> web.Response:
    # A response writes into the very headers that it is given.
    if _has_it(request, kept):
        return web.Response(status=304, headers=kept.validators.copy())
    headers = kept.headers.copy()
    if kept.packed is not None and _takes_gzip(request.headers.get("Accept-Encoding", "")):
        headers["Content-Encoding"] = "gzip"
        return web.Response(body=kept.packed, headers=headers)
    return web.Response(body=kept.body, headers=headers)


def _has_it(request: web.BaseRequest, kept: Kept) -> bool:
    """Tell whether whoever asks has this very version (RFC 9110, 13.1: an ETag outweighs a moment)."""
    if (known := request.headers.get("If-None-Match")) is not None:
        tag = kept.validators["ETag"]
        return (
            known == tag
            or known.strip() == "*"
            or any(each.strip().removeprefix("W/") == tag.removeprefix("W/") for each in known.split(","))
        )
    since, changed = request.headers.get("If-Modified-Since"), kept.validators.get("Last-Modified")
    if since is None or changed is None:
        return False
    try:
        return parsedate_to_datetime(changed) <= parsedate_to_datetime(since)
    except (TypeError, ValueError, OverflowError):
        return False  # no date, or one without a zone


def _takes_gzip(accepted: str) -> bool:
    """Tell whether an Accept-Encoding allows gzip, as such or as any (`*`), and not at weight 0."""
    if accepted == "gzip" or accepted.startswith("gzip, "):
        return True  # what nearly all send
    allowed = {}
    for each in accepted.lower().split(","):
        coding, _semicolon, weight = each.partition(";")
        zero = weight.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000")
        allowed[coding.strip()] = not zero
    return allowed.get("gzip", allowed.get("*", False))
