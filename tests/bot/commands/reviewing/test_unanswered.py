"""Questions without answers: ranked for moderators, and told to whoever waits, once."""

import pytest

from bot.notices import question_alerts
from storage.domain.changes import Publish
from storage.record import Record
from storage.sheets.importing import import_sheet
from storage.trail.audit import Actor
from tests.bot.desk import ANN, BOB, EVE, assert_short, buttons, said

QUESTION = "When did the zeppelin land in Minsk?"
ADDED = "/add The zeppelin landed in Minsk.\nsource: S1\nwhen: 2024-02-03"


async def test_questions_are_ranked_by_how_often_they_were_asked(desk):
    for times, text in ((3, QUESTION), (1, "What does the kangaroo eat?"), (2, "Who owns the lighthouse?")):
        for number in range(times):
            await desk.person(f"telegram:{70 + number}").says(text)
    ann = await desk.moderator()
    _heading, *rows, following = said(await ann.says("/unanswered")).split("\n")
    assert "/add" in following and "tells those who wait" in following
    assert [word in row for word, row in zip(["zeppelin", "lighthouse", "kangaroo"], rows, strict=True)] == [
        True,
        True,
        True,
    ]
    assert "asked 3 times" in rows[0] and "asked 1 time," in rows[2]
    assert not any(f"telegram:{70 + number}" in "\n".join(rows) for number in range(3))


async def test_the_same_question_in_other_words_counts_as_one(desk):
    eve = desk.person(EVE)
    await eve.tells(
        "When did the zeppelin land in Minsk?", "when did zeppelins land in minsk", "/ask " + QUESTION
    )
    assert [question.asked for question in await desk.record.questions.open(1)] == [3]


async def test_the_list_goes_on_page_by_page(desk):
    words = "zeppelin kangaroo lighthouse submarine volcano glacier accordion telescope walrus orchid bagpipe"
    for word in words.split():
        await desk.person(EVE).says(f"Who has the {word}?")
    ann = await desk.moderator()
    shown = said(await ann.says("/unanswered"))
    more = said(await ann.presses("Next"))
    assert [(word in shown) + (word in more) for word in words.split()] == [1] * 11
    assert "Next" not in buttons(ann.reply)
    assert_short(await ann.says("/unanswered >x"), "send the command again")


async def test_it_is_kept_without_who_asked_unless_they_press_the_button(desk):
    eve = desk.person(EVE)
    await eve.says(QUESTION)

    async def rows(sql):
        return [tuple(row) for row in await desk.record.database.read(sql)]

    assert EVE not in str(await rows("SELECT * FROM question"))
    assert await rows("SELECT * FROM asker") == []
    await eve.presses("Tell me")
    assert "You will be told" in eve.seen
    assert await rows("SELECT chat, person FROM asker") == [(EVE, EVE)]


async def test_whoever_waits_is_told_once_when_a_fact_answers(desk):
    eve, bob = desk.person(EVE), desk.person(BOB, "telegram:-100")
    for person in (eve, bob):
        await person.says(QUESTION)
        await person.presses("Tell me")
        await person.says(QUESTION)
        await person.presses("Tell me")
    ann = await desk.moderator()
    await ann.tells("/add The kangaroo eats apples.\nsource: S1", "/confirm")
    assert await desk.told(EVE) == []
    await ann.tells(ADDED, "/confirm")
    for chat in (EVE, "telegram:-100"):
        (told,) = await desk.told(chat)
        assert QUESTION in told and "zeppelin landed" in told
        assert await desk.told(chat) == []
    assert "zeppelin" not in said(await ann.says("/unanswered"))
    assert await desk.record.questions.open(1) == []


async def test_a_question_that_is_answered_no_longer_waits(desk):
    eve, ann = desk.person(EVE), await desk.moderator()
    await eve.says(QUESTION)
    late = eve.button("Tell me")
    await ann.tells(ADDED, "/confirm")
    await desk.due(EVE)
    assert_short(await eve.says(late), "not open any more")
    assert "3 February 2024" in said(await eve.says(QUESTION))


@pytest.mark.parametrize("change", ["correct", "restore", "approve", "undo"])
async def test_any_change_that_brings_the_answer_tells_it(desk, change):
    eve, ann = desk.person(EVE), await desk.moderator()
    if change == "approve":
        await desk.person(BOB).tells(ADDED.replace("/add", "/suggest"), "/confirm")
    else:
        await ann.tells(ADDED.partition("\nwhen")[0] if change == "correct" else ADDED, "/confirm")
    fact = max([item.id for item in await desk.record.listings.all(1, limit=100)])
    if change in ("restore", "undo"):
        await ann.tells(f"/retract F{fact} wrong", "/confirm")
    await eve.says(QUESTION)
    await eve.presses("Tell me")
    match change:
        case "correct":
            await ann.tells(
                f"/correct F{fact}\nwhen: 2024-02-03\nmaterial: yes\nreason: so it says", "/confirm"
            )
        case "approve":
            await ann.says("/approve D1")
        case "undo":
            await ann.says("/undo")
        case _:
            await ann.tells(f"/restore F{fact} right", "/confirm")
    (told,) = await desk.told(EVE)
    assert "3 February 2024" in told and "zeppelin landed" in told


