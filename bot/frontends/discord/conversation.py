"""Turn what people do into requests, have dispatch answer them, and show the replies.

An interaction has to be answered within three seconds. A slower answer is announced
and follows later: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import traceback
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.commands.core.declarations import Command, Offer
from bot.commands.reading.checking.look_up import TELL, quoted_for
from bot.errors import UserError
from bot.frontends.discord.addressing import asked, call_of, fact_in, ids_under, is_theirs, quoted, request_of
from bot.frontends.discord.buttons import Buttons
from bot.frontends.discord.messages.deleting import delete
from bot.frontends.discord.messages.fact_menu import chosen
from bot.frontends.discord.messages.sharing import obstacle, shared, with_share, without
from bot.frontends.discord.modals import given_back, key_of, refilled, rendered, values_of
from bot.frontends.discord.refusals import summary
from bot.frontends.discord.render import quoted_in, render, stated_by
from bot.frontends.discord.request_rate import NotOurs
from bot.frontends.discord.showing import Stage, is_over
from bot.frontends.shared.keyed_lock import KeyedLock
from bot.frontends.shared.shutdown import drain
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.replies import Modal, Note, Reply
from bot.requests import Call, Request, Submission
from bot.texts import N_, _, speak

if TYPE_CHECKING:
    from bot.commands.dispatch import Dispatcher
    from storage.record import Record

Interaction = discord.Interaction[discord.Client]
# Our part of the three seconds; the rest is for the network.
PROMPT = 1.0
# A list is continued by ` >cursor` at the end of its command.
PAGE = re.compile(r"\A/.*\s>\S+\s*\Z", re.DOTALL)
# The answers to these replace the message with the button: a panel, or a dialogue's question.
_IN_PLACE = re.compile(r"/(?:settings|answer|choose|skip|back|confirm|cancel)\b")
TOO_OLD = N_("This button is too old: send the command again.")
NO_TEXT = N_("That message has no text that could be looked up.")

logger = logging.getLogger(__name__)


class Conversation:
    """Answer what people do. Its methods raise nothing but CancelledError.

    What comes in once `may_answer` tells that another process may have the gateway passes without an answer.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        record: Record,
        buttons: Buttons,
        memory: ReceiptBuffer,
        *,
        at_once: int,
        language: str = "en",
        prompt: float = PROMPT,
        may_answer: Callable[[], bool] = lambda: True,
    ) -> None:
        self._may_answer = may_answer
        self._dispatcher = dispatcher
        self._record = record
        self._buttons = buttons
        self._memory = memory
        self._language = language
        self._prompt = prompt
        self._locks = KeyedLock(at_once)
        self._open: set[asyncio.Task[Any]] = set()

    async def run(self, interaction: Interaction, command: Command, given: Mapping[str, Any]) -> None:
        """Answer a slash command."""
        call, people = call_of(command, given)
        stage = Stage(interaction, aside=command.aside)
        request = asked(interaction, given=call, mentioned=people)
        await self._safely(stage, self._ask(stage, request))

    async def look_up(self, interaction: Interaction, message: discord.Message) -> None:
        """Show what is on record about the text of a message."""
        # It is the asker's own question, so the message's author need not see the answer.
        stage = Stage(interaction, aside=True)
        await self._safely(stage, self._look_up(stage, interaction, message))

    async def delete(self, interaction: Interaction, message: discord.Message) -> None:
        """Delete an answer of the bot for who asked for it, or for a moderator."""
        stage = Stage(interaction, aside=True)
        await self._safely(stage, self._delete(stage, interaction, message))

    async def offer(
        self, interaction: Interaction, command: Command, position: int, begun: str
    ) -> list[Offer]:
        """Return completions of an option's typed text; none if that fails."""
        chosen = dict(iter(interaction.namespace))
        before = [str(chosen.get(argument.key) or "") for argument in command.arguments[:position]]
        request = asked(interaction, f"/{command.name}")
        try:
            return await self._dispatcher.offers(request, command.name, position, begun, before)
        except Exception as error:  # noqa: BLE001  # reason: people can still type without completion
            _log("no offers", error)
            return []

    async def act(self, interaction: Interaction) -> None:
        """Answer a pressed button or a submitted modal."""
        data: Mapping[str, Any] = interaction.data or {}
        identity = str(data.get("custom_id", ""))
        if interaction.type is discord.InteractionType.component:
            opened = chosen(data)
            stage = Stage(interaction, aside=opened is not None or _is_aside(interaction))
            await self._safely(stage, self._press(stage, interaction, opened or identity))
        elif interaction.type is discord.InteractionType.modal_submit:
            stage = Stage(interaction, aside=True)
            values = values_of(data.get("components", ()))
            await self._safely(stage, self._submit(stage, interaction, identity, values))

    async def hear(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Answer a message that is meant for the bot."""
        request = request_of(message, me, language=self._language)
        if request is not None:
            stage = Stage(message)
            await self._safely(stage, self._reply(stage, request))

    async def drain(self, seconds: float) -> None:
        """Wait until all accepted requests are answered; give up the rest after `seconds`."""
        await drain(self._open, seconds, logger)

    async def _safely(self, stage: Stage, work: Coroutine[Any, Any, object]) -> None:
        """Run work to its end even if its caller is cancelled: one failure must not end other work."""
        if not self._may_answer():
            work.close()
            return
        task = asyncio.create_task(self._to_its_end(stage, work))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        await asyncio.shield(task)

    async def _to_its_end(self, stage: Stage, work: Coroutine[Any, Any, object]) -> None:
        """Run the work, and tell the person waiting if it fails."""
        try:
            try:
                await work
            except NotOurs:
                raise
            except Exception as error:
                if is_over(error):
                    raise
                incident = secrets.token_hex(4)
                _log(f"incident {incident} in {stage.place}", error)
                text = _("Something went wrong here. Try again; if it stays so, report {id}.", id=incident)
                await stage.show(_aside(text), None)
        except Exception as error:  # noqa: BLE001  # reason: one answer must not end others
            _log(f"nothing can be shown in {stage.place}", error)

    async def _ask(self, stage: Stage, request: Request) -> None:
        """Answer a request with a message, or with a modal if it opens one."""
        speak(request.language)
        answered = await self._answered(stage, replace(request, modals=True))
        if isinstance(answered, Modal):
            await stage.open(rendered(answered))
        else:
            await self._show(stage, request, answered)

    async def _press(self, stage: Stage, interaction: Interaction, identity: str) -> None:
        command = await self._buttons.command(identity)
        if (reply := shared(command)) is not None:
            await self._share(stage, interaction, identity, reply)
            return
        again = refilled(command or "") or _told_of(interaction, command)
        request = asked(interaction, command or "", given=again)
        speak(request.language)
        if command is None:
            await stage.show(_aside(_(TOO_OLD)), None)
        elif PAGE.search(command):
            stage.turning = is_theirs(interaction)
            stage.aside = stage.aside or not stage.turning
            await self._answer(stage, request)
        else:
            stage.turning = _IN_PLACE.match(command) is not None and is_theirs(interaction)
            stage.aside = stage.aside or (self._is_discreet(request) and not stage.turning)
            await self._ask(stage, request)

    async def _submit(
        self, stage: Stage, interaction: Interaction, identity: str, values: Mapping[str, str]
    ) -> None:
        key = key_of(identity)
        if key is None:
            speak(asked(interaction).language)
            await stage.show(_aside(_(TOO_OLD)), None)
            return
        submission = Submission(key, values)
        stage.turning = _IN_PLACE.match(key) is not None and is_theirs(interaction)
        request = asked(interaction, given=submission)
        speak(request.language)
        reply = await self._answered(stage, request)
        if isinstance(reply, Reply) and reply.aside:
            reply = given_back(reply, submission)
        await self._show(stage, request, reply)

    async def _share(self, stage: Stage, interaction: Interaction, identity: str, reply: Reply) -> None:
        """Show an answer to the channel that only its asker saw until now."""
        request = asked(interaction)
        speak(request.language)
        assert interaction.message is not None  # a button stands under one
        stage.turning = True
        await stage.announce()
        refused = await obstacle(self._record, interaction, reply)
        # Under another message it would share what that one shows.
        stands = identity in ids_under(interaction.message)
        if refused is None and not (stands and await self._buttons.take(identity)):
            refused = _(TOO_OLD)
        if refused is not None:
            await stage.show(_aside(refused), None)
            return
        sent = await stage.share(without(interaction.message, identity), await self._buttons.under(reply))
        self._memory.note(request.chat, 0, (sent,), reply, request.language)

    async def _delete(self, stage: Stage, interaction: Interaction, message: discord.Message) -> None:
        request = asked(interaction)
        speak(request.language)
        await stage.announce()
        try:
            await delete(interaction, message, partial(self._dispatcher.roles.moderates, request))
        except UserError as error:
            await stage.show(_aside(error.text), None)
            return
        await self._memory.forget(request.chat, message.id)
        await stage.show(_aside(_("Deleted.")), None)

    async def _look_up(self, stage: Stage, interaction: Interaction, message: discord.Message) -> None:
        # The bot's own messages are looked up by their fact ids, not by similar wording.
        own = fact_in(message) if message.author == interaction.client.user else None
        text = own or quoted(message)
        request = replace(asked(interaction, given=Call("check", {"text": text})), forwarded=True)
        speak(request.language)
        if not text:
            await stage.show(_aside(_(NO_TEXT)), None)
            return
        await self._answer(stage, request)

    async def _answer(self, stage: Stage, request: Request) -> None:
        """Answer on a stage, with a message."""
        await self._show(stage, request, await self._answered(stage, request))

    async def _answered(self, stage: Stage, request: Request) -> Reply | Modal | None:
        """Return the answer to a request; announce an answer that takes long."""
        work = asyncio.create_task(self._in_turn(request))
        try:
            done, _open = await asyncio.wait({work}, timeout=self._prompt)
            if not done and not work.done():
                await stage.announce()
            answered = await work
        finally:
            # If announcing fails, Discord has already reported a failure: do nothing more.
            work.cancel()
        if isinstance(answered, Modal) and stage.announced:
            # Only a message can follow an announcement: the dialogue replaces the modal.
            return await self._in_turn(replace(request, modals=False))
        return answered

    async def _show(self, stage: Stage, request: Request, reply: Reply | Modal | None) -> bool:
        """Show an answer; tell whether others can read it."""
        if not isinstance(reply, Reply):
            reply = _aside(_("You are asking faster than I may answer."))
        offered = reply
        # What is shared is the message itself: all of the answer has to be in it.
        if stage.is_private and reply.picture is None and len(render(reply)) == 1:
            command = self._dispatcher.command_of(request)
            offered = with_share(reply, command, secrets.randbits(48), self._dispatcher.registry)
        shown = await stage.show(reply, await self._buttons.under(offered))
        stated = stated_by(reply) if len(shown) > 1 else ()
        self._memory.note(request.chat, 0, tuple(shown), reply, request.language, stated)
        return bool(shown)

    async def _in_turn(self, request: Request) -> Reply | Modal | None:
        async with self._locks.turn(request.chat):
            # An interaction is answered also where the bot may not write, and says what it lacks in a server.
            if not request.shared or (request.discreet and not request.lacking):
                await self._record.listeners.resume(request.chat)
            return await self._dispatcher.answer(request)

    async def _reply(self, stage: Stage, request: Request) -> None:
        speak(request.language)
        reply = await self._in_turn(request)
        if reply is not None and await self._show(stage, request, reply):
            await self._record.listeners.resume(request.chat)

    def _is_discreet(self, request: Request) -> bool:
        """Tell whether a request is for a discreet command, whose answers only the asker sees."""
        command = self._dispatcher.command_of(request)
        return command is not None and command.aside


def _aside(text: str) -> Reply:
    return Reply(blocks=(Note(text=text),), aside=True)


def _log(what: str, error: Exception) -> None:
    """Log an error without its own text, which may contain a user's text."""
    if isinstance(error, discord.DiscordException):
        logger.info("%s: an answer could not be shown: %s", what, summary(error))
    elif isinstance(error, aiohttp.ClientError | OSError | TimeoutError):
        logger.info("%s: an answer could not be shown: no connection (%s)", what, type(error).__name__)
    else:
        trace = "".join(traceback.format_tb(error.__traceback__))
        logger.error("%s: an answer failed: %s\n%s", what, type(error).__name__, trace)


def _told_of(interaction: Interaction, command: str | None) -> Call | None:
    """Return the call of a button that is about the words quoted above it: nobody else has kept them."""
    if command is None or interaction.message is None:
        return None
    embeds = interaction.message.embeds
    words = quoted_for(command, [line for embed in embeds for line in quoted_in(embed.description or "")])
    return Call(TELL[1:], {"question": words}) if words else None


def _is_aside(interaction: Interaction) -> bool:
    """Tell whether only the person sees the message with the pressed button; then the answer is aside too."""
    return interaction.message is not None and interaction.message.flags.ephemeral
