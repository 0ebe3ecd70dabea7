"""Show a reply to the person who waits for it: under an interaction, or in reply to a message.

On Discord only the asker sees a command's dialogue, while Telegram shows it to the group: an unreviewed claim
is not for everybody. Its outcome is public through notices, as on every platform.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import aiohttp
import discord
from discord import app_commands

from bot.frontends.discord.addressing import lacking
from bot.frontends.discord.messages.pictures import to_edit, to_send
from bot.frontends.discord.refusals import LACKING, cannot_answer
from bot.frontends.discord.render import NOBODY, Piece, render
from bot.replies import Reply
from bot.retrying import Backoff, retry
from bot.texts import _

Interaction = discord.Interaction[discord.Client]
Result = TypeVar("Result")
# A message waits for Discord for some seconds; an interaction has to be answered within three.
REPEATS = Backoff(first=0.5, attempts=5)
PROMPT_REPEATS = Backoff(first=0.25, attempts=4)
# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
_UNKNOWN_MESSAGE = 10008
# An answer that broke off had arrived.
_ACKNOWLEDGED = 40060
# An interaction that was not answered within three seconds, or has expired after fifteen minutes.
_OVER = frozenset({10062, 10015, 50027})

logger = logging.getLogger(__name__)


class Stage:
    """The place where one answer is shown, and its progress.

    `aside` shows it only to the asker, like a reply that is itself aside. Direct messages have no other
    reader, so there it is an ordinary message. `turning` replaces the page before. Messages after the
    first follow it, whatever its outcome.
    """

    def __init__(
        self, where: Interaction | discord.Message, *, aside: bool = False, turning: bool = False
    ) -> None:
        self._where = where
        self._shared = isinstance(where, discord.Message) or where.guild_id is not None
        self._begun = False
        self._acknowledged = False
        self.announced = False
        self.aside = aside
        self.turning = turning

    @property
    def place(self) -> str:
        """Return its place for the log: ids only."""
        where = self._where.channel.id if isinstance(self._where, discord.Message) else self._where.channel_id
        return f"channel {where}"

    @property
    def is_private(self) -> bool:
        """Whether only the asker sees what is shown, where others read along."""
        return self.aside and self._shared and not isinstance(self._where, discord.Message)

    @property
    def _is_aside(self) -> bool:
        return self.aside and self._shared

    async def announce(self) -> None:
        """Tell Discord that the answer takes a moment."""
        if isinstance(self._where, discord.Message):
            return
        self.announced = True
        response = self._where.response
        if self.turning:
            await self._acknowledge(response.defer)
        else:
            await self._acknowledge(partial(response.defer, ephemeral=self._is_aside, thinking=True))

    async def open(self, modal: discord.ui.Modal) -> None:
        """Open a modal in answer to an interaction."""
        assert not isinstance(self._where, discord.Message)  # a message cannot open one
        await self._acknowledge(partial(self._where.response.send_modal, modal))

    async def show(self, reply: Reply, view: discord.ui.View | None) -> list[int]:
        """Show a reply, its buttons under the last message; return the ids of messages that others can read.

        Raises discord.HTTPException if Discord refuses it.
        """
        pieces = render(reply)
        if isinstance(self._where, discord.Message):
            return await self._reply(self._where, pieces, view)
        aside = self._is_aside or (self._shared and reply.aside)
        # A refusal leaves the page before in place; so does what only the asker may see, under what all do.
        is_page = reply.page is not None and self._is_aside
        in_place = self.turning and len(pieces) == 1 and (not reply.aside or is_page)
        sent = await self._respond(self._where, pieces, view, aside=aside, in_place=in_place)
        # A message that only one person sees, until they dismiss it, cannot be corrected later.
        return [] if aside else sent

    async def share(self, rest: discord.ui.View | None, view: discord.ui.View | None) -> int:
        """Show the message with the pressed button to all, `view` under it; leave `rest` under that message.

        Return the new message's id. Raises discord.HTTPException if Discord refuses it.
        """
        where = self._where
        assert not isinstance(where, discord.Message)  # a button was pressed
        assert where.message is not None
        await _surely(partial(where.edit_original_response, view=rest, allowed_mentions=NOBODY))
        self._begun = True
        return await _follow(where, Piece(tuple(where.message.embeds)), view, aside=False)

    async def _reply(
        self, message: discord.Message, pieces: list[Piece], view: discord.ui.View | None
    ) -> list[int]:
        sent: list[int] = []
        for number, piece in enumerate(pieces, 1):
            more = _optional(view if number == len(pieces) else None)
            # Discord sends the same nonce only once, so an interrupted answer is retried.
            nonce = f"{message.id}.{number}"
            send = partial(
                _sending, message.channel.send, piece, allowed_mentions=NOBODY, nonce=nonce, **more
            )
            try:
                shown = await _surely(partial(_replying, send, message) if number == 1 else send)
            except discord.Forbidden as error:
                if error.code not in LACKING or not isinstance(message.author, discord.Member):
                    raise
                await _tell_what_is_lacking(message, attaching=piece.picture is not None)
                break
            sent.append(shown.id)
        return sent

    async def _respond(
        self,
        interaction: Interaction,
        pieces: list[Piece],
        view: discord.ui.View | None,
        *,
        aside: bool,
        in_place: bool,
    ) -> list[int]:
        first, *rest = pieces
        under = None if rest else view
        sent = [await self._first(interaction, first, under, aside=aside, in_place=in_place)]
        self._begun = True
        for number, piece in enumerate(rest, 2):
            under = view if number == len(pieces) else None
            sent.append(await _follow(interaction, piece, under, aside=aside))
        return sent

    async def _first(
        self,
        interaction: Interaction,
        piece: Piece,
        view: discord.ui.View | None,
        *,
        aside: bool,
        in_place: bool,
    ) -> int:
        """Show the first message of an answer and return its id."""
        response = interaction.response
        if not (response.is_done() or self._acknowledged):
            if in_place and interaction.message is not None and await self._turned(interaction, piece, view):
                return interaction.message.id
            made = await self._acknowledge(
                partial(
                    _sending,
                    response.send_message,
                    piece,
                    ephemeral=aside,
                    allowed_mentions=NOBODY,
                    **_optional(view),
                )
            )
            if made is None:
                return (await _surely(interaction.original_response)).id
            return made.message_id or interaction.id
        if not self._begun and (in_place or (not self.turning and aside == self._is_aside)):
            edit = partial(
                _editing, interaction.edit_original_response, piece, view=view, allowed_mentions=NOBODY
            )
            edited = await _surely(edit)
            return edited.id
        # Announced to all, but meant only for the asker. Until the announced message has come, Discord takes
        # the next one for it: https://github.com/discord/discord-api-docs/pull/7091
        announced = not self._begun and not self.turning
        if announced:
            await _surely(partial(interaction.edit_original_response, content="…"))
        shown = await _follow(interaction, piece, view, aside=aside)
        if announced:
            await _surely(interaction.delete_original_response)
        return shown

    async def _turned(self, interaction: Interaction, piece: Piece, view: discord.ui.View | None) -> bool:
        """Replace the page before; tell whether it still existed."""
        edit = partial(_editing, interaction.response.edit_message, piece, view=view, allowed_mentions=NOBODY)
        try:
            await self._acknowledge(edit)
        except discord.NotFound as error:
            if error.code != _UNKNOWN_MESSAGE:
                raise
            return False
        return True

    async def _acknowledge(self, answer: Callable[[], Awaitable[Result]]) -> Result | None:
        """Answer an interaction; return None if an answer that broke off had arrived."""
        try:
            result = await _surely(answer, PROMPT_REPEATS)
        except discord.HTTPException as error:
            if error.code != _ACKNOWLEDGED:
                raise
            result = None
        # The library knows only of answers that it got a response to.
        self._acknowledged = True
        return result


async def complete(interaction: Interaction, choices: list[app_commands.Choice[str]]) -> None:
    """Show completions of what is being typed. Raises discord.HTTPException if Discord refuses them."""
    await _surely(partial(interaction.response.autocomplete, choices), PROMPT_REPEATS)


async def _surely(call: Callable[[], Awaitable[Result]], repeats: Backoff = REPEATS) -> Result:
    """Make a call, and retry if the connection breaks or Discord fails."""

    def decide(error: Exception, pause: float) -> float | None:
        passing = isinstance(error, aiohttp.ClientError | OSError | TimeoutError)
        failing = isinstance(error, discord.HTTPException) and error.status >= 500
        return pause if passing or failing else None

    return await retry(call, repeats, decide)


async def _follow(
    interaction: Interaction, piece: Piece, view: discord.ui.View | None, *, aside: bool
) -> int:
    """Send a message that follows the answer to an interaction; return its id."""
    send = partial(
        _sending,
        interaction.followup.send,
        piece,
        ephemeral=aside,
        allowed_mentions=NOBODY,
        wait=True,
        **_optional(view),
    )
    return (await _surely(send)).id


async def _sending(send: Callable[..., Awaitable[Result]], piece: Piece, **how: Any) -> Result:
    """Send a piece; its files are opened anew at each try."""
    return await send(**to_send(piece), **how)


async def _editing(edit: Callable[..., Awaitable[Result]], piece: Piece, **how: Any) -> Result:
    return await edit(**to_edit(piece), **how)


async def _tell_what_is_lacking(message: discord.Message, *, attaching: bool) -> None:
    """Tell the asker which permissions are missing; in a direct message if the channel allows none."""
    assert message.guild is not None  # other channels need no permissions
    place = message.channel
    assert not isinstance(place, discord.PartialMessageable)  # a mention comes with its channel
    missing = lacking(place.permissions_for(message.guild.me), place, attaching=attaching)
    text = _("I may not answer there. Let an admin give me: {permissions}.", permissions=", ".join(missing))
    try:
        await _surely(partial(_replying, partial(place.send, text, allowed_mentions=NOBODY), message))
    except discord.Forbidden:
        await _surely(partial(message.author.send, text, allowed_mentions=NOBODY))


async def _replying(
    send: Callable[..., Awaitable[discord.Message]], message: discord.Message
) -> discord.Message:
    """Send as a reply to a message; if that is not permitted, as a plain message."""
    try:
        return await send(reference=message.to_reference(fail_if_not_exists=False))
    except discord.HTTPException as error:
        if not cannot_answer(error):
            raise
        return await send()


def _optional(view: discord.ui.View | None) -> dict[str, Any]:
    """Return a view as a keyword argument; the library accepts None only in edits."""
    return {} if view is None else {"view": view}


def is_over(error: Exception) -> bool:
    """Tell whether an error means that an interaction can no longer be answered."""
    return isinstance(error, discord.HTTPException) and error.code in _OVER
