"""Turn updates that are meant for the bot into Requests. Pure: no I/O.

The entities of a message are described at https://core.telegram.org/bots/api#messageentity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.commands.core.declarations import Command
from bot.commands.reading.checking.claim_parts import LONGEST
from bot.commands.reading.checking.look_up import TELL, quoted_for
from bot.commands.reviewing.intake import takes_reply
from bot.frontends.telegram.updates import CallbackQuery, Entity, Message, Update, User, language_of
from bot.questions.wording import points
from bot.requests import Call, Identity, Request
from storage.domain.names import clean, clean_lines

if TYPE_CHECKING:
    import telegram

COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{1,64}))?(?=\s|$)")
FACT = re.compile(r"\bF[1-9]\d{0,14}\b")
# Words that somebody quotes are marked by one of these.
QUOTES = frozenset({"blockquote", "expandable_blockquote"})

# The marked parts of a message's text, each with its words.
Marked = Sequence[tuple[Entity, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: a chat, the message that it answers, and the forum topic of that message."""

    chat: int
    message: int | None = None
    topic: int | None = None


def to_request(
    update: Update, bot: telegram.User, *, known: Callable[[str], object] = bool, language: str = "en"
) -> Request | None:
    """Return what a message or channel post asks of `bot`, None if it asks nothing.

    In a private chat everything is meant for the bot. In a group it is a command to it (without a name: one
    that `known` knows and that is not said to another bot, for others have commands too), a message that
    mentions it, or one that replies to it; in a channel only a command. Edited messages, those of other bots,
    and what is forwarded to a group or a channel ask nothing.
    `language` is used for a writer whose app gives none.
    """
    message = update.message or update.channel_post
    if message is None:
        return None
    user = _writer(message)
    if user is None:
        return None
    if message.chat.type == "private":
        text = _text_in_private(message, bot)
    else:
        text = _text_in_public(message, bot, known)
    if text is None:
        return None
    marked = list(_marked(message))
    quoting = _quotation(marked)
    if message.is_reply and text.strip() in ("/ask", "/check"):
        text = "/ask ?"  # as a mention alone
    own = text
    if quoting and not message.is_forwarded and not clean(text).startswith("/"):
        own = _own_words(message, marked, bot)
        text = own or quoting
    # In public, text without a command reached this point because it mentions the bot or replies to it.
    plain = message.chat.type == "private" or not text.startswith("/")
    writer = identity_of(message)
    return Request(
        without_surrogates(text),
        address(message.chat.id),
        address(user),
        plain,
        None,
        language_of(message.from_user, language),
        topic=place_of(message).topic or 0,
        shared=message.chat.type != "private",
        is_person=writer is not None and writer.is_person,
        handle=writer.handle if writer else None,
        name=writer.name if writer else None,
        replied_to=_replied_to(message),
        mentioned=_mentioned(marked),
        offered=_offered(message, bot),
        answered=message.reply_to_message.message_id
        if message.reply_to_message is not None and _replies_to(message, bot)
        else 0,
        is_reply=message.is_reply,
        forwarded=message.is_forwarded or not own or _quotes_a_command(message, marked, text, bot),
        quoted=_quoted(message, text, bot, quoting),
    )


def pressed(query: CallbackQuery, command: str, *, language: str = "en") -> Request | None:
    """Return the request of a person who pressed a button; None if the message is not in a chat."""
    if query.message is None:
        return None
    quotations = _quotations(list(_marked(query.message)))
    quoted = without_surrogates(quoted_for(command, quotations))
    return Request(
        without_surrogates(command),
        address(query.message.chat.id),
        address(query.from_user.id),
        True,
        None,
        language_of(query.from_user, language),
        topic=place_of(query.message).topic or 0,
        shared=query.message.chat.type != "private",
        handle=query.from_user.username,
        name=without_surrogates(query.from_user.full_name),
        given=Call(TELL[1:], {"question": quoted}) if quoted else None,
        pressed=True,
    )


def identity_of(message: Message) -> Identity | None:
    """Return who wrote a message; a bot, and a group or channel that writes as itself, are not people."""
    chat, user = message.sender_chat, message.from_user
    if chat is not None:
        return Identity(
            address(chat.id), chat.username, without_surrogates(chat.title or ""), is_person=False
        )
    if user is None:
        return None
    return _identity(user)


