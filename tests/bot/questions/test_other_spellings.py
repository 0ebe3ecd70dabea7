"""A name in another script, another language's spelling or a case form finds its bearer, and nobody else."""

from __future__ import annotations

from storage.domain.changes import PutEntity
from storage.domain.entries import EntityEntry
from tests.bot.desk import ANN, EVE, Desk, buttons
from tests.storage.making import ANN as ACTOR

LUKASHENKO, LUBINETS = "Alexander Lukashenko", "Dmytro Lubinets"


async def put(desk: Desk, *names: str) -> None:
    for name in names:
        await desk.record.ledger.make(
            PutEntity(story_id=1, entity=EntityEntry(name=name, kind="person")), by=ACTOR
        )


async def first_line(desk: Desk, text: str) -> str:
    eve = desk.person(EVE)
    await eve.says(text)
    return eve.seen.splitlines()[0]


async def test_other_scripts_and_case_forms_find_their_bearer(desk, subtests):
    await put(
        desk,
        "Volodymyr Zelensky",
        "Юлія Свириденко",
        "Mohammed bin Salman",
        "Alexei Navalny",
        "Zoran Đorđević",
    )
    for typed, name in [
        ("Лубінець", LUBINETS), ("Лубінца", LUBINETS), ("Лубінцем", LUBINETS), ("Лубинца", LUBINETS),
        ("Дмитро Лубінець", LUBINETS), ("Дмитра Лубінця", LUBINETS), ("Омбудсман Дмитро Лубінець", LUBINETS),
        ("Лукашенку", LUKASHENKO), ("Лукашенка", LUKASHENKO), ("Лукашэнка", LUKASHENKO),
        ("Łukaszenki", LUKASHENKO), ("Łukaszenką", LUKASHENKO), ("Loukachenko", LUKASHENKO),
        ("Lukaschenko", LUKASHENKO), ("Lukaschenkos", LUKASHENKO), ("Lukašenko", LUKASHENKO),
        ("Аляксандр Лукашэнка", LUKASHENKO), ("Олександром Лукашенком", LUKASHENKO),
        ("Путіна", "Putin"), ("Putinowi", "Putin"), ("Poutine", "Putin"), ("بوتين", "Putin"),
        ("პუტინი", "Putin"), ("लुकाशेंको", LUKASHENKO), ("Ђорђевић", "Zoran Đorđević"),
        ("Зоран Ђорђевић", "Zoran Đorđević"),
        ("Володимир Зеленський", "Volodymyr Zelensky"), ("Владимира Зеленского", "Volodymyr Zelensky"),
        ("Wołodymyr Zełenski", "Volodymyr Zelensky"), ("Selenskyj", "Volodymyr Zelensky"),
        ("Navalnys", "Alexei Navalny"), ("Навального", "Alexei Navalny"), ("Nawalnego", "Alexei Navalny"),
        ("Svyrydenko", "Юлія Свириденко"), ("Yuliia Svyrydenko", "Юлія Свириденко"),
        ("محمد بن سلمان", "Mohammed bin Salman"),
    ]:  # fmt: skip
        with subtests.test(typed):
            assert await first_line(desk, f"/who {typed}") == name


async def test_they_are_read_in_questions_and_by_moderators_too(desk, subtests):
    for text in ["Who is Лубінець?", "who is Łubiniec", "What did Лубінець say?", "/ask Who is Loubinets?"]:
        with subtests.test(text):
            assert await first_line(desk, text) == LUBINETS
    eve = desk.person(EVE)
    await eve.says("/subscribe Лукашенку")
    assert buttons(eve.reply) == [LUKASHENKO]
    ann = await desk.moderator(ANN)
    for typed in ["Лубінець", "Omudsman Lubinetsa", "Омбудсмана Лубінця"]:
        with subtests.test(typed):
            reply = await ann.tells("/add", "The bridge was closed.", typed)
            assert buttons(reply)[0] == LUBINETS
            await ann.says("/cancel")


async def test_nobody_else_is_found(desk, subtests):
    await put(desk, "Ivan Petrov", "Ivan Ivanenko", "Joe Biden", "Anna Kovalenko", "Li Na")
    for typed in [
        "Иванов", "Ivanov", "Анна Петрова", "Barden", "Петренко", "Олег Коваленко", "Коваль", "Ли", "Лю",
        "Лукашевич", "Лукаш Енко", "Lubitsch", "Любомир", "Путник", "Patton",
    ]:  # fmt: skip
        with subtests.test(typed):
            said = await first_line(desk, f"/who {typed}")
            assert "is not on record" in said, said
    for text in ["Who is guilty of it?", "was the party banned", "is a border crossing open", "the patent?"]:
        with subtests.test(text):
            assert (await first_line(desk, text)).startswith(("That is not on record", "Closest on record"))


async def test_of_two_that_sound_alike_none_is_chosen(desk):
    await put(desk, "Sergei Petrov", "Olga Petrova", "Natalia Bilyk", "Natalya Bilik")
    eve = desk.person(EVE)
    await eve.says("/who Петрова")
    assert "Did you mean" in eve.seen and set(buttons(eve.reply)) == {"Sergei Petrov", "Olga Petrova"}
    await eve.says("/who Наталія Білик")
    assert set(buttons(eve.reply)) == {"Natalia Bilyk", "Natalya Bilik"}
    await eve.says("What did Петрова say?")
    assert "Which one is meant?" in eve.seen
    assert set(buttons(eve.reply)) == {"Sergei Petrov", "Olga Petrova"}
    # What is written as on record comes first.
    await eve.says("/who Petrova")
    assert eve.seen.splitlines()[0] == "Olga Petrova"


async def test_one_word_that_may_be_another_persons_name_is_asked_about(desk, subtests):
    await put(desk, "Jürgen Müller", "Zofia Kowalczyk")
    for typed, name in [("Miller", "Jürgen Müller"), ("Kowalski", "Zofia Kowalczyk"), ("Lubińca", LUBINETS)]:
        with subtests.test(typed):
            assert f"Did you mean {name}?" in await whole(desk, f"/who {typed}")
            asked = await whole(desk, f"What did {typed} say?")
            assert "meant?" in asked or asked.startswith("That is not on record"), asked
    for typed in ("Mueller", "Kowalczykowi", "Мюллера"):
        with subtests.test(typed):
            assert (await first_line(desk, f"/who {typed}")) in ("Jürgen Müller", "Zofia Kowalczyk")


async def whole(desk: Desk, text: str) -> str:
    eve = desk.person(EVE)
    await eve.says(text)
    return " ".join(eve.seen.split())
