"""Check settings, record, disk, token, clock and reach; say of each failure what to do."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from storage.errors import RecordError

if TYPE_CHECKING:
    import aiohttp

    from bot.config import Settings

# Below this many free bytes a backup or an import may no longer fit.
LEAST_FREE = 200 * 1024 * 1024
# Seconds; Telegram itself tolerates more, but dates in notices and logs would already mislead.
LARGEST_SKEW = 60
TIMEOUT = 10


class Verdict(StrEnum):
    """How a check went."""

    OK = "ok"
    FAIL = "FAIL"
    SKIPPED = "--"


class Finding(NamedTuple):
    """The outcome of one check, with what to do about it where it failed."""

    verdict: Verdict
    subject: str
    text: str

    def __str__(self) -> str:
        """Return the finding as doctor prints it."""
        return f"{self.verdict:4}  {self.subject:8}  {self.text}"


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Yield a finding for each check, those of the machine before those of the network."""
    yield _owners(settings)
    yield await _record(settings)
    if settings.storage.path.exists():
        yield await _trail(settings)
    yield _disk(settings)
    if settings.telegram.token is None:
        advice = "no telegram.token is set: only 'onrecord chat' works. @BotFather in Telegram gives one"
        yield Finding(Verdict.SKIPPED, "telegram", advice)
        yield Finding(Verdict.SKIPPED, "clock", "is compared with the Bot API's once there is a token")
        return
    async for finding in _telegram(settings):
        yield finding


def _owners(settings: Settings) -> Finding:
    if settings.owners:
        return Finding(Verdict.OK, "settings", f"read and understood; owners: {len(settings.owners)}")
    return Finding(
        Verdict.OK, "settings", 'read and understood; no owners yet (owners = ["telegram:<your id>"])'
    )


async def _record(settings: Settings) -> Finding:
    from bot.wiring import open_record

    path = settings.storage.path
    if not path.exists():
        if path.parent.is_dir():
            return Finding(Verdict.OK, "record", f"{path} does not exist yet; the first start makes it")
        return Finding(
            Verdict.FAIL, "record", f"the folder {path.parent} does not exist: make it, or set storage.path"
        )
    try:
        async with open_record(settings, create=False) as record:
            problems = await record.database.check()
            version = await record.database.version()
            stories = len(await record.stories.all())
    except RecordError as error:
        return Finding(Verdict.FAIL, "record", str(error))
    if problems:
        advice = "stop the bot, keep a copy of the file and restore the last sound backup"
        return Finding(Verdict.FAIL, "record", f"{path} is damaged ({'; '.join(problems[:3])}): {advice}")
    return Finding(Verdict.OK, "record", f"{path} is sound; schema {version}, stories: {stories}")


async def _trail(settings: Settings) -> Finding:
    """Verify the audit trail's chain; the last hash is told so that it can be kept elsewhere and compared."""
    from bot.wiring import open_record

    try:
        async with open_record(settings, create=False) as record:
            found = await record.audit.verify()
    except RecordError:
        return Finding(Verdict.SKIPPED, "audit", "cannot be looked at before the record is sound")
    if found.problem is not None:
        advice = "stop the bot, keep a copy of the file and compare it with a backup"
        return Finding(Verdict.FAIL, "audit", f"the chain is broken: {found.problem}. {advice}")
    return Finding(
        Verdict.OK, "audit", f"entries: {found.entries}, the chain holds; it ends in {found.head[:16]}"
    )


def _disk(settings: Settings) -> Finding:
    path = settings.storage.path
    try:
        free = shutil.disk_usage(path.absolute().parent).free
        needed = max(LEAST_FREE, path.stat().st_size if path.exists() else 0)
    except OSError as error:
        return Finding(
            Verdict.FAIL, "disk", f"the disk of {path} cannot be looked at ({error.strerror}): check the path"
        )
    shown = f"{free / 1e6:,.0f} MB free"
    if free < needed:
        return Finding(
            Verdict.FAIL,
            "disk",
            f"only {shown}, {needed / 1e6:,.0f} MB are wanted: make room or move the record",
        )
    return Finding(Verdict.OK, "disk", shown)


async def _telegram(settings: Settings) -> AsyncIterator[Finding]:
    """Yield what a call of getMe tells: whether the token is good, the address reached, the clock right."""
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
        yield _clock(date)
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


def _clock(date: str | None) -> Finding:
    try:
        there = parsedate_to_datetime(date or "")
    except ValueError:
        return Finding(Verdict.SKIPPED, "clock", "the answer had no date to compare with")
    if there.tzinfo is None:
        there = there.replace(tzinfo=UTC)
    skew = (datetime.now(UTC) - there).total_seconds()
    if abs(skew) > LARGEST_SKEW:
        word = "ahead" if skew > 0 else "behind"
        advice = "set it, for example with: timedatectl set-ntp true"
        return Finding(Verdict.FAIL, "clock", f"{abs(skew):.0f} s {word} of the Bot API's: {advice}")
    return Finding(Verdict.OK, "clock", f"within {max(1, abs(skew)):.0f} s of the Bot API's")


async def _webhook(session: aiohttp.ClientSession, settings: Settings) -> Finding:
    """Look whether the public address answers, and what Telegram last had to say of it."""
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
