"""Whether a site lets programs poll a feed: its robots.txt, as RFC 9309 says.

A page that a person asked for is fetched without asking it.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.robotparser import RobotFileParser

from yarl import URL

from bot.intake.fetching.errors import Unfetchable
from bot.intake.fetching.fetcher import Fetcher
from bot.intake.fetching.pinned import AGENT

# Bytes that are read of it: the standard asks for at least 500 KiB.
LONGEST = 512_000


async def may_poll(fetcher: Fetcher, feed: str) -> bool:
    """Tell whether a feed may be polled; where there are no rules it may.

    Where the rules cannot be had it may not: raises Unfetchable, saying why, for its address as well.
    """
    # What is wrong with its address is told of that, and not of robots.txt.
    await fetcher.refuse_unfit(feed)
    try:
        rules = await fetcher.fetch(str(URL(feed).origin() / "robots.txt"), media=None)
    except Unfetchable as error:
        if (
            error.status is None
            or not 400 <= error.status < 500
            or error.status == HTTPStatus.TOO_MANY_REQUESTS
        ):
            raise
        return True
    parser = RobotFileParser()
    parser.parse(rules.body[:LONGEST].decode("utf-8", "replace").splitlines())
    return parser.can_fetch(AGENT, feed)
