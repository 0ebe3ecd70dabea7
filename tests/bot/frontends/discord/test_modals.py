"""Modals as modals: within what Discord takes, and read back as they were filled in."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import commands
from bot.commands.dialogue.forms import form_of
from bot.commands.dialogue.modals import MORE
from bot.frontends.discord.modals import key_of, rendered, values_of
from bot.replies import Modal, ModalField
from tests.bot.desk import ANN
from tests.bot.filling_in import draft, fact, opened
from tests.bot.hostile import STRANGE

LABEL, TEXT_INPUT = 18, 4


def sent(modal: Modal) -> dict[str, Any]:
    """Return the modal as Discord gets it, once sure that Discord takes it."""
    data = rendered(modal).to_dict()
    assert 1 <= len(data["custom_id"]) <= 100
    assert 1 <= len(data["title"]) <= 45
    assert 1 <= len(data["components"]) <= 5
    for label in data["components"]:
        assert label["type"] == LABEL and label["component"]["type"] == TEXT_INPUT
        assert 1 <= len(label["label"]) <= 45 and len(label.get("description") or "") <= 100
        field = label["component"]
        assert 1 <= len(field["custom_id"]) <= 100
        assert len(field.get("value") or "") <= field["max_length"] <= 4000
        # A text in one line could not be shown with its breaks.
        assert field["style"] == 2 or "\n" not in (field.get("value") or "")
    inputs = [label["component"]["custom_id"] for label in data["components"]]
    assert len(set(inputs)) == len(inputs)
    return data


def filled_in(data: dict[str, Any], **values: str) -> list[dict[str, Any]]:
    """Return a modal as it comes back: with its values, but for those that somebody has typed."""
    return [
        {
            "type": LABEL,
            "id": number,
            "component": {
                "type": TEXT_INPUT,
                "id": 10 + number,
                "custom_id": label["component"]["custom_id"],
                "value": values.get(label["component"]["custom_id"], label["component"].get("value") or ""),
            },
        }
        for number, label in enumerate(data["components"], 1)
    ]


async def modals_of(desk) -> dict[str, Modal]:
    """Return every modal that the dispatcher can give, by the command that opens it."""
    ann = await desk.moderator()
    number = await draft(desk)
    await ann.tells("/retract F6 Wrong", "[Confirm]", "/add")
    texts = {name: f"/{name} F5" for name in ("correct", "attribute", "retract", "supersede")}
    texts |= {name: f"/{name} {number}" for name in ("reject", "edit")}
    texts |= {"restore": "/restore F6", "source": "/source S1", "entity": "/entity Dmytro Lubinets"}
    having = {command.name for command in commands if (form := form_of(command)) is not None and form.modal}
    modals = {name: await opened(ann, texts.get(name, f"/{name}")) for name in (*sorted(having), "answer")}
    assert all(isinstance(modal, Modal) for modal in modals.values()), modals
    assert await desk.record.dialogues.find(ANN, ANN) is not None
    return modals


async def test_every_modal_is_a_modal_and_comes_back_as_it_was_shown(desk) -> None:
    for name, modal in (await modals_of(desk)).items():
        data = sent(modal)
        labels = [label["label"] for label in data["components"]]
        assert len(set(labels)) == len(labels), name
        assert key_of(data["custom_id"]) == modal.key
        expected = {field.name: field.value for field in modal.fields}
        assert values_of(filled_in(data)) == expected, name
        needed = [label["component"]["required"] for label in data["components"]]
        assert needed == [field.required for field in modal.fields], name


async def test_a_fact_of_much_text_is_a_modal_too(desk) -> None:
    ann = await desk.moderator()
    await ann.tells(f"/correct F5\nstatement: {'word ' * 700}", "[Yes]", "Because", "[Confirm]")
    assert len((await fact(desk)).statement) > 3000, ann.seen
    modal = await opened(ann, "/correct F5")
    data = sent(modal)
    assert values_of(filled_in(data))["statement"] == (await fact(desk)).statement


def test_what_somebody_fills_in_is_read_whole(subtests: pytest.Subtests) -> None:
    for field in ["", MORE, "who"]:
        with subtests.test(field=field):
            data = sent(
                Modal("/add", "/add", (ModalField(field, "Label", "old", long=True), ModalField("at", "At")))
            )
            name = data["components"][0]["component"]["custom_id"]
            for text in ("", " a\n b ", "x" * 4000, *STRANGE):
                assert values_of(filled_in(data, **{name: text})) == {field: text, "at": ""}


@given(
    st.builds(
        ModalField,
        st.sampled_from(["", "who", "statement"]),
        st.text(min_size=1, max_size=100).filter(lambda text: text.strip()),
        st.text(max_size=5000),
        st.text(max_size=300),
        required=st.booleans(),
        long=st.just(value=True),
        limit=st.just(4000),
    ),
    st.text(min_size=1, max_size=120).filter(lambda text: text.strip()),
    st.text(min_size=1, max_size=90),
)
def test_whatever_a_modal_holds_its_modal_is_within_the_limits(
    field: ModalField, title: str, key: str
) -> None:
    data = sent(Modal(key, title, (field,)))
    assert key_of(data["custom_id"]) == key
    assert values_of(filled_in(data)) == {field.name: field.value[:4000]}


def test_a_hint_is_left_out_where_there_is_none() -> None:
    data = sent(Modal("/add", "/add", (ModalField("who", "Who"), ModalField("at", "At", hint="place " * 40))))
    first, second = (label.get("description") for label in data["components"])
    assert first is None and second.endswith("…")


async def test_the_library_keeps_nothing_of_a_modal() -> None:
    assert rendered(Modal("/add", "/add", (ModalField("who", "Who"),))).is_finished()


def test_other_custom_ids_are_no_modals(subtests: pytest.Subtests) -> None:
    for identity in ["", "modal", "/add", "#0123456789abcdef", "Modal:/add", " modal:/add"]:
        with subtests.test(identity=identity):
            assert key_of(identity) is None


def test_other_shapes_of_what_comes_back(subtests: pytest.Subtests) -> None:
    cases: list[tuple[list[Any], dict[str, str]]] = [
        ([], {}),
        ([{"type": 1, "components": [{"type": 4, "custom_id": "who", "value": "Ann"}]}], {"who": "Ann"}),
        ([{"type": 10, "id": 1}], {}),
        ([{"type": LABEL, "component": {"type": 4, "custom_id": "text"}}], {"": ""}),
        ([{"type": LABEL, "component": None}], {}),
    ]
    for components, values in cases:
        with subtests.test(components=components):
            assert values_of(components) == values


def test_styles() -> None:
    shown = rendered(
        Modal("/add", "/add", (ModalField("a", "A", long=True), ModalField("b", "B", required=True)))
    )
    fields = [item.component for item in shown.children if isinstance(item, discord.ui.Label)]
    assert [getattr(field, "style", None) for field in fields] == [
        discord.TextStyle.paragraph,
        discord.TextStyle.short,
    ]
