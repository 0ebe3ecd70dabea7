"""Reply markup: what the platform accepts as an inline keyboard or another markup."""

from typing import Any

from .errors import bad_request
from .markup import check_utf8, checked_url

Json = dict[str, Any]

MAX_BUTTONS = 100
MAX_ROW = 8
MAX_DATA_BYTES = 64
ACTIONS = frozenset(
    [
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    ]
)
OTHER_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def check_markup(markup: Any, *, private: bool = True, inline_only: bool = False) -> Json | None:
    """Return the inline keyboard that a message will show, or None for another or empty markup."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        if inline_only and markup:
            raise bad_request("inline keyboard expected")
        if markup and not any(name in markup for name in OTHER_MARKUPS):
            raise bad_request("can't parse reply keyboard markup JSON object")
        return None
    return _inline_keyboard(markup["inline_keyboard"], private=private)


def _inline_keyboard(rows: Any, *, private: bool) -> Json | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    for row in rows:
        if len(row) > MAX_ROW:
            raise bad_request("reply markup is too long")
        for button in row:
            _check_button(button, private)
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    shown = [row for row in rows if row]
    return {"inline_keyboard": shown} if shown else None


def _check_button(button: Any, private: bool) -> None:
    prefix = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(f"{prefix}InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request(f'{prefix}Can\'t find field "text"')
    check_utf8(text)
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = ACTIONS & button.keys()
    if not actions:
        raise bad_request(f"{prefix}Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"{prefix}exactly one of the optional fields must be used")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and checked_url(str(button["url"])) is None:
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if "web_app" in button and not private:
        raise bad_request("BUTTON_TYPE_INVALID")
