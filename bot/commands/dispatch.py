"""From a request to a reply: limit, parse, check the role, run the command. The one place that does so."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bot.answers.bounds import LONGEST_LINE
from bot.commands.core.arguments import by_key, question_of, read, split
from bot.commands.core.completion import complete, offers
from bot.commands.core.context import Context, Policy
from bot.commands.core.declarations import Command, Offer
from bot.commands.core.drawings import Drawings
from bot.commands.core.handles import KnownHandles
from bot.commands.core.message_limit import Limiter, Verdict
from bot.commands.core.page_links import linked
from bot.commands.core.paging import Cursor, cut, page_of, parted
from bot.commands.core.registry import Registry
from bot.commands.core.roles import Roles
from bot.commands.dialogue import modals
from bot.commands.dialogue.commands import done_already
from bot.errors import UserError
from bot.intake.desk import Desk
from bot.metrics import Metrics
from bot.notices.delivering import opened
from bot.notices.fan_out import fan_out
from bot.replies import Action, Modal, Note, Reply
from bot.requests import Call, Request, Role, Submission
from bot.texts import _, shortened, speak
from bot.times.limits import TimeLimit
from bot.times.zones import keep_time
from storage.domain.errors import BusyRecord, RecordError, Refused
from storage.domain.models import Story
from storage.domain.names import clean, clean_lines
from storage.record import Record

if TYPE_CHECKING:
    from bot.config import Settings

logger = logging.getLogger(__name__)
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
# Seconds that one request may take: others of its chat wait for it, and so does its platform.
TIME_LIMIT = 15.0
# Parcels taken from the outbox per query.
MOST_AT_ONCE = 20
QUESTION, CHECK = "ask", "check"
# The command that a plain message stands for while the bot waits for an answer.
ANSWER = modals.ANSWER


class Parsed(NamedTuple):
    """A parsed message: the command's name, its argument, and the cursor of a paged list.

    The argument keeps its line breaks, but only a multi-line command sees them.
    """

    name: str
    argument: str
    after: str | None


class Dispatcher:
    """Answer requests; `clock` returns seconds and times the message limit."""

    def __init__(
        self,
        record: Record,
        registry: Registry,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        metrics: Metrics | None = None,
        *,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self.record = record
        self.registry = registry
        self.handles = KnownHandles()
        self.desk = Desk(settings.intake, record.ledger.clock)
        self.metrics = metrics or Metrics(clock)
        self.roles = Roles(record, registry, settings.owners)
        self._policy = Policy.of(settings)
        self._policy.impose(record)
        self._time_limit = TimeLimit(time_limit)
        self._limits = settings.limits
        self._limiter = Limiter(self._limits.messages_per_minute, self._limits.burst, clock)
        self.drawings = Drawings(record, clock)

    async def answer(self, request: Request) -> Reply | Modal | None:
        """Return the reply to a request, the modal that it opens, or None if there is nothing to say.

        A modal is returned only if the request says that its platform shows modals. Expected errors become
        replies.
        """
        parsed = self.parse(request)
        if parsed is None:
            return None
        speak(request.language)
        try:
            return await self._time_limit.within(
                linked(self.record, self._policy, self._guarded(request, parsed))
            )
        except TimeoutError:
            logger.error("a request in chat %s took more than %g s", request.chat, self._time_limit.seconds)  # noqa: TRY400  # reason: it is no error of the code
            stopped = _("That took too long, so I stopped. See whether it is done before you send it again.")
            return _refusal(stopped)

    async def _guarded(self, request: Request, parsed: Parsed) -> Reply | Modal | None:
        """Answer a request; every error becomes a reply."""
        try:
            return await self._judged(request, parsed)
        except (UserError, Refused) as error:
            if await self.record.repeats.is_one():
                request = await self._in_person(request)
                return await done_already(self.record, request, partial(self._entered, request, parsed))
            return (
                _refusal(error.text, error.commands)
                if isinstance(error, UserError)
                else _refusal(f"{error}.")
            )
        except RecordError as error:
            logger.error("record: %s", error)  # noqa: TRY400  # reason: the message is enough; a traceback would add nothing
            return _refusal(unwritten(error))
        except Exception:
            incident = secrets.token_hex(4)
            logger.exception("incident %s in chat %s", incident, request.chat)
            wrong = _("Something went wrong here. Try again; if it stays so, report {id}.", id=incident)
            return _refusal(wrong)

    async def _judged(self, request: Request, parsed: Parsed) -> Reply | Modal | None:
        """Apply the limits, then answer; limits are checked only here."""
        request = await self._in_person(request)
        verdict = Verdict.ANSWER if request.role is not None else self._limiter.judge(request.user)
        if verdict is not Verdict.ANSWER and not await self.roles.keep_the_record(request):
            warning = _("You are asking faster than I may answer: wait a minute, then go on.")
            return _refusal(warning) if verdict is Verdict.WARN else None
        return await self._answer(request, parsed)

    async def waiting(self, platform: str) -> list[tuple[str, Reply]]:
        """Take the notices due to the chats of a platform, and mark them as sent.

        For a front end without a sender (the terminal): it takes due notices after each answer.
        """
        while await fan_out(self.record):
            pass
        now = self.record.ledger.now()
        told: list[tuple[str, Reply]] = []
        while parcels := await self.record.outbox.take(platform, now, MOST_AT_ONCE):
            for parcel in parcels:
                if (part := await opened(self.record, parcel)) is not None:
                    await self.record.outbox.sent(part.parcel, (), None, now)
                    told.append((parcel.listener.chat, part.reply))
        return told

    async def complete(self, text: str, request: Request) -> list[str]:
        """Return completions of the text typed so far: whole lines, the likeliest first."""
        request = await self._in_person(request)
        role = await self.roles.of(request, await self.record.stories.in_use(request.chat))
        return await complete(text, self.registry.listed(role), partial(self.offers, request))

    async def offers(
        self, request: Request, command: str, argument: int, typed: str, given: Sequence[str] = ()
    ) -> list[Offer]:
        """Return completions of an argument, the likeliest first; `given` are the arguments before it.

        Returns nothing if the asker may not use the command, or if the record cannot be read now.
        """
        speak(request.language)
        found = self.registry.find(command)
        if found is None or not 0 <= argument < len(found.arguments):
            return []
        try:
            request = await self._in_person(request)
            story = await self.record.stories.in_use(request.chat)
            role = await self.roles.of(request, None if found.everywhere else story)
            if found.role > role:
                return []
            context = self._context(request, found, role, story, None)
            return await offers(context, self.registry.registered(found), argument, typed, given)
        except RecordError as error:
            logger.warning("completing: %s", error)
            return []

    async def _in_person(self, request: Request) -> Request:
        """Replace the asker's account by the person it is linked to; only this method knows both."""
        person = await self.record.accounts.person_of(request.user)
        return request if person == request.user else replace(request, user=person, account=request.user)

    async def _answer(self, request: Request, parsed: Parsed) -> Reply | Modal | None:
        if isinstance(request.given, Submission):
            return await self._submitted(request, request.given, parsed)
        if request.forwarded:
            _refuse_forwarded_command(parsed.argument)
        elif parsed.name == QUESTION and request.given is None and await self._is_answer(request):
            parsed = parsed._replace(name=ANSWER)
        context = await self._entered(request, parsed)
        command = context.command
        if isinstance(request.given, Call):
            given = by_key(command, request.given.arguments)
        else:
            argument = parsed.argument if command.multiline else clean(parsed.argument)
            given = split(command, argument, request)
        if request.modals and (subject := modals.subject_of(command, given)) is not None:
            modal = await modals.opened(context, subject)
            if modal is not None:
                return modal
        if command.arguments and command.arguments[0].required and given[0] is None:
            raise UserError(
                _("Add what you ask for: {usage}, for example {example}",
                  usage=command.usage(), example=command.example)
            )  # fmt: skip
        registered = self.registry.registered(command)
        with self.metrics.command(command.name):
            reply = await registered.handler(context, *await read(context, registered, given))
        # The button of a next page would hold what was looked up: somebody else's words are not kept.
        looked_up = command.name == QUESTION and request.quoted is not None
        alone = looked_up or reply.again == "" or not command.lists or reply.picture is not None
        if not reply.again and alone:
            return cut(reply)
        words = parsed.argument if request.given is None else " ".join(str(each) for each in given if each)
        return page_of(reply, Cursor.of(parsed.after), f"/{command.name} {clean(words)}".rstrip())

    async def _submitted(
        self, request: Request, submission: Submission, parsed: Parsed
    ) -> Reply | Modal | None:
        """Answer a submitted modal. Raises UserError if its key is invalid."""
        if not modals.reopens(self.registry.find(parsed.name), parsed.argument):
            raise UserError(_("That form is not open any more: open it anew."))
        context = await self._entered(request, parsed)
        if submission.again:
            return await modals.reopened(context, parsed.argument, submission.values)
        registered = self.registry.registered(context.command)
        with self.metrics.command(context.command.name):
            filled = await modals.filled_in(context, registered, parsed.argument, submission.values)
            return cut(filled.remarked(await registered.handler(context, *filled.values)))

    async def _entered(self, request: Request, parsed: Parsed) -> Context:
        """Return the context of a request's command. Raises UserError if the request is refused."""
        self._refuse_size(request)
        self.handles.meet(request)
        story = await self.record.stories.in_use(request.chat)
        keep_time(await self.record.zones.of(request.chat, request.topic))
        command, role = await self.roles.permitted(parsed.name, request, story)
        return self._context(request, command, role, story, Cursor.of(parsed.after).row)

    def _refuse_size(self, request: Request) -> None:
        """Refuse a message that is too long or has no text."""
        texts = [request.text]
        if isinstance(request.given, Call):
            texts = [value for value in request.given.arguments.values() if isinstance(value, str)]
        elif request.given is not None:
            return  # each field of a modal has a limit of its own
        if (count := sum(map(len, texts))) > self._limits.message_length and not request.forwarded:
            raise UserError(
                _("That message has {count} characters; at most {limit} are read: shorten it.",
                  count=count, limit=self._limits.message_length)
            )  # fmt: skip
        if request.given is None and not clean(request.text):
            raise UserError(_("That message holds no text: ask a question, or send /help."))

    async def _is_answer(self, request: Request) -> bool:
        """Tell whether a plain message answers, or is meant to answer, the bot's question."""
        if clean(request.text).startswith("/"):
            return False
        # A reply answers the question that it replies to, and no other.
        if question_of(request) is not None:
            return True
        # In a group a message to the bot may be a new question.
        if request.shared or request.is_reply:
            return False
        return await self.record.dialogues.find(request.chat, request.user) is not None

    def parse(self, request: Request) -> Parsed | None:
        """Parse a request; return None for a group message that is not meant for the bot."""
        if isinstance(request.given, Call):
            return Parsed(request.given.name, "", None)
        text = clean_lines(request.text if request.given is None else request.given.key)
        if not text.startswith("/") or request.forwarded:
            if not request.private and not request.forwarded and request.given is None:
                return None
            return Parsed(CHECK if request.forwarded else QUESTION, text, None)
        match = _COMMAND.fullmatch(text)
        if match is None:
            return Parsed(text[1:].split(" ")[0][:32] or "?", "", None)
        argument = match[2] or ""
        command = self.registry.find(match[1])
        argument, cursor = parted(command, argument)
        return Parsed(match[1].casefold(), argument.strip(), cursor)

    async def _run(self, context: Context, *values: object) -> Reply:
        """Run the handler of a context's command; arguments without a value are left out."""
        missing = len(context.command.arguments) - len(values)
        handler = self.registry.registered(context.command).handler
        return await handler(context, *values, *[None] * missing)

    def command_of(self, request: Request) -> Command | None:
        """Return the command that a request names, or None."""
        parsed = self.parse(request)
        return None if parsed is None else self.registry.find(parsed.name)

    def _context(
        self, request: Request, command: Command, role: Role, story: Story | None, after: str | None
    ) -> Context:
        async def permit(name: str, story: Story | None) -> Command:
            return (await self.roles.permitted(name, request, story))[0]

        return Context(
            request=request,
            record=self.record,
            catalogue=self.registry,
            command=command,
            role=role,
            chosen=story,
            policy=self._policy,
            permit=permit,
            run=self._run,
            handles=self.handles,
            desk=self.desk,
            drawings=self.drawings,
            after=after,
        )


def unwritten(error: RecordError) -> str:
    """Say that the record could not be used, and what to do."""
    if isinstance(error, BusyRecord):
        return _("The record is busy just now, and nothing was changed: try again in a moment.")
    return _("The record cannot be read or written just now: tell the operator, and try again.")


def _refuse_forwarded_command(text: str) -> None:
    """Refuse a command that the asker did not type: it would run in their name."""
    if text.startswith("/"):
        raise UserError(
            _("What is forwarded, quoted or sent through another bot is only looked up; a command in it is"
              " not run. To run it, type it to me yourself.")
        )  # fmt: skip


def _refusal(text: str, commands: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(
        blocks=(Note(text=shortened(text, LONGEST_LINE)),),
        actions=tuple(Action(label=label, command=command) for label, command in commands),
        aside=True,
    )
