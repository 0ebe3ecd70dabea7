"""Modals with hostile values and forged keys: nothing is smuggled through one."""

from tests.bot.desk import ANN, assert_short, buttons
from tests.bot.filling_in import fact, fills


async def test_no_line_break_in_a_value_begins_a_header_line(desk, subtests):
    ann = await desk.moderator()
    for apart in ["\n", "\r", "\r\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1e", "\n\n"]:
        with subtests.test(apart=apart):
            await fills(
                ann, "/add", source="S1", statement=f"The bridge is closed{apart}urgent: yes",
                who=f"Lubinets{apart}cue: denied that",
            )  # fmt: skip
            assert "The bridge is closed" not in ann.seen
            assert buttons(ann.reply)[0].startswith("Dmytro Lubinets") or "New person" in " ".join(
                buttons(ann.reply)
            )
            dialogue = await desk.record.dialogues.find(ANN, ANN)
            assert dialogue.state["texts"]["statement"] == "The bridge is closed urgent: yes"
            assert dialogue.state["texts"].keys() <= {"statement", "source", "who"}


async def test_a_statement_that_looks_like_something_else_stays_a_statement(desks, subtests):
    for statement in [
        "who: the court",
        "/cancel",
        "statement: reason: x",
        ": x",
        "D1 >5",
        "when:",
        "Note: it is closed >F5",
    ]:
        with subtests.test(statement=statement):
            async with desks() as desk:
                ann = await desk.moderator()
                await fills(ann, "/correct F5 r1", statement=statement, reason="A slip")
                await ann.tells("[Yes]", "[Confirm]")
                assert (await fact(desk)).statement == statement
                await fills(ann, "/add", statement=statement, source="S1")
                await ann.presses("Confirm")
                (made,) = await desk.record.listings.latest(1, limit=1)
                assert made.statement == statement


async def test_further_lines_are_header_lines_and_nothing_else(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for more, told in [
        ("hello", "not understood"),
        ("hello\nwhen: 2024", "not understood"),
        ("whn: 2024", "when"),
        ("statement: twice", "given twice"),
        ("when: 2024\nwhen: 2025", "given twice"),
    ]:
        with subtests.test(more=more):
            assert_short(await fills(ann, "/add", statement="x", source="S1", more=more), told)
            assert desk.kept() == before and await desk.record.dialogues.find(ANN, ANN) is None


FORGED = [
    "", "/", "hello", "/who", "/confirm", "/appoint telegram:66", "/approve D1", "/undo", "/nope F5",
    "/correct", "/correct F5", "/correct F5 r99", "/correct F5 r0", "/correct F5 r999999999",
    "/correct F5 #0a0b0c0d", "/correct F5 r1 r1", "/correct F5 r1\nwhen: 2024", "/correct F999 r1",
    "/add x", "/reject D1 r1", "/edit", "/source S1", "/source S1 r1", "/entity", "/answer x",
    "/answer #9.9", "/answer", "x" * 5000,
]  # fmt: skip


async def test_forged_keys_change_nothing(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for key in FORGED:
        with subtests.test(key=key):
            values = {"text": "x", "statement": "x", "reason": "x", "title": "x", "name": "x", "odd": "x"}
            assert_short(await fills(ann, key, **values))
            assert desk.kept() == before and await desk.record.dialogues.find(ANN, ANN) is None


async def test_long_values_are_refused_with_what_may_be(desk):
    ann = await desk.moderator()
    assert_short(await fills(ann, "/add", statement="x" * 4001, source="S1"), "at most 4000")
    await fills(ann, "/add", statement="The bridge is closed", cue="x" * 501, source="S1")
    assert "at most 500" in ann.seen
