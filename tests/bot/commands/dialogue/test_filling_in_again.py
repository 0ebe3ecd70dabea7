"""A form that was refused is opened again with what was filled in, and that is checked as if it were new."""

from __future__ import annotations

from typing import Any
from unittest.mock import AsyncMock, Mock

import discord
import pytest

from bot.commands.dialogue.modals import MORE
from bot.frontends.discord.buttons import Buttons
from bot.frontends.discord.conversation import Conversation
from bot.frontends.discord.modals import KEPT_LIMIT, given_back, refilled, rendered
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.replies import Modal, Note, Reply
from bot.requests import Submission
from tests.bot.desk import BOB, EVE, assert_short, said
from tests.bot.filling_in import draft, fact, fills, opened, shown

REFUSED = Reply(blocks=(Note(text="No."),), aside=True)


async def reopened(person, key, /, **values) -> Any:
    return await fills(person, key, again=True, **values)


async def test_it_opens_with_what_was_filled_in_and_begins_where_the_first_one_did(desk):
    ann = await desk.moderator()
    first = await opened(ann, "/correct F5")
    typed = shown(first) | {"when": "", "statement": "It is shut", "more": "whn: 2024"}
    assert_short(await fills(ann, first.key, **typed), "whn")
    before = desk.kept()
    again = await reopened(ann, first.key, **typed)
    assert shown(again) == typed and again.key == first.key
    assert [field.required for field in again.fields] == [field.required for field in first.fields]
    assert desk.kept() == before
    await fills(ann, again.key, **shown(again) | {"more": "note: none", "reason": "So it is"})
    await ann.tells("[Yes]", "[Confirm]")
    now = await fact(desk)
    assert (now.statement, now.occurred, now.date_note) == ("It is shut", None, None)


async def test_what_was_not_touched_is_left_out_the_second_time_too(desk):
    ann = await desk.moderator()
    first = await opened(ann, "/correct F5")
    bob = await desk.moderator(BOB)
    await bob.tells("/correct F5\nwhen: 2024-02-03\nnote: none\nmaterial: yes\nreason: found", "[Confirm]")
    again = await reopened(ann, first.key, **shown(first) | {"statement": "It is shut", "reason": "A slip"})
    await fills(ann, again.key, **shown(again))
    await ann.tells("[Yes]", "[Confirm]")
    now = await fact(desk)
    assert (now.statement, now.occurred) == ("It is shut", "2024-02-03")


async def test_where_it_cannot_be_told_what_was_touched_it_does_not_open(desk):
    ann = await desk.moderator()
    modal = await opened(ann, "/source S1")
    values = shown(modal) | {"title": "Mine"}
    await ann.tells("/source S1\npublisher: Example Press", "[Confirm]")
    assert_short(await reopened(ann, modal.key, **values), "changed meanwhile")
    number = await draft(desk)
    await ann.tells(f"/reject {number} Not so", "[Confirm]")
    # What was filled in while a draft was decided is not lost.
    assert shown(await reopened(ann, f"/edit {number}", who="x"))["who"] == "x"


async def test_an_answer_is_filled_in_again_while_its_question_is_open(desk):
    ann = await desk.moderator()
    asks = (await ann.says("/add")).asks
    again = await reopened(ann, asks, text="The bridge")
    assert (again.key, shown(again)) == (asks, {"": "The bridge"})
    await ann.says("It is shut")
    assert "answered already" in said(await reopened(ann, asks, text="The bridge"))


