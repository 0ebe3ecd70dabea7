"""Routes that simcord lacks: where the gateway is, who the bot is, and single commands."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simcord.http import router

if TYPE_CHECKING:
    from .server import DiscordEmulator

Json = dict[str, Any]
Handler = Callable[["DiscordEmulator"], Any]


def _gateway(api: "DiscordEmulator") -> Json:
    return {"url": api.gateway_url}


def _gateway_bot(api: "DiscordEmulator") -> Json:
    starts = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": api.gateway_url, "shards": 1, "session_start_limit": starts}


def _application(api: "DiscordEmulator") -> Any:
    return router.dispatch(api.backend, "GET", "/oauth2/applications/@me")


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/gateway"): _gateway,
    ("GET", "/gateway/bot"): _gateway_bot,
    ("GET", "/applications/@me"): _application,
}
