"""Check Discord: the library, the token, the connection, the clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bot.doctor.findings import TIMEOUT, Finding, Verdict, clock

if TYPE_CHECKING:
    from bot.config import Settings

# https://discord.com/developers/docs/reference#api-versioning
API = "https://discord.com/api/v10"


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Yield the findings of asking Discord who the bot is."""
    import aiohttp

    if find_spec("discord") is None:
        advice = "Discord's library is not installed: pip install 'onrecord[discord]'"
        yield Finding(Verdict.FAIL, "discord", advice)
    token = settings.discord.token.get_secret_value() if settings.discord.token else ""
    headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (OnRecord, 1)"}
    address = f"{settings.discord.api_base_url or API}/users/@me"
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.get(address) as answer,
        ):
            status, date = answer.status, answer.headers.get("Date")
            body = await answer.json(content_type=None) if status == 200 else None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        advice = "check the network, a proxy or firewall, and discord.api_base_url"
        yield Finding(Verdict.FAIL, "discord", f"was not reached ({type(error).__name__}): {advice}")
        return
    yield _token(status, body)
    yield clock(date, "Discord")


def _token(status: int, body: Any) -> Finding:
    name = body.get("username") if isinstance(body, dict) else None
    if status == 200 and name:
        return Finding(Verdict.OK, "discord", f"answers; the token belongs to {name}")
    if status == 401:
        advice = "reset it on the Bot page of the application, and copy it again"
        return Finding(Verdict.FAIL, "discord", f"does not know the token: {advice}")
    advice = "try again later, and check discord.api_base_url"
    return Finding(Verdict.FAIL, "discord", f"answered with status {status}: {advice}")
