"""What holds for the reply to anything at all, and for every command of the registry."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands import commands
from bot.commands.core.declarations import Kind
from bot.frontends.telegram import render as telegram
from bot.frontends.terminal import render as terminal
from bot.replies import Line, Reply
from bot.requests import Request, Role
from tests.conftest import examples
from tests.emulators.telegram.keyboards import check_markup
from tests.emulators.telegram.markup import format_text, parse_html, utf16_length
from tests.goldens.conftest import Answer, Desks, answering

NAMES = [command.name for command in commands]
# Hostile arguments are made of these: what the record knows, and what databases and chats stumble over.
PIECES = [
    *"lubinets lukashenko belarus children warrant Putin when where who how many denied not and or".split(),
    *"F1 F5 F9 F25 F26 S1 S2 S9 2023 2024-01-04 2024-02-30 March July XXXX-07-18 2023..2024 since".split(),
    *"/who /fact @onrecord_bot NEAR( OR NOT AND * \" ' '' -- ; DROP % _ ^ : ( ) {} {0} %s \\".split(),
    *"<b> </b> <a href=' & &amp; &lt; ]]> ``` **x** [x](y) [1] ¶5 # #0123456789abcdef".split(),
    *"> >8 >s5 >o3 >. >2024-01-04.5 >-1 >999999999999999 0 -1 1e9 ٣ ²".split(),
    *("🎄", "👨\u200d👩\u200d👧", "é", "e\u0301", "ß", "İ", "ﬁ", "מישהו", "\u202e", "\u2066", "\u200b"),
    *("", "\x00", "\x1b[31m", "\x7f", "\ufeff", "\ud83c", "9" * 30),
]
HOSTILE = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=5).map("".join),
    st.text(st.characters(codec=None), max_size=60),
    st.text(string.printable, max_size=60),
    st.sampled_from(PIECES).map(lambda piece: piece * 300),
)
# What is shown does not depend on what was asked before, so one record serves all examples.
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(400))


def lines(reply: Reply) -> Iterator[Line]:
    """Yield the lines that state a fact or a role."""
    return (block for block in reply.blocks if isinstance(block, Line))


def check(reply: Reply) -> None:
    """Fail if a front end could not show a reply, or if it states something on nobody's word."""
    numbers = {cited.number for cited in reply.sources}
    for line in lines(reply):
        marks = reply.marks(line)
        assert marks
        assert {int(n) for n in re.findall(r"\[(\d+)[\] ]", marks)} <= numbers
    for piece in telegram.render(reply):
        message = format_text(parse_html(piece.html))
        assert 1 <= utf16_length(message.text) <= 4096
    keys = telegram.keyboard([(action, f"#{n:016x}") for n, action in enumerate(reply.actions)])
    if keys:
        check_markup({"inline_keyboard": keys}, inline_only=True)
    shown = terminal.plain(reply)
    assert shown.strip()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", shown)
    terminal.as_json(Request("x", chat="t:1", user="t:1"), reply)


@pytest.mark.at_length
@SHARED
@given(name=st.sampled_from(NAMES), argument=HOSTILE, role=st.sampled_from([Role.READER, Role.OWNER]))
async def test_any_argument_gets_a_reply_that_can_be_shown(
    answer: Answer, name: str, argument: str, role: Role
) -> None:
    text = f"/{name} {argument}"
    reply = await answer(text[:4000], role=role)
    check(reply)
    shown = terminal.plain(reply)
    assert "went wrong" not in shown and "cannot be read" not in shown


@pytest.mark.at_length
@SHARED
@given(text=HOSTILE)
async def test_any_message_gets_a_reply_that_can_be_shown(answer: Answer, text: str) -> None:
    reply = await answer(text[:4000])
    check(reply)
    shown = terminal.plain(reply)
    assert "went wrong" not in shown and "cannot be read" not in shown


async def test_runs_are_read_in_one_go(answer: Answer, subtests: pytest.Subtests) -> None:
    """An expression that tried each way to take such a run apart would not come to an end."""
    runs = ["9" * 36, "a" * 36, "1st" * 12, "2023-" * 7, "..2023" * 600, ", " * 1900]
    for run, command in product(runs, ["", "/when ", "/asof ", "/ask when was ", "/who "]):
        with subtests.test(run=run, command=command):
            check(await answer(f"{command}{run} x"))


async def test_lists_go_on_to_their_end(answer: Answer, subtests: pytest.Subtests) -> None:
    for story, name in product(["belarus", "tarrow-ferry", "velmara-bridges"], NAMES):
        with subtests.test(name=name, story=story):
            await read_to_the_end(answer, name, story)


