"""Commands, presses and modals: what awaits the bot's answer, and what it answered."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from simcord.backend.models import Interaction as Record
from simcord.backend.models import ResponseKind
from simcord.components import walk_components

from tests.emulators.feeds import Feed

from .messages import Message
from .people import User

if TYPE_CHECKING:
    from .places import Channel
    from .world import World

Json = dict[str, Any]

TEXT_INPUT, LABEL = 4, 18
AT_ONCE = (ResponseKind.MESSAGE, ResponseKind.UPDATE)


class Choice(NamedTuple):
    """Show one choice of an autocompletion."""

    name: str
    value: str | int | float


@dataclass(frozen=True)
class Input:
    """Show one text input of a modal."""

    label: str
    custom_id: str
    value: str = ""
    placeholder: str = ""
    required: bool = True
    min_length: int = 0
    max_length: int = 4000


@dataclass(frozen=True)
class Modal:
    """Show a modal as somebody sees it."""

    raw: Json

    @property
    def title(self) -> str:
        """Return the title."""
        title: str = self.raw["title"]
        return title

    @property
    def custom_id(self) -> str:
        """Return what the bot knows it by."""
        custom_id: str = self.raw["custom_id"]
        return custom_id

    @property
    def inputs(self) -> list[Input]:
        """Return the text inputs from top to bottom."""
        labels = {
            part["component"]["custom_id"]: part["label"]
            for part in self.raw["components"]
            if part["type"] == LABEL and "custom_id" in part["component"]
        }
        return [
            Input(
                part.get("label") or labels.get(part["custom_id"], ""),
                part["custom_id"],
                part.get("value") or "",
                part.get("placeholder") or "",
                part.get("required", True),
                part.get("min_length") or 0,
                part.get("max_length") or 4000,
            )
            for part in walk_components(self.raw["components"])
            if part["type"] == TEXT_INPUT
        ]

    def input(self, wanted: str) -> Input:
        """Return the input with this label or custom id; raise AssertionError if there is no such."""
        for found in self.inputs:
            if wanted in (found.label, found.custom_id):
                return found
        raise AssertionError(
            f"no input {wanted!r} in {self.title!r}; it has {[i.label for i in self.inputs]}"
        )


@dataclass(frozen=True)
class Answer:
    """Show the first answer to an interaction.

    `kind` is "message", "deferred", "update", "deferred_update", "modal" or "autocomplete"; whatever does not
    belong to the kind is empty.
    """

    kind: str
    ephemeral: bool = False
    message: Message | None = None
    modal: Modal | None = None
    choices: tuple[Choice, ...] = ()


class Interaction:
    """Keep a command, press, autocompletion or modal, and everything that the bot answers to it."""

    def __init__(self, world: "World", record: Record, user: User, channel: "Channel") -> None:
        """Begin at the moment when the event goes out."""
        self.world = world
        self.record = record
        self.user = user
        self.channel = channel
        self.sent_at = world.clock()
        self.answered_at: float | None = None
        self.followups: list[Message] = []
        self.edits: Feed[Message] = Feed("edit of an answer")
        self._followed: Feed[Message] = Feed("followup")
        self._answer: Answer | None = None
        self._answered = asyncio.Event()
        self._shown = asyncio.Event()

    @property
    def answered_after(self) -> float | None:
        """Return the seconds from the event's going out to the first answer's arrival, None if unanswered."""
        return None if self.answered_at is None else self.answered_at - self.sent_at

    @property
    def ephemeral(self) -> bool:
        """Tell whether only its user sees the answer; false while there is none."""
        return bool(self._answer and self._answer.ephemeral)

    async def answer(self, timeout: float = 10.0) -> Answer:
        """Wait for the first answer, whichever kind it is."""
        await self._wait(self._answered, "answer", timeout)
        assert self._answer
        return self._answer

    async def message(self, timeout: float = 10.0) -> Message:
        """Wait for what the user gets to see, after deferring too, and return it as it stands now.

        After an update it is the message whose button was pressed. Raises AssertionError if the answer is a
        modal or an autocompletion.
        """
        answer = await self.answer(timeout)
        if answer.kind in ("modal", "autocomplete"):
            raise AssertionError(f"answered by {answer}")
        await self._wait(self._shown, "message", timeout)
        return self._show(self.record.message_id)

    async def modal(self, timeout: float = 10.0) -> Modal:
        """Wait for the modal; raise AssertionError if the answer is anything else."""
        answer = await self.answer(timeout)
        if answer.modal is None:
            raise AssertionError(f"answered by {answer}")
        return answer.modal

    async def next_followup(self, timeout: float = 10.0) -> Message:
        """Take the next message after the first, each once."""
        return await self._followed.next(timeout)

    def hear(self, method: str, result: Any) -> None:
        """Take note of a call with this interaction's token that was carried out."""
        if not self._answered.is_set():
            self._hear_answer()
        elif method != "DELETE" and isinstance(result, dict):
            number = int(result["id"])
            if number != self.record.message_id:
                self._hear_followup(method, self._show(number))
            elif method != "GET":
                if self._shown.is_set():
                    self.edits.add(self._show(number))
                self._shown.set()

    def _hear_answer(self) -> None:
        record = self.record
        kind = record.response_kind
        self.answered_at = self.world.clock()
        shown = self._show(record.message_id) if kind in AT_ONCE else None
        self._answer = Answer(
            str(kind),
            shown.ephemeral if shown else record.ephemeral,
            shown,
            Modal(record.modal) if record.modal else None,
            tuple(Choice(choice["name"], choice["value"]) for choice in record.autocomplete_choices or ()),
        )
        self._answered.set()
        if shown:
            self._shown.set()

    def _hear_followup(self, method: str, message: Message) -> None:
        if method == "POST":
            self.followups.append(message)
            self._followed.add(message)
        elif method == "PATCH":
            self.edits.add(message)

    def _show(self, number: int | None) -> Message:
        assert number is not None
        return self.channel.show(self.world.backend.get_message(self.channel.id, number))

    async def _wait(self, event: asyncio.Event, what: str, timeout: float) -> None:
        try:
            async with asyncio.timeout(timeout):
                await event.wait()
        except TimeoutError:
            so_far = self._answer or "nothing"
            raise AssertionError(f"no {what} within {timeout:g} s; answered by {so_far}") from None
