"""Typed text, options and filled-in modals reach a command's handler with the same values, judged once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.commands import commands
from bot.commands.core.declarations import Argument, Kind
from bot.commands.core.message_limit import Limiter
from bot.commands.core.roles import Roles
from bot.commands.dialogue.forms import form_of
from bot.commands.dialogue.header_lines import Headed
from bot.commands.dialogue.modals import MORE
from bot.replies import Modal, Note, Reply
from bot.requests import Call, Identity, Request, Role, Submission
from tests.bot.desk import ANN, BOB, said
from tests.bot.filling_in import OPENING, draft, fact, fills, opened, shown

DONE = Reply(blocks=(Note(text="done"),))
OF_KIND = {
    Kind.NAME: "lubinets", Kind.PLACE: "belarus", Kind.SOURCE: "S1", Kind.FACT: "F5", Kind.STORY: "belarus",
    Kind.COMMAND: "when", Kind.DATE: "2024-01-04", Kind.COUNT: "3", Kind.NUMBER: "1", Kind.DRAFT: "D1",
    Kind.WORDS: "warrant", Kind.ANSWER: "The court: it said so", Kind.TOKEN: "2",
    Kind.TEXT: "The bridge is closed", Kind.PERSON: "telegram:77",
}  # fmt: skip
# Where one of a kind will not do.
OF_KEY = {
    "switch": "on", "action": "test",
    "setting": "sound", "value": "off", "how_long": "2h", "about": "F5", "code": "off telegram:7",
    "link": "F5", "how": "supports", "other": "F6", "by": "F6",
}  # fmt: skip


def given_for(argument: Argument) -> str:
    return OF_KEY.get(argument.key, OF_KIND[argument.kind])


def mute(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return what handlers are given from now on, instead of doing their work."""
    values: list[tuple[Any, ...]] = []

    async def handler(_context: Any, *given: Any) -> Reply:
        values.append(given)
        return DONE

    quiet = {name: replace(each, handler=handler) for name, each in commands._registered.items()}
    monkeypatch.setattr(commands, "_registered", quiet)
    return values


async def test_typed_or_given_by_key_a_handler_gets_the_same_values(desk, monkeypatch) -> None:
    owner = desk.person("telegram:1", role=Role.OWNER)
    await draft(desk)
    number = await desk.record.questions.keep(1, "key", "What?", desk.record.ledger.now())
    kept = await desk.record.questions.find(number)
    heard = mute(monkeypatch)
    compared = 0
    for command in commands:
        for count in range(len(command.arguments) + 1):
            arguments = command.arguments[:count]
            texts = {argument.key: given_for(argument) for argument in arguments}
            if command.name == "tellme" and texts:
                texts["question"] = f"Q{kept.id}.{kept.token}"
            people = {each.key: Identity(texts[each.key]) for each in arguments if each.kind is Kind.PERSON}
            # Lines stand under what they are about.
            words = [text for key, text in texts.items() if key != "lines"]
            typed = await owner.says(
                "\n".join((f"/{command.name} {' '.join(words)}", texts.get("lines", "")))
            )
            by_key = await owner.says("", given=Call(command.name, {**texts, **people}))
            assert typed == by_key, (command.name, texts)
            if typed == DONE:
                first, second = heard
                assert first == second and len(first) == len(command.arguments), (command.name, texts)
                assert None not in first[:count], (command.name, texts)
                compared += 1
            else:
                # Only what is needed, or whom a message does not name, may be refused.
                assert count == 0 and heard == [], (command.name, said(typed))
            heard.clear()
    assert compared >= sum(max(1, len(command.arguments)) for command in commands)


FILLED_IN = {
    "statement": "The bridge is shut", "who": "Lubinets", "cue": "denied that", "source": "S2", "at": "¶9",
    "when": "2023", "figure": "2 buses", "reason": "Because", "by": "F6", "title": "A memo",
    "name": "Ann Lee", "publisher": "Press", "published": "2020", "url": "https://example.org/x",
    "short": "Lee", "alias": "A. Lee", "role": "Clerk", "tells": "F8",
}  # fmt: skip


async def _every_modal(desk) -> tuple[Any, dict[str, Modal]]:
    ann = await desk.moderator()
    await draft(desk)
    await ann.tells("/retract F6 Wrong", "[Confirm]")
    having = {command.name for command in commands if (form := form_of(command)) is not None and form.modal}
    assert having == OPENING.keys()
    modals = {name: await opened(ann, f"/{name} {subject}".strip()) for name, subject in OPENING.items()}
    assert all(isinstance(modal, Modal) for modal in modals.values()), modals
    return ann, modals