def place_of(message: Message) -> Place:
    """Return where an answer to a message goes."""
    # Every reply has a thread id; it names a topic only where the message says so.
    topic = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat.id, message.message_id, topic)


def address(number: int) -> str:
    """Return the address of a chat or user in the terms of the record."""
    return f"telegram:{number}"


def without_surrogates(text: str) -> str:
    """Return a text without halves of surrogate pairs: JSON can hold them, the database cannot."""
    return (
        text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    )


def _identity(user: User) -> Identity:
    return Identity(
        address(user.id), user.username, without_surrogates(user.full_name), is_person=not user.is_bot
    )


def _replied_to(message: Message) -> Identity | None:
    """Return who wrote the message that this one replies to, not counting the opening of its topic."""
    earlier = message.reply_to_message
    if earlier is None or earlier.forum_topic_created is not None:
        return None
    return identity_of(earlier)


def _quoted(message: Message, text: str, bot: telegram.User, quoting: str) -> str | None:
    """Return the words that a text is about: those it quotes, else those of what it replies to."""
    chosen = quoting or (message.quote.text if message.quote is not None else "")
    earlier = message.reply_to_message
    if not message.is_reply or not (points(text) or takes_reply(text)):
        return quoting or None
    if _replies_to(message, bot):
        assert earlier is not None
        own = FACT.search(chosen) or FACT.search(earlier.text or "")
        return own[0] if own else None
    words = chosen or (earlier and (earlier.text or earlier.caption)) or ""
    return clean_lines(without_surrogates(words))[:LONGEST]


def _quotation(marked: Marked) -> str:
    """Return the words that a message marks as somebody's."""
    return clean_lines("\n".join(_quotations(marked)))[:LONGEST]


def _quotations(marked: Marked) -> list[str]:
    return [words for entity, words in marked if entity.type in QUOTES]


def _own_words(message: Message, marked: Marked, bot: telegram.User) -> str:
    """Return a message's text without the words that it quotes and without mentions of the bot."""
    left = (message.text or message.caption or "").encode("utf-16-le", "surrogatepass")
    taken = [each for each, words in marked if each.type in QUOTES or _is_mention(each, words, bot)]
    for entity in sorted(taken, key=lambda each: each.offset, reverse=True):
        left = left[: 2 * entity.offset] + b" \0" + left[2 * (entity.offset + entity.length) :]
    return left.decode("utf-16-le", "replace").strip().lstrip(",:;—- ")


def _mentioned(marked: Marked) -> tuple[Identity, ...]:
    """Return the people whom a message mentions by a link instead of an @name."""
    return tuple(
        replace(_identity(entity.user), words=words) for entity, words in marked if entity.user is not None
    )


def _quotes_a_command(message: Message, marked: Marked, text: str, bot: telegram.User) -> bool:
    """Tell whether the command that a text begins with, once it is cleaned, stands in a quotation."""
    quotes = [entity for entity, _words in marked if entity.type in QUOTES]
    if not quotes or not clean(text).startswith("/"):
        return False
    # Cleaning and taking out mentions drop only what stands before the command: its slash is the first.
    whole = message.text or message.caption or ""
    mentions = [entity for entity, named in marked if _is_mention(entity, named, bot)]
    slashes = (_first_slash(whole, []), _first_slash(whole, mentions))
    return any(each.offset <= slash < each.offset + each.length for each in quotes for slash in slashes)


def _first_slash(text: str, mentions: list[Entity]) -> int:
    """Return where the first slash outside the mentions is, in UTF-16 units; -1 if there is none."""
    wide = bytearray(text.encode("utf-16-le", "surrogatepass"))
    for entity in mentions:
        wide[2 * entity.offset : 2 * (entity.offset + entity.length)] = b" \0" * entity.length
    before, slash, _after = wide.decode("utf-16-le", "surrogatepass").partition("/")
    return len(before.encode("utf-16-le", "surrogatepass")) // 2 if slash else -1


def _marked(message: Message) -> Iterator[tuple[Entity, str]]:
    """Yield the marked parts of a message's text, each with its words."""
    wide = (message.text or message.caption or "").encode("utf-16-le", "surrogatepass")
    for entity in message.entities if message.text else message.caption_entities:
        yield entity, _words(wide, entity)


