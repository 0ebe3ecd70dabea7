"""Check Telegram: the token, the connection, the clock, the webhook."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from bot.doctor.findings import TIMEOUT, Finding, Verdict, clock

if TYPE_CHECKING:
    import aiohttp

    from bot.config import Settings


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Yield the findings of a getMe call: whether the token is good, the address reached, the clock right."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        try:
            status, date, body = await _call(session, settings, "getMe")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # The error's own text holds the address, and so the token.
            advice = "check the network, a proxy or firewall, and telegram.api_base_url"
            yield Finding(
                Verdict.FAIL, "reach", f"the Bot API was not reached ({type(error).__name__}): {advice}"
            )
            return
        yield Finding(Verdict.OK, "reach", "the Bot API answers")
        yield _token(status, body)
        yield clock(date, "the Bot API")
        if settings.telegram.mode == "webhook" and status == 200:
            yield await _webhook(session, settings)


async def _call(
    session: aiohttp.ClientSession, settings: Settings, method: str
) -> tuple[int, str | None, Any]:
    """Return a method's status, Date header and decoded body (None if it is not JSON)."""
    token = settings.telegram.token.get_secret_value() if settings.telegram.token else ""
    async with session.get(f"{settings.telegram.api_base_url}/bot{token}/{method}") as answer:
        try:
            body = await answer.json(content_type=None)
        except ValueError:
            body = None
        return answer.status, answer.headers.get("Date"), body


def _token(status: int, body: Any) -> Finding:
    name = body.get("result", {}).get("username") if isinstance(body, dict) and body.get("ok") else None
    if status == 200 and name:
        return Finding(Verdict.OK, "token", f"belongs to @{name}")
    if status in (401, 404):
        return Finding(
            Verdict.FAIL,
            "token",
            "Telegram does not know it: copy it anew from @BotFather (/mybots, API Token)",
        )
    advice = "try again later, and check telegram.api_base_url"
    return Finding(Verdict.FAIL, "token", f"getMe was answered with status {status}: {advice}")


async def _webhook(session: aiohttp.ClientSession, settings: Settings) -> Finding:
    """Check whether the public address responds, and Telegram's last error about it."""
    import aiohttp

    try:
        async with session.get(settings.telegram.webhook_url or "", allow_redirects=False) as answer:
            status = answer.status
        _, _, body = await _call(session, settings, "getWebhookInfo")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        advice = "check DNS, the certificate, the proxy before telegram.listen, and that 'onrecord run' runs"
        return Finding(
            Verdict.FAIL, "webhook", f"telegram.webhook_url is not reached ({type(error).__name__}): {advice}"
        )
    if status >= 500:
        advice = "see that 'onrecord run' runs and that the proxy passes on to telegram.listen"
        return Finding(
            Verdict.FAIL, "webhook", f"telegram.webhook_url answers with status {status}: {advice}"
        )
    info = body.get("result", {}) if isinstance(body, dict) else {}
    if info.get("url") != settings.telegram.webhook_url:
        return Finding(
            Verdict.FAIL,
            "webhook",
            "Telegram does not have this telegram.webhook_url: start 'onrecord run' once",
        )
    return Finding(Verdict.OK, "webhook", f"answers; updates waiting: {info.get('pending_update_count', 0)}")
