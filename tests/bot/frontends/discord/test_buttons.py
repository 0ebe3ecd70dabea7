"""The buttons under a message, and what is found behind them."""

from __future__ import annotations

import logging

import discord
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.frontends.discord.buttons import ID_LIMIT, LABEL_LIMIT, MOST, Buttons
from bot.frontends.shared.button_data import DIGEST
from bot.replies import Action, Note, PageNumber, Reply
from storage.domain.errors import BusyRecord, UnreadableRecord
from tests.bot.hostile import STRANGE

LONG = "/who " + "x" * 100
NOTE = (Note(text="some"),)


def reply(*actions: tuple[str, str], asks: str | None = None) -> Reply:
    made = tuple(Action(label=label, command=command) for label, command in actions)
    return Reply(blocks=NOTE, actions=made, asks=asks)


async def shown(record, asked: Reply) -> list[discord.ui.Button]:
    view = await Buttons(record).under(asked)
    return [] if view is None else [item for item in view.children if isinstance(item, discord.ui.Button)]


async def found(record, asked: Reply) -> list[tuple[str | None, str | None]]:
    """Return what stands on each button, and the command behind it."""
    buttons = await shown(record, asked)
    return [(each.label, await Buttons(record).command(each.custom_id or "")) for each in buttons]


async def test_a_reply_without_actions_has_no_buttons(record) -> None:
    assert await Buttons(record).under(Reply(blocks=NOTE)) is None


async def test_what_is_short_stands_in_the_button_and_the_rest_in_the_record(record) -> None:
    exactly = "/" + "x" * (ID_LIMIT - 1)
    asked = reply(
        ("More", " /who >E12 "),
        ("Long", LONG),
        ("Just", exactly),
        ("Words", "who?"),
        ("Lines", "/add x\nwho: y"),
        ("Marks", "/who \u202eabc"),
        ("Strange", "/who \x00"),
    )
    ids = [button.custom_id or "" for button in await shown(record, asked)]
    assert [ids[0], ids[2]] == ["/who >E12", exactly]
    assert all(DIGEST.fullmatch(each) for each in (ids[1], *ids[3:]))
    assert [command for _label, command in await found(record, asked)] == [
        "/who >E12", LONG, exactly, "who?", "/add x\nwho: y", "/who \u202eabc", "/who \x00"]  # fmt: skip


async def test_a_button_works_for_whoever_opens_the_record_later(record) -> None:
    (button,) = await shown(record, reply(("Long", LONG)))
    assert await Buttons(record).command(button.custom_id or "") == LONG


async def test_no_command_stands_behind_what_no_button_says(record, subtests: pytest.Subtests) -> None:
    for identity in ["", "#", "#xyz", "#0123456789abcdef", "#'; DROP TABLE button; --", "who", "\x00",
                 "#" + "0" * 99, "modal:/add", "#0123\n", "# 0"]:  # fmt: skip
        with subtests.test(identity=identity):
            assert await Buttons(record).command(identity) is None


async def test_no_two_buttons_of_a_message_say_the_same(record) -> None:
    asked = reply(("Who", "/who"), ("Who else", "/who "), ("Long", LONG), ("Longer", LONG))
    assert await found(record, asked) == [("Who", "/who"), ("Long", LONG)]


async def test_a_question_in_words_has_a_button_to_answer_it(record) -> None:
    asked = reply(("Skip", "/skip 1.2"), ("Say", "/answer #1.2"), asks="/answer #1.2")
    assert await found(record, asked) == [("Answer", "/answer #1.2"), ("Skip", "/skip 1.2")]
    assert (await shown(record, asked))[0].style is discord.ButtonStyle.primary
    assert await found(record, Reply(blocks=NOTE, asks="/answer #1.2")) == [("Answer", "/answer #1.2")]


WAYS = (("Skip", "/skip 1.2"), ("Back", "/back 1.2"), ("Cancel", "/cancel 1.2"))
CHOICES = tuple((f"No {number}", f"/choose 1.2 {number}") for number in range(60))


async def test_the_ways_on_and_out_stay_where_there_are_too_many(record, subtests: pytest.Subtests) -> None:
    for ways, asks in [
        (WAYS, "/answer #1.2"),
        (WAYS, None),
        ((("Confirm", "/confirm 1.2"), *WAYS[1:]), None),
    ]:
        with subtests.test(ways=ways, asks=asks):
            for before, behind in ((CHOICES, ways), (CHOICES[:24], ways), (ways, CHOICES)):
                asked = reply(*before, *behind, asks=asks)
                kept = await found(record, asked)
                assert len(kept) == min(MOST, len(before) + len(behind) + (asks is not None))
                assert [pair for pair in kept if pair in ways] == list(ways)
                # The rest are the first of the others, and all stand in their order.
                in_order = [pair for pair in (*before, *behind) if pair in kept]
                assert [pair for pair in kept if pair[0] != "Answer"] == in_order
                others = [pair for pair in kept if pair in CHOICES]
                assert others == list(CHOICES[: len(others)])


