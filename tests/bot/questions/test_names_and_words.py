"""Names that are also words, and names with a title, as people ask of them and as moderators type them."""

from __future__ import annotations

from bot.questions import wording
from bot.questions.subject import subject_of
from storage.domain.changes import PutEntity
from storage.domain.entries import EntityEntry
from tests.bot.desk import ANN, EVE, Desk, buttons
from tests.storage.making import ANN as ACTOR

WHO = EntityEntry(name="World Health Organization", kind="organisation", aliases=("WHO",))
ENTITIES = [
    WHO,
    EntityEntry(name="United States", kind="place", short="US", aliases=("America",)),
    EntityEntry(name="Institute of Trade", kind="organisation", aliases=("IT",)),
    EntityEntry(name="Arron Banks", kind="person"),
    EntityEntry(name="Teresa May", kind="person"),
    EntityEntry(name="Ruslan", kind="person"),
]


async def crowd(desk: Desk) -> None:
    for entity in ENTITIES:
        await desk.record.ledger.make(PutEntity(story_id=1, entity=entity), by=ACTOR)


async def test_a_word_that_something_is_also_called_is_a_word(desk, subtests):
    await crowd(desk)
    eve = desk.person(EVE)
    called = [entity.name for entity in ENTITIES]
    for text in [
        "Who died?", "who died?", "WHO DIED?", "Who is it?", "Tell us of it", "tell us", "is it true?",
        "Did they tell us?", "Did the banks pay?", "which banks pay", "May they pay?", "what may it be",
    ]:  # fmt: skip
        with subtests.test(text):
            await eve.says(text)
            assert not [name for name in called if name in eve.seen], eve.seen


async def test_it_is_a_name_where_it_is_written_as_one(desk, subtests):
    await crowd(desk)
    eve = desk.person(EVE)
    for text, name in [
        ("What is WHO?", "World Health Organization"),
        ("WHO is what?", "World Health Organization"),
        ("What is the US?", "United States"),
        ("what is america", "United States"),
        ("What is IT?", "Institute of Trade"),
        ("Who is Banks?", "Arron Banks"),
        ("who is banks", "Arron Banks"),
        ("Who is May?", "Teresa May"),
        ("/who who", "World Health Organization"),
        ("/who may", "Teresa May"),
    ]:
        with subtests.test(text):
            await eve.says(text)
            assert eve.seen.splitlines()[0] == name, eve.seen


async def test_a_title_before_a_whole_name_makes_no_difference_in_a_question(desk, subtests):
    await crowd(desk)
    eve = desk.person(EVE)
    for text, name in [
        ("Who is Ombudsman Dmytro Lubinets?", "Dmytro Lubinets"),
        ("What did Ombudsman Dmytro Lubinets say?", "Dmytro Lubinets"),
        ("what did ombudsman dmytro lubinets say", "Dmytro Lubinets"),
        ("What did Chief Inspector Ruslan say?", "Ruslan"),
        ("/who Ombudsman Dmytro Lubinets", "Dmytro Lubinets"),
    ]:
        with subtests.test(text):
            await eve.says(text)
            assert eve.seen.splitlines()[0] == name, eve.seen
    for text in [
        "What did Natalia Lubinets say?",
        "did police arrest dmytro lubinets",
        "Did they judge Putin?",
    ]:
        with subtests.test(text):
            await eve.says(text)
            assert eve.seen.startswith(("That is not on record", "Closest on record")), eve.seen
    await eve.says("/who Ombudsman Lubinets")
    assert "Did you mean Dmytro Lubinets?" in eve.seen


async def test_a_known_title_before_a_family_name_makes_no_difference_in_a_question(desk, subtests):
    await crowd(desk)
    eve = desk.person(EVE)
    for text, name in [
        ("What did Mr Banks say?", "Arron Banks"),
        ("what did mr banks say", "Arron Banks"),
        ("What did the former Prime Minister May say?", "Teresa May"),
        ("Who is Foreign Minister Lubinets?", "Dmytro Lubinets"),
    ]:
        with subtests.test(text):
            await eve.says(text)
            assert eve.seen.splitlines()[0] == name, eve.seen


async def test_what_somebody_says_is_asked_in_eight_languages(desk, subtests):
    # Each asked in a chat of its own: "about that" leans on what was told before.
    for number, text in enumerate([
        "Що сказав Лукашенко?", "хто такий Лукашенко", "Что говорил Лукашенко об этом?",
        "Што сказаў Лукашэнка?",
        "Co powiedział Łukaszenka?", "Was hat Lukaschenko gesagt?", "Wer ist Lukaschenko?",
        "Qu'a dit Loukachenko ?", "Qu’est-ce que Loukachenko a dit ?", "¿Qué dijo Lukashenko?",
    ]):  # fmt: skip
        eve = desk.person(f"{EVE}{number}")
        with subtests.test(text):
            await eve.says(text)
            assert eve.seen.splitlines()[0] == "Alexander Lukashenko", eve.seen
    for text in ["Lukashenko's hat", "Що сказав Лукашенко про морозиво?"]:
        with subtests.test(text):
            await eve.says(text)
            assert eve.seen.startswith(("That is not on record", "Closest on record")), eve.seen


async def test_what_somebody_says_at_a_time_is_not_all_that_they_say(desk, subtests):
    eve = desk.person(EVE)
    await eve.says("What did Lubinets say in May 2023?")
    assert eve.seen.startswith("Nothing about that is dated to “May 2023” on record."), eve.seen
    await eve.says("Who was Putin in March 2023?")
    assert eve.seen.splitlines()[1].startswith("March 2023"), eve.seen
    # The facts that are dated so come first, and another time's are told as such.
    await eve.says("What happened to Putin in March 2022?")
    assert eve.seen.startswith("Nothing about that is dated to “March 2022” on record."), eve.seen


async def test_a_moderator_is_offered_the_known_name_before_a_new_one(desk, subtests):
    ann = await desk.moderator(ANN)
    for typed in ["Ombudsman Dmytro Lubinets", "Ombudsman Lubinets", "Natalia Lubinets", "Lubinets' office"]:
        with subtests.test(typed):
            reply = await ann.tells("/add", "The bridge was closed.", typed)
            assert buttons(reply)[0] == "Dmytro Lubinets", buttons(reply)
            assert any(label.startswith("New person") for label in buttons(reply))
            await ann.says("/cancel")


async def test_a_word_that_tells_what_is_asked_is_no_slip_of_a_name(desk):
    question = wording.read("que s'est-il passé le 18 juillet", spoken="fr", language="fr")
    assert not (await subject_of(desk.record, 1, question)).entities
    named = await subject_of(desk.record, 1, wording.read("what did passe want"))
    assert [entity.name for entity in named.entities] == ["Parliamentary Assembly of the Council of Europe"]