async def test_filled_in_a_handler_gets_the_values_of_the_same_lines_typed(desk, monkeypatch) -> None:
    ann, modals = await _every_modal(desk)
    heard = mute(monkeypatch)
    for name, modal in modals.items():
        names = [field.name for field in modal.fields if field.name != MORE]
        texts = {each: FILLED_IN[each or "reason"] for each in names}
        filled_in = await fills(ann, modal.key, **{key or "text": text for key, text in texts.items()})
        assert filled_in == DONE, (name, said(filled_in))
        # A source and a name are told by the key as the record knows them.
        told = modal.key.partition(" ")[2].rpartition(" ")[0]
        subject = told if name in ("source", "entity", "editstory") else OPENING[name]
        head = " ".join(filter(None, (f"/{name}", subject, texts.get(""))))
        await ann.says("\n".join((head, *(f"{key}: {text}" for key, text in texts.items() if key))))
        filled, typed = (_told(values) for values in heard)
        assert filled == typed, name
        heard.clear()


def _told(values: tuple[Any, ...]) -> list[Any]:
    """Return values with all texts of a form in one, for a reason may stand above its lines or in them."""
    texts = [value for value in values if isinstance(value, Headed)]
    held = {text for value in texts for text in (value.text, *value.headers.values()) if text}
    return [*(value for value in values if not isinstance(value, Headed)), held]


async def test_a_modal_whose_fields_are_each_as_long_as_they_may_be_is_taken(desk) -> None:
    ann, modals = await _every_modal(desk)
    for name, modal in modals.items():
        for field in modal.fields:
            if field.name in ("when", "published", "by", "who"):
                continue  # a date, an id and a name on record have lengths of their own
            begun = {"source": "https://example.org/", "url": "https://example.org/"}
            text = begun.get(field.name, "")
            text += "x" * (field.limit - len(text)) if field.name != MORE else ""
            if field.name == "figure":
                text = "\n".join(["2 " + "x" * 490] * (field.limit // 500))  # each is bounded by itself
            values = {"statement": "It is shut", "source": "S1", "reason": "So", "by": "F7", "text": "So"}
            others = {each.name: values[each.name or "text"] for each in modal.fields if each.required}
            given = others | {field.name: text}
            await fills(ann, modal.key, **{key or "text": value for key, value in given.items()})
            assert "at most" not in ann.seen and "are read" not in ann.seen, (name, field.name, ann.seen)
            assert "characters long" not in ann.seen, (name, field.name)


async def test_a_long_suggestion_with_a_source_and_one_more_line_is_taken(desk) -> None:
    bob = desk.person(BOB)
    statement = ("word " * 790).strip()
    await fills(bob, "/suggest", statement=statement, source="S1", more=f"when: 2024\nat: {'¶' * 40}")
    assert "Readers will see" in bob.seen
    await bob.presses("Confirm")
    (waiting,) = await desk.record.drafts.waiting(1, limit=5)
    assert waiting.change["fact"]["statement"] == statement
    await bob.says(f"/suggest {'x' * 3999}")
    assert "at most 4000 are read" in bob.seen


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"title": "The flood"}, "What is its short name?"),
        ({"name": "flood", "title": "a\nb >5 /who"}, "a b >5 /who"),
    ],
)
async def test_options_need_no_text_form(desk, given, expected) -> None:
    owner = desk.person("telegram:1", role=Role.OWNER)
    await owner.says("", given=Call("newstory", given))
    assert expected in owner.seen
    await owner.says("", given=Call("settings", {"value": "off"}))
    assert "Say also what “setting” is to be" in owner.seen


async def test_each_request_is_judged_by_limits_and_roles_once(desk, monkeypatch) -> None:
    await desk.moderator()
    counts = {"limits": 0, "roles": 0}
    judge, permitted = Limiter.judge, Roles.permitted

    def judged(self: Limiter, user: str) -> Any:
        counts["limits"] += 1
        return judge(self, user)

    async def checked(self: Roles, *args: Any) -> Any:
        counts["roles"] += 1
        return await permitted(self, *args)

    monkeypatch.setattr(Limiter, "judge", judged)
    monkeypatch.setattr(Roles, "permitted", checked)
    values = shown(await desk.dispatcher.answer(Request("/correct F5", ANN, ANN, modals=True)))
    kinds = {
        "typed": Request("/who lubinets", ANN, ANN),
        "a question": Request("Who denied it?", ANN, ANN),
        "options": Request("", ANN, ANN, given=Call("who", {"name": "lubinets"})),
        "opens a modal": Request("/correct F5", ANN, ANN, modals=True),
        "could open one": Request("/entity Nobody Known", ANN, ANN, modals=True),
        "options that open one": Request("", ANN, ANN, given=Call("add"), modals=True),
        "shown again": Request("", ANN, ANN, given=Submission("/correct F5 r1", values, again=True)),
        "filled in": Request("", ANN, ANN, given=Submission("/correct F5 r1", values | {"reason": "x"})),
        "filled in, and good": Request("", ANN, ANN, given=Submission("/retract F5", {"reason": "x"})),
        "refused": Request("/nope", ANN, ANN),
    }
    for name, request in kinds.items():
        counts.update(limits=0, roles=0)
        assert await desk.dispatcher.answer(request) is not None
        assert counts == {"limits": 1, "roles": 1}, name
    assert (await fact(desk)).revision == 1
