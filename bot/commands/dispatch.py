"""From a request to a reply: limit, parse, check the role, run the command. The one place that does so."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from bot.answers.matching import suggestions
from bot.commands.completing import complete
from bot.commands.context import Context
from bot.commands.limiting import Limiter, Verdict
from bot.commands.registry import Command, Registry
from bot.errors import UserError
from bot.replies import Action, Note, Reply
from bot.requests import Request, Role
from bot.texts import _, speak
from storage.errors import RecordError
from storage.models import Story
from storage.names import clean
from storage.record import Record

if TYPE_CHECKING:
    from bot.config import Settings

log = logging.getLogger("onrecord.commands")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_CURSOR = re.compile(r"(?:^|\s)>([\w:.\-]{1,40})$")
QUESTION = "ask"


class Parsed(NamedTuple):
    """A message taken apart: the command's name, its argument, and the cursor of a list that goes on."""

    name: str
    argument: str
    after: str | None


class Dispatcher:
    """Answers requests; `clock` (seconds) paces the limits."""

    def __init__(
        self,
        record: Record,
        registry: Registry,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.record = record
        self.registry = registry
        self._owners = frozenset(settings.owners)
        self._limits = settings.limits
        self._limiter = Limiter(self._limits.messages_per_minute, self._limits.burst, clock)

    async def answer(self, request: Request) -> Reply | None:
        """Return the reply to a request; None where none is due. Raises nothing that can be foreseen."""
        speak(request.language)
        try:
            return await self._answer(request)
        except UserError as error:
            return _refusal(error.text, error.commands)
        except RecordError as error:
            log.error("record: %s", error)  # noqa: TRY400  # reason: the text says it all, a trace would not
            return _refusal(
                _("The record cannot be read or written just now: tell the operator, and try again.")
            )
        except Exception:
            incident = secrets.token_hex(4)
            log.exception("incident %s in chat %s", incident, request.chat)
            return _refusal(
                _("Something went wrong here. Try again; if it stays so, report {id}.", id=incident)
            )

    async def complete(self, text: str, request: Request) -> list[str]:
        """Return what the text typed so far may become: whole lines, the likeliest first."""
        story = await self.record.stories.in_use(request.chat)
        return await complete(text, self.registry, self.role(request), self.record, story)

    def role(self, request: Request) -> Role:
        """Return what the asker may do: as vouched for by the front end, else as the settings say."""
        if request.role is not None:
            return request.role
        return Role.OWNER if request.user in self._owners else Role.READER

    async def _answer(self, request: Request) -> Reply | None:
        parsed = self.parse(request)
        if parsed is None:
            return None
        if request.role is None and (verdict := self._limiter.judge(request.user)) is not Verdict.ANSWER:
            return _too_fast() if verdict is Verdict.WARN else None
        if len(request.text) > self._limits.message_length:
            raise UserError(
                _("That message has {count} characters; at most {limit} are read: shorten it.",
                  count=len(request.text), limit=self._limits.message_length)
            )  # fmt: skip
        if not clean(request.text):
            raise UserError(_("That message holds no text: ask a question, or send /help."))
        role = self.role(request)
        command = self._command(parsed.name, role)
        story = await self.record.stories.in_use(request.chat)
        context = self._context(request, command, role, story, parsed.after)
        if command.argument and command.argument.required and not parsed.argument:
            raise UserError(
                _(
                    "Add what you ask for: {usage}, for example {example}",
                    usage=command.usage(),
                    example=command.example,
                )
            )
        return await command.handler(context, parsed.argument)

    def parse(self, request: Request) -> Parsed | None:
        """Take a message apart; None for talk in a group that is not meant for the bot."""
        text = clean(request.text)
        if not text.startswith("/"):
            if not request.private:
                return None
            return Parsed(QUESTION, text, None)
        match = _COMMAND.fullmatch(text)
        if match is None:
            return Parsed(text[1:].split(" ")[0][:32] or "?", "", None)
        argument = match[2] or ""
        cursor = _CURSOR.search(argument)
        if cursor:
            argument = argument[: cursor.start()]
        return Parsed(match[1].casefold(), argument.strip(), cursor[1] if cursor else None)

    def _command(self, name: str, role: Role) -> Command:
        """Return the command of that name; one that the role may not use looks as if it did not exist."""
        found = self.registry.find(name)
        if found is not None and found.role <= role:
            return found
        if found is not None and role >= Role.MODERATOR:
            raise UserError(_("/{name} is for owners.", name=found.name))
        near = suggestions(name, (command.name for command in self.registry.allowed(role)), 1)
        unknown = _("There is no command /{name}: /help lists all of them.", name=name)
        if near:
            unknown = _(
                "There is no command /{name}. Did you mean /{near}? /help lists all.", name=name, near=near[0]
            )
        raise UserError(
            unknown,
            commands=tuple((f"/{item}", f"/{item}") for item in near),
        )

    def _context(
        self, request: Request, command: Command, role: Role, story: Story | None, after: str | None
    ) -> Context:
        return Context(
            request=request,
            record=self.record,
            registry=self.registry,
            command=command,
            role=role,
            chosen=story,
            page=self._limits.page,
            after=after,
        )


def _too_fast() -> Reply:
    return _refusal(_("You are asking faster than I may answer: wait a minute, then go on."))


def _refusal(text: str, commands: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(
        blocks=(Note(text=text),),
        actions=tuple(Action(label=label, command=command) for label, command in commands),
    )