async def test_what_is_not_in_force_answers_nothing(desk):
    eve, ann = desk.person(EVE), await desk.moderator()
    await ann.tells(ADDED, "/confirm")
    fact = max([item.id for item in await desk.record.listings.all(1, limit=100)])
    await ann.tells(f"/retract F{fact} wrong", "/confirm")
    await eve.says(QUESTION)
    await eve.presses("Tell me")
    await ann.tells("/correct F5\nat: ¶9\nmaterial: yes\nreason: so it is", "/confirm")
    assert (await desk.record.facts.find(5)).revision == 2
    assert await desk.told(EVE) == []


async def test_a_fact_of_another_story_answers_nothing(desk):
    eve = desk.person(EVE)
    await eve.says(QUESTION)
    await eve.presses("Tell me")
    ann = await desk.moderator(story=None)
    await ann.tells("/story tarrow-ferry", ADDED.replace("S1", "+ X"), "/confirm")
    assert "on record" in ann.seen
    assert await desk.told(EVE) == []


async def test_facts_imported_by_another_process_are_told_once_as_well(desk, tmp_path):
    eve = desk.person(EVE)
    await eve.says(QUESTION)
    await eve.presses("Tell me")
    assert await desk.told(EVE) == []
    sheet = tmp_path / "sheet.toml"
    sheet.write_text(
        'format = 1\n[story]\nname = "belarus"\ntitle = "Belarus"\n[[facts]]\n'
        'statement = "the zeppelin landed in Minsk"\noccurred = "2024-02-03"\n'
        '[[facts.attributions]]\nsource = { title = "A log" }\n'
    )
    other = await Record.open(desk.record.database.path)
    await import_sheet(other, sheet, actor="operator")
    await other.close()
    (told,) = await desk.told(EVE)
    assert "zeppelin landed" in told
    assert await desk.told(EVE) == []


async def test_what_came_before_the_process_died_is_told_by_the_next(desk):
    """The change was made, but nobody looked yet."""
    eve = desk.person(EVE)
    await eve.says(QUESTION)
    await eve.presses("Tell me")
    given = {"statement": "the zeppelin landed in Minsk", "occurred": "2024-02-03"}
    change = Publish.model_validate(
        {"story_id": 1, "fact": given | {"attributions": [{"source": "article"}]}}
    )
    await desk.record.ledger.make(change, by=Actor(ANN))
    assert len(await desk.told(EVE)) == 1
    assert await desk.told(EVE) == []


async def test_one_may_wait_for_fifty_answers_at_most(desk):
    eve = desk.person(EVE)
    for number in range(50):
        await eve.says(await tellme(desk, f"question {number}"))
    assert "You will be told" in eve.seen
    assert_short(await eve.says(await tellme(desk, "one too many")), "/forgetme")


async def tellme(desk, text):
    """Keep a question; return the command under its button."""
    kept = await desk.record.questions.find(await desk.record.questions.keep(1, text, text, "2026"))
    return f"/tellme Q{kept.id}.{kept.token}"


async def test_a_question_is_awaited_only_by_whom_its_button_was_shown(desk):
    """Numbers alone would let anybody hear what others asked; what they asked is not told back either."""
    await desk.person(BOB).says(QUESTION)
    (kept,) = await desk.record.questions.open(1)
    eve = desk.person(EVE)
    wrong = f"{int(kept.token, 16) ^ 1:08x}"
    for text in (
        f"Q{kept.id}",
        f"{kept.id}",
        f"Q{kept.id}.",
        f"Q{kept.id}.{wrong}",
        f"Q{kept.id}.{kept.token}0",
    ):
        assert_short(await eve.says(f"/tellme {text}"))
    await eve.says("/story tarrow-ferry")
    assert_short(await eve.says(f"/tellme Q{kept.id}.{kept.token}"), "not open any more")
    assert await desk.record.database.read("SELECT * FROM asker") == []
    await eve.tells("/story belarus", f"/tellme Q{kept.id}.{kept.token}")
    assert "You will be told" in eve.seen and "zeppelin" not in eve.seen


async def test_each_question_has_a_token_of_its_own(desk):
    eve = desk.person(EVE)
    tokens = set()
    for text in (QUESTION, "What does the kangaroo eat?", "Who owns the lighthouse?"):
        await eve.says(text)
        tokens.add(eve.button("Tell me").partition(".")[2])
        # Whoever asks again is shown the same.
        button = eve.button("Tell me")
        await eve.says(text)
        assert eve.button("Tell me") == button
    assert len(tokens) == 3 and all(len(token) == 8 for token in tokens)


async def test_a_question_that_is_none_is_told(desk, subtests):
    eve = desk.person(EVE)
    await desk.person(BOB).says(QUESTION)
    for text in [
        "/tellme Q999",
        "/tellme x",
        "/tellme",
        "/tellme Q0",
        "/tellme -1",
        "/tellme Q1 Q2",
        "/tellme Q1",
        "/tellme Q999.0a1b2c3d",
        "/tellme Q1.0a1b2c3d",
    ]:
        with subtests.test(text=text):
            assert_short(await eve.says(text))
            assert await desk.record.database.read("SELECT * FROM asker") == []


async def test_a_question_is_told_in_the_language_of_who_asked(desk, monkeypatch):
    spoken = []
    monkeypatch.setattr(question_alerts, "speak", spoken.append)
    eve, ann = desk.person(EVE, language="uk"), await desk.moderator(language="de")
    await eve.says(QUESTION)
    await eve.presses("Tell me")
    await ann.tells(ADDED, "/confirm")
    await desk.due(EVE)
    assert "uk" in spoken and spoken[-1] == "de"
