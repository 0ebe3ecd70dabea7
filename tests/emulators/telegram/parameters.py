"""Parameters of a call: read from query, form, multipart or JSON, and given their types.

The Bot API takes them in all four ways, and structures as JSON text in the first three:
https://core.telegram.org/bots/api#making-requests
"""

import json
import re
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from aiohttp import web

from .errors import bad_request

Parameters = dict[str, Any]

MAX_REQUEST = 60 * 1024 * 1024
CHAT_ID = re.compile(r"-?\d{1,20}")
INTEGERS = frozenset(
    [
        "message_id",
        "message_thread_id",
        "user_id",
        "offset",
        "limit",
        "timeout",
        "max_connections",
        "cache_time",
        "reply_to_message_id",
        "direct_messages_topic_id",
    ]
)
BOOLEANS = frozenset(
    [
        "disable_notification",
        "protect_content",
        "allow_paid_broadcast",
        "drop_pending_updates",
        "show_alert",
        "is_personal",
        "allow_sending_without_reply",
        "disable_web_page_preview",
        "return_bots",
    ]
)
STRUCTURES = frozenset(
    [
        "reply_markup",
        "reply_parameters",
        "entities",
        "caption_entities",
        "media",
        "link_preview_options",
        "commands",
        "scope",
        "allowed_updates",
        "results",
        "button",
        "suggested_post_parameters",
    ]
)


class Upload(NamedTuple):
    """An uploaded file."""

    name: str
    content: bytes
    media: str


async def read_parameters(request: web.BaseRequest) -> Parameters:
    """Return the parameters of a request; those in the body win over those in the query."""
    found: Parameters = dict(parse_qsl(request.query_string, True)) if request.query_string else {}
    # aiohttp's own limit is a megabyte, and there is no public way past it for a low-level server.
    request._client_max_size = MAX_REQUEST
    if request.body_exists:
        kind = request.content_type
        if kind == "application/json":
            found.update(_read_json(await request.read()))
        elif kind == "multipart/form-data":
            form = await request.post()
            found.update({name: _part(value) for name, value in form.items()})
        else:
            found.update(_read_form(await request.read()))
    return {name: _typed(name, value) for name, value in found.items() if value is not None}


def _part(value: Any) -> Any:
    return value if isinstance(value, str) else Upload(value.filename, value.file.read(), value.content_type)


def _read_json(body: bytes) -> Parameters:
    try:
        value = json.loads(body) if body else {}
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("request body must be a JSON object")
    return value


def _read_form(body: bytes) -> Parameters:
    try:
        return dict(parse_qsl(body.decode("ascii"), True, errors="strict"))
    except ValueError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _typed(name: str, value: Any) -> Any:
    """Return a parameter as its type; what cannot be converted stays, for the schema to refuse."""
    if not isinstance(value, str):
        return value
    if name in INTEGERS:
        return int(value) if CHAT_ID.fullmatch(value) else value
    if name == "chat_id":
        return int(value) if CHAT_ID.fullmatch(value) else value
    if name in BOOLEANS:
        return value.lower() in ("true", "1", "yes")
    if name in STRUCTURES:
        return _structure(name, value)
    return value


def _structure(name: str, value: str) -> Any:
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        words = "reply keyboard markup" if name == "reply_markup" else name.replace("_", " ")
        raise bad_request(f"can't parse {words} JSON object") from None
