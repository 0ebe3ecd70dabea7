"""Hostile strings over every way in and every field: nothing breaks, is taken for a mark, or leaks.

`HOSTILE` says how many in all. Real processes take their share in tests/acceptance.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from itertools import cycle, pairwise
from pathlib import Path

import pytest

from bot.commands import commands
from bot.commands.dialogue.forms import form_of
from bot.frontends.discord import render as discord
from bot.frontends.telegram import render as telegram
from bot.frontends.terminal.render import plain
from bot.replies import Modal, Reply
from bot.requests import Call, Request, Submission
from storage.domain.errors import InvalidSheet
from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.bot.commands.dialogue.test_dialogues_bad_input import ASKED
from tests.bot.desk import ANN, BOB, EVE, OWNER, Desk, Moments, Person, said
from tests.bot.frontends.discord.discord_messages import Seen, check_limits
from tests.bot.hostile_strings import FAULTS, STEERING, mark, share, strings
from tests.emulators.telegram.markup import parse_html, utf16_length
from tests.storage.conftest import fact

pytestmark = pytest.mark.slow
# Words that only Eve and the moderators may see, and Eve's address.
CANARIES = ("canarybird", EVE)
# What these do they do with any words, or to somebody: they are tried elsewhere.
APART = frozenset({"appoint", "dismiss", "forgetme"})
FACT = "The bridge is closed"
# What a command is about, before its form begins.
SUBJECTS = {
    "correct": "F5", "attribute": "F5", "relate": "F8 contradicts F9", "supersede": "F8 F9", "retract": "F8",
    "source": "S1", "entity": "lubinets", "edit": "D1", "reject": "D1", "add": FACT, "suggest": FACT,
    "newstory": "flood",
}  # fmt: skip
# Each text that a line of a fact sheet may hold: the way to it.
FIELDS = [
    *((name,) for name in ("statement", "occasion", "date_note", "retracted", "occurred", "ref")),
    ("places", 0), ("about", 0),
    *(("attributions", 0, name) for name in ("speaker", "cue", "stance", "locator", "quote", "said")),
    *(("attributions", 0, "source", name) for name in ("title", "publisher", "author", "note")),
    *(("attributions", 0, "source", name) for name in ("name", "url", "ref", "published")),
    *(("figures", 0, name) for name in ("words", "qualifier", "counts", "measure", "amount")),
    *(("contradicts", 0, name) for name in ("fact", "about", "locator")),
]  # fmt: skip
Way = Callable[[str], Awaitable[Reply | Modal | None]]


@asynccontextmanager
async def newsroom(stocked: Path, path: Path) -> AsyncIterator[Desk]:
    """Open a copy of the stocked record in which Ann moderates, and Eve has left what nobody else may see."""
    shutil.copyfile(stocked, path)
    moments = Moments()
    record = await Record.open(path, clock=moments)
    try:
        desk = Desk(record, moments)
        await desk.appoint(ANN, "belarus", handle="ann")
        eve = desk.person(EVE)
        await eve.tells(
            f"/suggest A {CANARIES[0]} sings\nsource: S1", "[Confirm]", f"/subscribe {CANARIES[0]}"
        )
        await eve.tells("/subscribe", f"Who saw the {CANARIES[0]}?", f"/suggest Another {CANARIES[0]}")
        yield desk
        assert await record.database.check() == []
        assert (await record.audit.verify()).problem is None
    finally:
        await record.close()


def look(reply: Reply | Modal | None, *, links: bool = False) -> str:
    """Fail for a reply that a platform would refuse, or that shows what none may; return its words.

    `links` tells that somebody's address may be shown as a link, as one of a source on record may.
    """
    if reply is None:
        return ""
    if isinstance(reply, Modal):
        texts = [
            reply.key,
            reply.title,
            *(text for field in reply.fields for text in (field.label, field.value)),
        ]
        assert not any(STEERING.search(text) for text in texts)
        return " ".join(texts)
    words = "\n".join(
        (said(reply), *(cited.entry for cited in reply.sources), *(each.label for each in reply.actions))
    )
    assert not STEERING.search(words) and not any(fault in words for fault in FAULTS), words
    assert not STEERING.search(plain(reply))
    addresses = {cited.url for cited in reply.sources} | {
        getattr(block, "url", None) for block in reply.blocks
    }
    for piece in telegram.render(reply):
        parsed = parse_html(piece.html)
        assert utf16_length(parsed.text) <= telegram.LIMIT and not parsed.dropped_links
        assert {entity.get("url") for entity in parsed.entities} <= addresses
    keyboard = telegram.keyboard([(action, "#0") for action in reply.actions]) or []
    assert not any(STEERING.search(button["text"]) for row in keyboard for button in row)
    pieces = discord.render(reply)
    check_limits(pieces)
    seen = Seen(pieces)
    assert links or not any("evil" in url or "invalid" in url for _text, url in seen.links)
    return words


async def throw(
    caplog: pytest.LogCaptureFixture, ways: Mapping[str, Way], texts: Iterator[str], **how: bool
) -> int:
    """Throw each text at one of the ways, and look at what comes back and at the log."""
    caplog.set_level(logging.DEBUG, logger="bot")
    caplog.set_level(logging.DEBUG, logger="storage")
    thrown = 0
    for text, (name, way) in zip(texts, cycle(ways.items()), strict=False):
        try:
            words = look(await way(text), **how)
            assert name.startswith("ann") or not any(canary in words for canary in CANARIES), "a leak"
            assert not [entry for entry in caplog.records if entry.levelno >= logging.WARNING], caplog.text
            assert mark(thrown) not in caplog.text, "the log tells what somebody wrote"
        except BaseException as error:
            error.add_note(f"{name} was given {text!r}")
            raise
        caplog.clear()
        thrown += 1
    return thrown


async def say(desk: Desk, user: str, pattern: str, text: str) -> Reply | Modal | None:
    """Type a text into a pattern."""
    return await desk.person(user).says(pattern.replace("{}", text))


async def test_whatever_is_typed(stocked, tmp_path, caplog):
    async with newsroom(stocked, tmp_path / "record.db") as desk:
        before = desk.kept()
        patterns = [
            "{}",
            "/{}",
            "/who@{} x",
            *(f"/{each.name} {{}}" for each in commands if each.name not in APART),
        ]
        ways = {f"bob: {pattern}": partial(say, desk, BOB, pattern) for pattern in patterns}
        await throw(caplog, ways, strings("typed", share(0.15)))
        # A reader's words change nothing but what waits for review.
        assert {name for name, rows in desk.kept().items() if before[name] != rows} <= {"draft", "account"}
        ways = {f"ann: {pattern}": partial(say, desk, ANN, pattern) for pattern in patterns}
        await throw(caplog, ways, strings("typed by a moderator", share(0.1)), links=True)


async def test_whatever_is_given_by_key_or_completed(stocked, tmp_path, caplog):
    async def gives(user: str, name: str, key: str, text: str) -> Reply | Modal | None:
        return await desk.dispatcher.answer(
            Request("", user, user, given=Call(name, {key: text}), modals=True)
        )

    async def completes(user: str, name: str, position: int, text: str) -> None:
        for offer in await desk.dispatcher.offers(
            Request("", user, user), name, position, text, [text] * position
        ):
            assert not STEERING.search(offer.label + offer.value)
            assert user == ANN or not any(canary in offer.label for canary in CANARIES)

    async with newsroom(stocked, tmp_path / "record.db") as desk:
        ways: dict[str, Way] = {}
        for user, who in ((BOB, "bob"), (ANN, "ann")):
            for command in commands:
                for position, argument in enumerate(command.arguments):
                    if command.name not in APART:
                        name = f"{who}: {command.name} {argument.key}"
                        ways[name] = partial(gives, user, command.name, argument.key)
                        ways[f"{name} begun"] = partial(completes, user, command.name, position)
        await throw(caplog, ways, strings("given", share(0.2)), links=True)


async def test_whatever_stands_in_a_form(stocked, tmp_path, caplog):
    async def submits(name: str, line: str, text: str) -> Reply | Modal | None:
        modal = await desk.dispatcher.answer(Request(f"/{name} {subject_of(name)}", ANN, ANN, modals=True))
        if not isinstance(modal, Modal):
            return modal
        look(modal)
        filled = {field.name: field.value or "x" for field in modal.fields} | {line: text}
        return await desk.dispatcher.answer(Request("", ANN, ANN, given=Submission(modal.key, filled)))

    def subject_of(name: str) -> str:
        return "" if name in ("add", "suggest", "newstory") else SUBJECTS.get(name, "")

    async with newsroom(stocked, tmp_path / "record.db") as desk:
        await desk.person(BOB).tells("/suggest It rains.\nsource: S1", "[Confirm]")
        ways: dict[str, Way] = {}
        for command in commands:
            form = form_of(command)
            for line in form.lines if form else ():
                written = f"/{command.name} {SUBJECTS.get(command.name, '')}\n{line}: {{}}"
                ways[f"ann: {command.name} {line}"] = partial(say, desk, ANN, written)
                ways[f"ann: {command.name} {line} and more"] = partial(
                    say, desk, ANN, f"{written}\nsource: S1"
                )
            for line in (*form.modal, "more", "") if form and form.modal else ():
                ways[f"ann: modal of {command.name}, {line}"] = partial(submits, command.name, line)
        ways["ann: a line's name"] = partial(say, desk, ANN, f"/add {FACT}\n{{}}: x\nsource: S1")
        ways["ann: a modal's key"] = lambda text: desk.dispatcher.answer(
            Request("", ANN, ANN, given=Submission(f"/add {text}", {"statement": "x"}))
        )
        await throw(caplog, ways, strings("forms", share(0.25)), links=True)


async def test_whatever_is_answered_to_a_question(stocked, tmp_path, caplog):
    async def answers(turns: list[str], text: str) -> Reply | Modal | None:
        owner = desk.person(OWNER)
        await owner.tells("/cancel", *turns)
        return await owner.says(text)

    async with newsroom(stocked, tmp_path / "record.db") as desk:
        ways: dict[str, Way] = {f"ann: {name}": partial(answers, turns) for name, turns in ASKED.items()}
        await throw(caplog, ways, strings("answers", share(0.1)), links=True)


async def test_whatever_goes_on_record_is_shown_as_it_is_everywhere(stocked, tmp_path, caplog):
    async def publishes(line: str, text: str) -> Reply | None:
        flat = " ".join(text.split())
        start = f"/add {flat}" if line == "statement" else f"/add {FACT}\n{line}: {flat}"
        reply = await ann.tells("/cancel", f"{start}\nsource: + A report" if line != "source" else start)
        while any(each.label.startswith("New ") for each in reply.actions):
            reply = await ann.presses("New ")
        if any(each.label == "Confirm" for each in reply.actions):
            reply = await ann.presses("Confirm")
            (made,) = await desk.record.listings.latest(1, limit=1)
            for seen in (
                "/fact F{}",
                "/history F{}",
                "/audit F{}",
                "/latest 3",
                "/what bridge",
                "/when",
                "/correct F{}",
            ):
                look(await say(desk, ANN, seen, str(made.id)), links=True)
            for told in await desk.due(BOB):
                look(told, links=True)
        return reply

    async with newsroom(stocked, tmp_path / "record.db") as desk:
        await desk.person(BOB).says("/subscribe")
        ann = Person(desk, ANN, ANN)
        lines = (
            "statement who cue source title publisher author at quote when occasion note where about figure"
            " question contradicts"
        ).split()
        ways: dict[str, Way] = {f"ann: {line}": partial(publishes, line) for line in lines}
        await throw(caplog, ways, strings("on record", share(0.05)), links=True)


async def test_whatever_a_fact_sheet_holds(stocked, tmp_path, caplog):
    async def imports(way: tuple[str | int, ...], text: str) -> Reply | Modal | None:
        data = fact(f"made-{next(numbers)}", attributions=[{"source": {"title": "A Log"}}])
        if way[0] == "contradicts":
            data["contradicts"] = [{"fact": "made-0"}]
        if way[0] == "figures":
            data["figures"] = [{"amount": 3, "counts": "boats"}]
        held = data
        for part, following in pairwise(way):
            if isinstance(held, dict) and isinstance(following, int):
                held.setdefault(part, [None])
            held = held[part]
        held[way[-1]] = text
        sheet = tmp_path / "sheet.jsonl"
        sheet.write_text(json.dumps(data) + "\n", encoding="utf-8")
        refused = ""
        try:
            await import_sheet(desk.record, sheet, story="belarus", actor="tests")
        except InvalidSheet as error:
            refused = str(error)
        if refused:
            assert len(refused) < 1000 and not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", refused), refused
            return None
        look(await say(desk, BOB, "{}", "/latest 1"), links=True)
        return await say(desk, BOB, "{}", "/sources")

    numbers = iter(range(10**9))
    async with newsroom(stocked, tmp_path / "record.db") as desk:
        ways: dict[str, Way] = {f"ann: {'.'.join(map(str, way))}": partial(imports, way) for way in FIELDS}
        await throw(caplog, ways, strings("sheets", share(0.1)), links=True)
