"""Modals: which commands open one, what it shows, and who gets none."""

import re

from bot.commands import commands
from bot.commands.dialogue.forms import form_of
from bot.commands.dialogue.modals import MORE
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.replies import Modal, Reply
from tests.bot.desk import ANN, BOB, EVE, assert_short, said
from tests.bot.filling_in import draft, fills, opened, shown

OPENED = [
    ("/add", "/add", "Add a fact", ["statement", "who", "cue", "source", MORE]),
    ("/suggest", "/suggest", "Suggest a fact", ["statement", "who", "cue", "source", MORE]),
    ("/correct F5", "/correct F5 r1", "Correct F5", ["statement", "when", "figure", "reason", MORE]),
    ("/correct f5", "/correct F5 r1", "Correct F5", ["statement", "when", "figure", "reason", MORE]),
    ("/attribute 5", "/attribute F5", "Add who else says F5", ["who", "cue", "source", "at", MORE]),
    ("/retract F5", "/retract F5", "Retract F5", ["reason"]),
    ("/supersede F5", "/supersede F5", "Put another fact in the place of F5", ["by", "reason"]),
]


async def test_a_command_with_nothing_more_opens_its_modal(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for text, key, title, names in OPENED:
        with subtests.test(text=text):
            modal = await opened(ann, text)
            assert (modal.key, list(shown(modal))) == (key, names)
            assert modal.title == title
            assert desk.kept() == before
            assert await desk.record.dialogues.find(ANN, ANN) is None


async def test_every_modal_keeps_within_what_platforms_show(desk):
    ann = await desk.moderator()
    number = await draft(desk)
    await ann.tells("/retract F6 Wrong", "[Confirm]", "/add")
    texts = {name: f"/{name} F5" for name in ("correct", "attribute", "retract", "supersede")}
    texts |= {name: f"/{name} {number}" for name in ("reject", "edit")}
    texts |= {"restore": "/restore F6", "source": "/source S1", "entity": "/entity Dmytro Lubinets"}
    having = {command.name for command in commands if (form := form_of(command)) is not None and form.modal}
    assert having == {*texts, "add", "suggest", "editstory"}
    for name in (*having, "answer"):
        modal = await opened(ann, texts.get(name, f"/{name}"))
        assert isinstance(modal, Modal), (name, modal)
        assert len(modal.key) <= 90 and 0 < len(modal.title) <= 45 and 1 <= len(modal.fields) <= 5
        assert len({field.name for field in modal.fields}) == len(modal.fields)
        assert not re.search("[/=+]", modal.title), modal.title
        for field in modal.fields:
            assert 0 < len(field.label) <= 45 and len(field.hint) <= 100 and len(field.value) <= 4000
            assert len(field.example) <= 100 and not field.label.endswith(("?", "…")), field
            assert field.name == MORE or not field.hint.endswith("…"), field


async def test_modals_show_how_each_field_may_be_filled_in(desk):
    ann = await desk.moderator()
    examples = {field.name: field.example for field in (await opened(ann, "/add")).fields}
    assert (examples["cue"], examples["source"]) == ("said that", "S1, an address or a title")
    assert examples[MORE] == "when: 2024-05-03\nwhere: Minsk"
    (*_, more) = (await opened(ann, "/add")).fields
    assert more.hint.startswith("when: where: at: ") and more.hint.endswith(":…")
    modal = await opened(ann, "/correct F5")
    assert modal.fields[-1].example == "who: Dmytro Lubinets\ncue: said that"


async def test_nothing_that_only_the_record_knows_is_shown(desk):
    ann = await desk.moderator()
    assert (await opened(ann, "/entity =lubinets")).title == "Edit the name Dmytro Lubinets"
    number = await draft(desk)
    modal = await opened(ann, f"/edit {number}")
    assert (modal.title, shown(modal)["who"]) == (f"Edit draft {number}", "Dmytro Lubinets")
    await desk.person(BOB).tells(
        "/suggest It is open.\nwho: +person Ann Lee\nsource: + https://example.org/a\ntitle: On bridges",
        "[Confirm]",
    )
    values = shown(await opened(ann, "/edit D2"))
    assert (values["who"], values["source"]) == ("Ann Lee", "https://example.org/a")
    assert (await opened(ann, "/reject D2")).title == "Reject draft D2"
    assert (await opened(ann, "/source S1")).title == "Edit the source S1"
    await ann.tells("/retract F5 Wrong", "[Confirm]")
    assert (await opened(ann, "/restore F5")).title == "Restore F5"


async def test_dates_are_shown_as_people_type_them(desk):
    mod = await desk.moderator()
    assert shown(await opened(mod, "/correct F24"))["when"] == "18 July"
    assert shown(await opened(mod, "/source S1"))["published"] == "4 January 2024"
    await mod.tells("/correct F24\nwhen: 2021-05~", "[Yes]", "A reason", "none", "[Confirm]")
    assert shown(await opened(mod, "/correct F24"))["when"] == "about May 2021"


ORDINARY = [
    "/add The bridge is closed", "/correct", "/correct F5\nwhen: 2024", "/correct F5 r1",
    "/retract F5 Wrong",
    "/reject D1 Wrong", "/supersede F5 F6", "/who", "/review", "/confirm", "/source https://example.org/x",
    "/entity Nobody Known", "/answer The court", "/nope", "Who denied it?",
]  # fmt: skip


async def test_what_is_answered_the_ordinary_way_opens_no_modal(desk, subtests):
    ann = await desk.moderator()
    for text in ORDINARY:
        with subtests.test(text=text):
            assert isinstance(await opened(ann, text), Reply)
        await ann.says("/cancel")


REFUSED = [
    ("/correct F999", "not on record"), ("/correct hello", "by its id"), ("/restore F5", "not retracted"),
    ("/reject D9", "no draft"), ("/edit F5", "by its id"), ("/answer", "Nothing is being asked"),
    ("/answer #9.1", "answered already, or ended"), ("/source S999", "not on record"),
]  # fmt: skip


async def test_a_modal_is_refused_as_its_command_is(desk, subtests):
    ann = await desk.moderator()
    for text, told in REFUSED:
        with subtests.test(text=text):
            refused = await opened(ann, text)
            assert_short(refused, told)
            assert refused.aside
            if not text.startswith("/answer"):
                assert said(await ann.says(text)) == said(refused)


async def test_who_may_not_use_a_command_gets_no_modal_and_can_submit_none(desk):
    eve = desk.person(EVE)
    for text in ("/add", "/correct F5", "/edit D1"):
        assert_short(await opened(eve, text), "There is no command")
        assert_short(await fills(eve, text, statement="x", source="S1"), "There is no command")
    assert isinstance(await opened(eve, "/suggest"), Modal)
    await desk.appoint(EVE, "tarrow-ferry")
    before = desk.kept()
    assert_short(await opened(eve, "/correct F5"), "for moderators of this story")
    group = desk.person("telegram:-100", is_person=False)
    assert_short(await opened(group, "/add"), "only people")
    assert desk.kept() == before


async def test_a_fact_of_another_story_and_a_decided_draft_are_refused(desk):
    ann = await desk.moderator(story=None)
    ferry = await desk.record.stories.find("tarrow-ferry")
    (other, *_) = await desk.record.listings.all(ferry.id, limit=1)
    assert_short(await opened(ann, f"/correct F{other.id}"), "another story", ferry.title)
    number = await draft(desk)
    modal = await opened(ann, f"/reject {number}")
    await ann.tells(f"/reject {number} Not so", "[Confirm]")
    for name in ("reject", "edit"):
        assert_short(await opened(ann, f"/{name} {number}"), "decided already")
    assert_short(await fills(ann, modal.key, text="Not so"), "decided already")


async def test_modals_count_for_the_limits_each_once(desk):
    settings = Settings.model_validate({"limits": {"messages_per_minute": 1, "burst": 3}})
    desk.dispatcher = Dispatcher(desk.record, commands, settings, lambda: 0.0)
    bob = desk.person(BOB)
    assert isinstance(await opened(bob, "/suggest"), Modal)
    await fills(bob, "/suggest", statement="The bridge is closed", source="S1")
    assert "Readers will see" in bob.seen
    assert isinstance(await opened(bob, "/suggest"), Modal)
    assert_short(await opened(bob, "/suggest"), "faster than I may answer")
    assert await fills(bob, "/suggest", statement="x") is None