async def test_pages_are_turned_in_the_last_row(record) -> None:
    turns = (
        Action(label="Previous", command="/sources >+0.00000000", turn="previous"),
        Action(label="Next", command="/sources >+9.00000000", turn="next"),
    )
    others = tuple(Action(label=label, command=command) for label, command in CHOICES)
    asked = Reply(blocks=NOTE, actions=(*others, *turns), page=PageNumber(2, 5))
    view = await Buttons(record).under(asked)
    assert view is not None
    buttons = [item for item in view.children if isinstance(item, discord.ui.Button)]
    row = [button for button in buttons if button.row == 4]
    assert [(button.label, button.disabled) for button in row] == [
        ("« Previous", False), ("2/5", True), ("Next »", False),
    ]  # fmt: skip
    assert len(buttons) == 20 + 3


async def test_exactly_as_many_as_there_is_room_for_all_stay(record) -> None:
    assert await found(record, reply(*CHOICES[:MOST])) == list(CHOICES[:MOST])


async def test_rows_are_full_before_the_next_begins(record) -> None:
    view = await Buttons(record).under(reply(*CHOICES))
    assert view is not None and view.is_finished() and view.timeout is None
    assert [len(row["components"]) for row in view.to_components()] == [5] * 5


async def test_what_a_button_does_is_seen_by_its_colour(record, subtests: pytest.Subtests) -> None:
    for command, style in [
        ("/confirm 1.2", "success"),
        ("/approve D1", "success"),
        ("/cancel 1.2", "danger"),
        ("/reject D1", "danger"),
        ("/cancelled", "secondary"),
        ("/who", "secondary"),
        ("confirm", "secondary"),
    ]:
        with subtests.test(command=command):
            (button,) = await shown(record, reply(("x", command)))
            assert button.style is discord.ButtonStyle[style]


async def test_labels_are_one_short_line(record, subtests: pytest.Subtests) -> None:
    for label, expected in [
        ("a\nb\t c", "a b c"), ("\u202egnp.exe", "gnp.exe"), ("\x00\x07", "…"), ("   ", "…"),
        ("x" * 80, "x" * 80), ("x" * 81, "x" * 79 + "…"), ("x" * 78 + " yz", "x" * 78 + "…"),
        ("<@1> **b** `c`", "<@1> **b** `c`"),
    ]:  # fmt: skip
        with subtests.test(label=label):
            assert await found(record, reply((label, "/who"))) == [(expected, "/who")]


@pytest.mark.parametrize("error", [BusyRecord("busy"), UnreadableRecord("broken")])
async def test_a_button_that_cannot_be_kept_is_left_out(record, monkeypatch, caplog, error) -> None:
    async def broken(_command: str, **_until: str | None) -> str:
        raise error

    caplog.set_level(logging.INFO)
    monkeypatch.setattr(record.buttons, "button", broken)
    asked = reply(("Who", "/who"), ("Long", LONG), ("When", "/when"))
    assert await found(record, asked) == [("Who", "/who"), ("When", "/when")]
    assert await Buttons(record).under(reply(("Long", LONG))) is None
    assert "a button was left out" in caplog.text and "xxx" not in caplog.text


texts = st.text(min_size=1, max_size=150) | st.sampled_from([text for text in STRANGE if text])
commands = st.builds("{}{}".format, st.sampled_from(["/", "/who ", "/cancel ", "#", ""]), texts)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(texts, commands), max_size=40), st.booleans())
async def test_whatever_a_reply_offers_is_within_what_discord_takes(record, actions, asking) -> None:
    # Halves of characters are no text: a reply cannot hold any.
    actions = [tuple(text.encode(errors="replace").decode() for text in pair) for pair in actions]
    buttons = await shown(record, reply(*actions, asks="/answer #1.2" if asking else None))
    ids = [button.custom_id or "" for button in buttons]
    assert len(ids) == len(set(ids)) <= MOST
    for button in buttons:
        assert 1 <= len(button.custom_id or "") <= ID_LIMIT
        assert 1 <= len((button.label or "").strip()) <= LABEL_LIMIT
        assert await Buttons(record).command(button.custom_id or "") is not None
    if len(actions) < MOST:
        wanted = list(dict.fromkeys(command.strip() for _label, command in actions))
        behind = [await Buttons(record).command(identity) for identity in ids[asking:]]
        assert behind == [command for command in wanted if not asking or command != "/answer #1.2"]