async def test_no_other_command_comes_of_it(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for key in [
        "",
        "hello",
        "/who",
        "/confirm",
        "/undo",
        "/correct F5",
        "/correct F5\nwhen: 2024",
        "/add x",
        "/nope",
    ]:
        with subtests.test(key=key):
            refused = await reopened(ann, key, statement="x")
            assert isinstance(refused, Reply) and refused.aside
            assert_short(refused)
            assert desk.kept() == before


async def test_who_may_not_open_a_form_may_not_open_it_again(desk):
    eve = desk.person(EVE)
    assert_short(await reopened(eve, "/add", statement="x"), "There is no command")
    assert_short(await reopened(eve, "/correct F5 r1", statement="x"), "There is no command")


async def test_only_its_own_fields_are_filled_in_and_none_with_more_than_it_shows(desk):
    ann = await desk.moderator()
    again = await reopened(ann, "/add", statement="x" * 4001, urgent="yes", material="no", who="Lubinets")
    assert shown(again) == {"statement": "", "who": "Lubinets", "cue": "", "source": "", MORE: ""}


# The button


def test_a_refusal_gives_back_what_was_filled_in_and_a_button_to_go_on():
    values = {"statement": "It is shut\x00", "when": "", MORE: "whn: 2024\nwhere: Minsk", "": " \n"}
    reply = given_back(REFUSED, Submission("/correct F5 r1", values))
    assert said(reply).split("\n")[1:3] == ["What you had filled in", "statement: It is shut"]
    (action,) = reply.actions
    assert action.label == "Fill it in again"
    assert refilled(action.command) == Submission(
        "/correct F5 r1",
        {"statement": "It is shut", "when": "", MORE: "whn: 2024\nwhere: Minsk", "": ""},
        again=True,
    )
    assert given_back(REFUSED, Submission("/add", {"statement": " "})) == REFUSED
    assert refilled("/correct F5") is None


def test_what_is_more_than_a_button_keeps_can_only_be_copied():
    values = {"statement": "x" * 4000, MORE: "y" * 4000}
    reply = given_back(REFUSED, Submission("/add", values))
    assert reply.actions == () and len(said(reply)) > KEPT_LIMIT
    assert given_back(REFUSED, Submission("/add", {"statement": "ы" * 4000})).actions


def acting(kind: discord.InteractionType, **data: Any) -> Any:
    interaction = Mock(spec=discord.Interaction, guild_id=None, channel_id=2, id=9, message=None)
    interaction.type, interaction.data = kind, data
    interaction.locale, interaction.user = discord.Locale.american_english, Mock(id=7, display_name="Ann")
    interaction.user.name = "ann"
    interaction.permissions = interaction.app_permissions = discord.Permissions.all()
    interaction.response = AsyncMock(is_done=Mock(return_value=False))
    return interaction


@pytest.mark.parametrize("statement", ["It is shut", "/who lubinets", 'again:["/undo", {}]', "x >5"])
async def test_the_button_under_a_refusal_opens_the_form_again(desk, statement):
    conversation = Conversation(
        desk.dispatcher, desk.record, Buttons(desk.record), ReceiptBuffer(desk.record), at_once=2, prompt=60.0
    )
    sent = acting(
        discord.InteractionType.modal_submit,
        custom_id="modal:/suggest",
        components=[
            {"component": {"custom_id": "statement", "value": statement}},
            {"component": {"custom_id": MORE, "value": "whn: x >5"}},
        ],
    )
    await conversation.act(sent)
    (view,) = [call.kwargs["view"] for call in sent.response.send_message.await_args_list]
    (button,) = [item for item in view.children if item.label == "Fill it in again"]
    assert button.custom_id.startswith("#") and len(button.custom_id) <= 100
    pressed = acting(discord.InteractionType.component, custom_id=button.custom_id)
    await conversation.act(pressed)
    ((opened_again,), _options) = pressed.response.send_modal.await_args
    data = opened_again.to_dict()
    assert (data["custom_id"], data["title"]) == ("modal:/suggest", "Suggest a fact")
    values = {each["component"]["custom_id"]: each["component"].get("value") for each in data["components"]}
    assert (values["statement"], values[MORE]) == (statement, "whn: x >5")


async def test_a_modal_shows_the_examples_of_its_fields(desk):
    modal = await opened(await desk.moderator(), "/add")
    assert isinstance(modal, Modal)
    components = rendered(modal).to_dict()["components"]
    assert [each["component"].get("placeholder") for each in components] == [
        "The bridge was closed at noon",
        "Dmytro Lubinets",
        "said that",
        "S1, an address or a title",
        "when: 2024-05-03\nwhere: Minsk",
    ]
