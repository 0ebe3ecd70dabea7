"""The menu of statements under a list: within Discord's limits, and no statement without its word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.frontends.discord.buttons import Buttons
from bot.frontends.discord.messages.fact_menu import ID, chosen
from bot.replies import Action, Line, Reply
from tests.bot.hostile import STRANGE
from tests.bot.scripted import CITED

MENU = 3


def line(number: int | None, text: str = "Ann says so", **more: Any) -> Line:
    return Line(text=text, citations=CITED, fact=number, **more)


async def rows(record, *blocks: Line, actions: tuple[Action, ...] = (), **more: Any) -> list[list[Any]]:
    view = await Buttons(record).under(Reply(blocks=blocks, actions=actions, **more))
    return [] if view is None else [row["components"] for row in view.to_components()]


async def test_each_statement_of_a_list_can_be_opened(record) -> None:
    listed = (line(7), line(7, "also stated by Bob"), line(9, "Bob denies *it*", mark="denied by Ann, F7"))
    ((menu,), buttons) = await rows(record, *listed, actions=(Action(label="More", command="/who >8"),))
    assert menu["custom_id"] == ID and [button["label"] for button in buttons] == ["More"]
    assert [(each["value"], each["label"], each["description"]) for each in menu["options"]] == [
        ("F7", "F7 Ann says so", "[1]"),
        ("F9", "F9 Bob denies *it*", "[1] — denied by Ann, F7"),
    ]
    assert chosen({"custom_id": ID, "values": ["F9"]}) == "/fact F9"
    assert chosen({"custom_id": "/who", "values": []}) is chosen({"custom_id": ID}) is None


async def test_there_is_none_where_nothing_is_to_be_chosen(record, subtests: pytest.Subtests) -> None:
    confirm = (Action(label="Confirm", command="/confirm 1.2"),)
    cases: list[tuple[str, tuple[Line, ...], dict[str, Any]]] = [
        ("one statement", (line(7), line(7)), {}),
        ("roles alone", (line(None), line(None)), {}),
        ("a question", (line(7), line(9)), {"asks": "/answer #1.2"}),
        ("a preview", (line(7), line(9)), {"actions": confirm}),
    ]
    for name, blocks, more in cases:
        with subtests.test(name=name):
            shown = await rows(record, *blocks, **more)
            assert not [part for row in shown for part in row if part["type"] == MENU]


texts = st.text(min_size=1, max_size=300) | st.sampled_from([text for text in STRANGE if text])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(texts, texts), min_size=2, max_size=40), st.integers(0, 40))
async def test_whatever_is_listed_the_menu_and_the_buttons_are_within_the_limits(record, told, count) -> None:
    told = [tuple(text.encode(errors="replace").decode() for text in pair) for pair in told]
    listed = [line(number, text, mark=mark) for number, (text, mark) in enumerate(told, 1)]
    actions = tuple(Action(label=f"{n}", command=f"/fact F{n}") for n in range(count))
    first, *others = await rows(record, *listed, actions=actions)
    (menu,) = first
    assert len(others) <= 4 and all(1 <= len(row) <= 5 for row in others)
    assert 2 <= len(menu["options"]) <= 25 and len({each["value"] for each in menu["options"]}) == len(
        menu["options"]
    )
    for each in menu["options"]:
        assert 1 <= len(each["label"]) <= 100 and 1 <= len(each["description"]) <= 100
        assert "\n" not in each["label"] + each["description"]