async def read_to_the_end(answer: Answer, name: str, story: str) -> None:
    """Fail unless every page leads to the next, none shows what was shown, and the last offers no more."""
    command = f"/{name}"
    seen: set[tuple[str, str]] = set()
    for _ in range(60):
        reply = await answer(command, story=story, role=Role.OWNER)
        check(reply)
        # Without its source, for that is numbered anew on each page.
        shown = {(str(line.fact), line.text + (line.label or "")) for line in lines(reply) if line.fact}
        again = seen & shown
        assert not again or name in ("disputed", "figures"), again
        seen |= shown
        following = [action.command for action in reply.actions if action.turn == "next"]
        if not following:
            return
        command = following[0]
    raise AssertionError(f"{name} has no end")


def test_every_command_says_what_it_is(subtests: pytest.Subtests) -> None:
    for command in commands:
        with subtests.test(command.name):
            assert re.fullmatch(r"[a-z][a-z0-9]{1,31}", command.name), "Telegram and Discord take no others"
            assert command.help and command.help == command.help.strip() and not command.help.endswith(".")
            assert len(command.help) <= 100, "Discord shows no more of a description"
            assert command.family
            assert isinstance(command.role, Role)
            assert command.example.split()[0] == f"/{command.name}"
            for argument in command.arguments:
                assert isinstance(argument.kind, Kind)
                assert argument.name
            if not command.arguments:
                assert command.example == f"/{command.name}"
            assert commands.registered(command).handler.__doc__


async def test_every_example_works(answer: Answer, subtests: pytest.Subtests) -> None:
    for command in commands:
        with subtests.test(command.example):
            reply = await answer(command.example, role=command.role)
            check(reply)
            text = terminal.plain(reply)
            for refusal in (
                "There is no command",
                "not on record",
                "Add what you ask for",
                "is no day",
                "Name a",
                "No story",
            ):
                assert refusal not in text


async def pages(answer: Answer, text: str, role: Role) -> str:
    """Return all pages of an answer."""
    shown: list[str] = []
    following = [text]
    while following:
        reply = await answer(following[0], role=role)
        shown.append(terminal.plain(reply, terminal.UNBROKEN))
        following = [action.command for action in reply.actions if action.turn == "next"]
    return "\n".join(shown)


async def test_every_command_is_explained_by_help(answer: Answer, subtests: pytest.Subtests) -> None:
    every = {role: await pages(answer, "/help all", role) for role in Role}
    for command in commands:
        with subtests.test(command.name):
            assert (command.usage() in every[command.role]) == command.is_listed
            one = terminal.plain(await answer(f"/help {command.name}", role=command.role))
            assert command.example in one


async def test_a_command_that_needs_an_argument_says_so(answer: Answer, subtests: pytest.Subtests) -> None:
    for command in (each for each in commands if each.arguments):
        with subtests.test(command.name):
            text = terminal.plain(await answer(f"/{command.name}", role=command.role))
            assert text.startswith("Add what you ask for") == command.arguments[0].required


async def test_every_button_works(answer: Answer) -> None:
    pressed: set[str] = set()
    waiting = ["/start", *(command.example for command in commands.allowed(Role.READER))]
    while waiting and len(pressed) < 300:
        command = waiting.pop()
        if command in pressed:
            continue
        pressed.add(command)
        reply = await answer(command)
        check(reply)
        assert "There is no command" not in terminal.plain(reply)
        assert "does not exist" not in terminal.plain(reply), command
        waiting += [action.command for action in reply.actions]
    assert len(pressed) > 30


# What leads to buttons that no example shows.
LEADS = (
    "/add\nsource: S1", "/suggest x\nsource: S1", "/add x\nwho: Nobody Known", "/add x\nsource: A report",
    "/correct F5\nat: ¶9", "/entity Nobody Known", "What is the capital of France?", "/newstory a Title",
)  # fmt: skip


async def test_every_button_of_an_owner_works(desks: Desks, subtests: pytest.Subtests) -> None:
    """Each on a record of its own, for what a button does may take away the next one's ground."""
    for number, first in enumerate([*(command.example for command in commands), *LEADS]):
        with subtests.test(first):
            async with desks(str(number)) as desk:
                await press_each(answering(desk.record), first)


async def press_each(answer: Answer, first: str) -> None:
    """Press each button at once, as the question's own; an answer that follows may be old by then."""
    chat = "terminal:owner"
    for number in range(12):
        reply = await answer(first, role=Role.OWNER, chat=chat)
        check(reply)
        if number >= len(reply.actions):
            assert number or first not in LEADS, "it leads to no button"
            return
        pressed = await answer(reply.actions[number].command, role=Role.OWNER, chat=chat)
        check(pressed)
        text = terminal.plain(pressed)
        for refusal in ("There is no command", "went wrong", "does not exist", "answered already", "no such"):
            assert refusal not in text, reply.actions[number].command