def _words(wide: bytes, entity: Entity) -> str:
    """Return the text of an entity; `wide` is the message in UTF-16, by which Telegram counts."""
    return wide[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "replace")


def _offered(message: Message, bot: telegram.User) -> tuple[str, ...]:
    """Return the commands of the buttons under the bot's message that this one replies to."""
    earlier = message.reply_to_message if _replies_to(message, bot) else None
    markup = earlier.reply_markup if earlier is not None else None
    buttons = [button for row in markup.inline_keyboard for button in row] if markup else []
    return tuple(button.callback_data for button in buttons if button.callback_data is not None)


def _writer(message: Message) -> int | None:
    """Return the number of a message's writer; a channel or anonymous group stands for its people."""
    if message.is_automatic_forward:
        return None
    if message.sender_chat is not None:
        return message.sender_chat.id
    if message.from_user is None:
        return message.chat.id if message.chat.type == "channel" else None
    return None if message.from_user.is_bot else message.from_user.id


def _text_in_private(message: Message, bot: telegram.User) -> str | None:
    text = message.text or message.caption
    if not text:
        # A picture or a voice message gets the answer to an empty question; a service message gets none.
        return "" if message.attachment is not None else None
    command = COMMAND.match(text)
    if command is None or command[2] is None or message.is_forwarded:
        return text
    return _without_name(text, command) if _names(bot, command[2]) else None


def _text_in_public(message: Message, bot: telegram.User, known: Callable[[str], object]) -> str | None:
    text = message.text or message.caption
    if not text or message.is_forwarded:
        return None
    replied = _replies_to(message, bot)
    command = COMMAND.match(text)
    if command is not None:
        passes = not replied and _is_for_another(message, text, command, known(command[1]))
        return None if passes else _command(text, command, bot, known, meant=replied)
    if message.chat.type == "channel":
        return None
    rest = _without_mention(message, text, bot)
    if rest is None:
        return text if replied else None
    command = COMMAND.match(rest)
    if command is not None:
        return _command(rest, command, bot, known, meant=True)
    # A mention alone, in reply to a message, asks about that.
    return rest or ("?" if message.is_reply else "/help")


def _is_for_another(message: Message, text: str, command: re.Match[str], declared: object) -> bool:
    """Tell whether a command without a name, in reply to somebody else, is meant for another bot."""
    earlier = message.said_to
    if command[2] is not None or earlier is None or not isinstance(declared, Command):
        return False
    return declared.is_for_another(text[command.end() :], to_bot=earlier.is_by_bot)


def _command(
    text: str, command: re.Match[str], bot: telegram.User, known: Callable[[str], object], *, meant: bool
) -> str | None:
    if command[2] is None:
        return text if meant or known(command[1]) else None
    return _without_name(text, command) if _names(bot, command[2]) else None


def _names(bot: telegram.User, name: str) -> bool:
    return bot.username is not None and name.casefold() == bot.username.casefold()


def _without_name(text: str, command: re.Match[str]) -> str:
    return text[: command.end(1)] + text[command.end() :]


def _replies_to(message: Message, bot: telegram.User) -> bool:
    """Tell whether a message replies to one of the bot's.

    In a topic every message that replies to none "replies" to the one that opened it.
    """
    earlier = message.reply_to_message
    if earlier is None or earlier.forum_topic_created is not None:
        return False
    return earlier.from_user is not None and earlier.from_user.id == bot.id


def _without_mention(message: Message, text: str, bot: telegram.User) -> str | None:
    """Return the text with mentions of the bot taken out, None if there is none."""
    entities = message.entities if message.text else message.caption_entities
    if not entities:
        return None
    wide = text.encode("utf-16-le", "surrogatepass")
    kept: list[str] = []
    start = 0
    for entity in entities:
        begin, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        named = _words(wide, entity)
        if start <= begin < end and _is_mention(entity, named, bot):
            kept.append(wide[start:begin].decode("utf-16-le", "replace"))
            start = end
    if not start:
        return None
    kept.append(wide[start:].decode("utf-16-le", "replace"))
    return re.sub(r"[ \t]{2,}", " ", "".join(kept)).strip().lstrip(",:;—- ")


def _is_mention(entity: Entity, named: str, bot: telegram.User) -> bool:
    if entity.type == "mention":
        return _names(bot, named[1:])
    return entity.type == "text_mention" and entity.user is not None and entity.user.id == bot.id
