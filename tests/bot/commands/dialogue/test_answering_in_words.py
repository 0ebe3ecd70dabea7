"""Answers in words where plain talk is not heard: the command that a question names, and its modal."""

from bot.commands.dialogue.forms import _FORMS, Filled
from bot.commands.dialogue.words import ASKED
from bot.replies import Note, Reply
from tests.bot.desk import ANN, EVE, assert_short, buttons, said
from tests.bot.filling_in import fills, opened


async def test_a_question_says_which_command_answers_it_in_words(desk):
    ann = await desk.moderator()
    await ann.says("/add")
    dialogue = await desk.record.dialogues.find(ANN, ANN)
    assert ann.reply.asks == f"/answer #{dialogue.token}"
    await ann.says(f"{ann.reply.asks} The bridge is closed")
    assert "Who says so" in ann.seen and ann.reply.asks != f"/answer #{dialogue.token}"
    await ann.tells("/skip", "/skip", f"{ann.reply.asks}")
    await ann.tells("/answer S1", "/skip", "/skip", "/skip")
    assert "Confirm" in buttons(ann.reply) and ann.reply.asks is None
    assert (await ann.says("/who")).asks is None


async def test_an_answer_to_an_earlier_question_is_told_and_the_open_one_asked_again(desk):
    ann = await desk.moderator()
    stale = (await ann.says("/add")).asks
    await ann.says(f"{stale} The bridge is closed")
    await ann.says(f"{stale} The bridge is open")
    assert "answered already" in ann.seen and "Who says so" in ann.seen
    refused = await opened(ann, stale)
    assert isinstance(refused, Reply) and "Who says so" in said(refused) and refused.asks == ann.reply.asks
    await fills(ann, stale, text="The bridge is open")
    assert "answered already" in ann.seen
    assert_short(await desk.person(EVE).says(f"{ann.reply.asks} mine"), "somebody else")
    assert_short(await opened(desk.person(EVE), ann.reply.asks), "somebody else")
    assert_short(await ann.says(ann.reply.asks), "holds no words")


async def test_the_open_question_has_a_modal(desk):
    ann = await desk.moderator()
    asks = (await ann.says("/add")).asks
    question = ann.reply.blocks[0].text
    for text in ("/answer", asks):
        modal = await opened(ann, text)
        (field,) = modal.fields
        assert (modal.key, modal.title, field.name, field.long, field.required) == (
            asks,
            "Your answer",
            "",
            True,
            True,
        )
        assert (field.label, field.hint) == ("Statement", question)
        assert field.example == "The bridge was closed at noon"
    await fills(ann, asks, text="The bridge\nsource: S1\nis closed")
    await fills(ann, ann.reply.asks, text="Lubinets")
    dialogue = await desk.record.dialogues.find(ANN, ANN)
    assert dialogue.state["texts"]["statement"] == "The bridge source: S1 is closed"
    await fills(ann, ann.reply.asks, text=" \n ")
    assert_short(ann.reply, "holds no words")


async def test_what_waits_for_a_yes_or_a_choice_has_no_modal(desk):
    ann = await desk.moderator()
    await fills(ann, "/add", statement="The bridge is closed", source="S1")
    assert ann.reply.asks is None
    assert_short(await opened(ann, "/answer"), "Choose one of those")
    await ann.presses("Change something")
    assert ann.reply.asks is None
    assert_short(await opened(ann, "/answer"), "Choose one of those")
    desk.moments.pass_by(hours=2)
    assert_short(await opened(ann, "/answer"), "after an hour")


async def test_a_reply_that_was_kept_without_the_command_is_read(desk):
    kept = Reply(blocks=(Note(text="x"),)).model_dump(exclude={"asks"})
    assert Reply.model_validate(kept).asks is None
    assert Reply.model_validate_json('{"blocks":[{"text":"x"}],"actions":[],"aside":false}').asks is None
    asking = Reply(blocks=(Note(text="x"),), asks="/answer #1.1")
    assert Reply.model_validate_json(asking.model_dump_json()) == asking


async def test_a_command_is_no_answer_and_no_name(desk, subtests):
    ann = await desk.moderator()
    for opening in ("/add", "/add The bridge is closed"):
        await ann.says(opening)
        with subtests.test(opening=opening):
            assert_short(await ann.says("/answer /confirm"), "is a command")
    await ann.says("/add The bridge is closed\nwho: /confirm\nsource: S1")
    assert "is no name" in ann.seen and buttons(ann.reply) == ["Skip", "Cancel"]


def test_every_field_asks_in_words(subtests):
    for name, form in _FORMS.items():
        for at_once in (True, False):
            given = dict.fromkeys(form.lines, "+ https://x.org") | {"cue": "said that"}
            for field in form.fields(Filled(1, given, at_once=at_once)):
                with subtests.test(form=name, field=field.name):
                    assert field.asks or field.name in ASKED


async def test_an_invalid_line_is_asked_for_in_words(desk):
    ann = await desk.moderator()
    await ann.says("/add The bridge is closed\nsource: S1\nsaid: never")
    assert "When was it said?" in ann.seen


async def test_a_mere_yes_is_no_name_and_no_choice(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The bridge is closed", "Yes")
    assert "“Yes” is an answer, no name" in ann.seen and "Who says so" in ann.seen
    await ann.says("Ann Lee")
    assert "Is it new?" in ann.seen
    assert_short(await ann.says("/answer yes"), "chooses none of those under the question")
    await ann.says("1")
    dialogue = await desk.record.dialogues.find(ANN, ANN)
    assert dialogue.state["texts"]["who"] == "+person Ann Lee"
    await ann.says("/skip")
    assert_short(await ann.says("no"), "chooses none of those under the question")
    await ann.tells("/cancel", "/add\nsource: S1\nwho: +group Yes\nabout: none", "The bridge is closed")
    assert "Yes" in said(ann.reply) and "is an answer" not in ann.seen
