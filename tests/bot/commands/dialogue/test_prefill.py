"""From a proposed fact back to texts: they propose the very same change again, whatever was filled in."""

import asyncio
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands import commands
from bot.commands.dialogue.forms import Filled
from bot.commands.dialogue.prefill import texts_of
from bot.commands.editing.propose import ADDING, propose
from bot.parsing.stances import stance_of
from bot.requests import Request, Role
from storage.domain.changes import Publish
from storage.record import Record
from tests.bot.desk import ANN, Desk, Moments
from tests.conftest import examples

STORY = 1
WORDS = st.text("abc XYZ éЖ中 <>&'\"“”()[]{}:;,.-–¶0123456789#@/\\", min_size=1, max_size=40).map(
    lambda text: " ".join(text.split())
)
LINE = WORDS.filter(lambda text: text and text.casefold() != "none")
# Names on record, and new ones; as they are typed after a question back.
PEOPLE = st.sampled_from(
    ["=putin", "=lubinets", "=nam", "Putin", "+person Ann Smith", "+organisation The <Guild>"]
)
PLACES = st.sampled_from(["=belarus", "=russia", "Belarus", "+place Tarrow Bridge", "+place X"])
SOURCES = st.sampled_from(["S1", "S5", "s 3", "+ A report: on bridges", "+ https://example.org/a?b=c#d"])
DATES = st.sampled_from(
    ["2024-01-04", "2024-02", "2023", "18 July", "2023-07-18?", "XXXX-07-18", "5 May 2021"]
)
COUNTS = st.sampled_from(["boats", "of guests", "children from 6 schools", "km/h"])
NUMBER = st.one_of(
    st.integers(0, 10**12), st.floats(0, 10**9).map(lambda value: round(value, 4)), st.just(2_100_000)
)
QUALIFIER = st.sampled_from(["", "at least ", "about ", "up to "])

ANY_STANCE = [None, "", "denies", "Alleges", "supports"]
# Cues with the stances that go with each; where a cue leaves it in doubt there has to be one.
STANCES = {
    "said that": [None, "", "Alleges", "supports", "asserts"],
    "denied that": [None, "", "denies"],
    "did not deny that": ["denies", "Alleges", "asserts"],
    "x: y": ["denies", "supports", "asserts"],
}


def several(one):
    return st.lists(one, min_size=1, max_size=3, unique=True).map("; ".join)


@st.composite
def figures(draw):
    """Return lines as moderators type them."""
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            number = f"“{draw(st.sampled_from(['hundreds', 'a few', 'dozens']))}”"
        else:
            ends = draw(st.lists(NUMBER, min_size=1, max_size=2))
            number = " to ".join(map(str, sorted(ends)))
        lines.append(f"{draw(QUALIFIER)}{number} {draw(COUNTS)}")
    return "\n".join(lines)


@st.composite
def filled(draw):
    """Return the texts of a form, some of them skipped."""

    def maybe(strategy):
        return draw(st.none() | st.just("") | strategy)

    source = draw(SOURCES)
    cue = draw(st.none() | st.sampled_from(["", *STANCES]))
    stances = STANCES.get(cue or "", ANY_STANCE)
    texts = {
        "statement": draw(LINE), "source": source,
        "who": maybe(PEOPLE), "cue": cue, "stance": draw(st.sampled_from(stances)), "at": maybe(LINE),
        "quote": maybe(LINE), "said": maybe(DATES), "when": maybe(DATES), "occasion": maybe(LINE),
        "note": maybe(LINE), "where": maybe(several(PLACES)), "about": maybe(several(PEOPLE)),
        "figure": maybe(figures()), "contradicts": maybe(st.sampled_from(["F5", "F5 F9", "f9, F10"])),
        "supports": maybe(st.sampled_from(["F20", "F21, F22"])), "question": maybe(LINE),
    }  # fmt: skip
    if source.startswith("+"):
        texts |= {
            "publisher": maybe(LINE), "author": maybe(LINE), "published": maybe(DATES),
            "kind": maybe(st.sampled_from(["study", "post"])), "via": maybe(st.sampled_from(["S1", "S2"])),
        }  # fmt: skip
    if "https" in source:
        texts["title"] = draw(LINE.filter(lambda text: "://" not in text))
    return {name: text for name, text in texts.items() if text is not None}


@pytest.fixture(scope="module")
def context_and_runner(stocked, tmp_path_factory):
    """Return a context of /add by a moderator; one record serves all examples, for nothing is stored."""
    path = tmp_path_factory.mktemp("retelling") / "record.db"
    shutil.copyfile(stocked, path)
    with asyncio.Runner() as runner:
        record = runner.run(Record.open(path, clock=Moments()))
        desk = Desk(record, Moments())
        request = Request("/add", ANN, ANN, role=Role.MODERATOR)
        story = runner.run(record.stories.by_id(STORY))
        context = desk.dispatcher._context(request, commands.find("add"), Role.MODERATOR, story, None)
        yield context, runner
        runner.run(record.close())


def told_by(form):
    return stance_of(form.texts.get("cue"))


@pytest.mark.at_length
@settings(max_examples=examples(200))
@given(texts=filled())
def test_a_change_retold_is_proposed_again_as_it_was(context_and_runner, texts):
    context, runner = context_and_runner

    async def check():
        form = Filled(STORY, dict(texts))
        # What is given passes the form's own checks, as in the dialogue.
        for field in ADDING.fields(form):
            if form.text(field.name):
                await field.check(context, form, form.text(field.name))
        change = (await propose(context, form)).change
        assert isinstance(change, Publish)
        retold = await texts_of(context, change)
        again = Filled(STORY, dict(retold))
        for field in ADDING.fields(again):
            assert again.text(field.name) or not field.required, field.name
            if again.text(field.name):
                await field.check(context, again, again.text(field.name))
        # What the cue tells is left out: it would stand in the way of another cue.
        assert ("stance" in again.texts) is (change.fact.attributions[0].stance is not told_by(again))
        assert (await propose(context, again)).change == change
        # And there is nothing beside the form's own fields that would be lost in the dialogue.
        assert set(again.texts) <= {field.name for field in ADDING.fields(again)}
        assert again.texts.keys() == retold.keys()

    runner.run(check())
