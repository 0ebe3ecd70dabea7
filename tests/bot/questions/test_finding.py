"""What is found for a question: facts by their words and by meaning, the verdict, and what may be shown."""

from __future__ import annotations

import pytest

from bot.questions import finding, verdict, wording
from bot.questions.finding import MOST_CLOSE, MOST_SHOWN, Finding, find
from bot.questions.subject import subject_of
from bot.questions.verdict import Model, Verdict
from storage.record import Record
from storage.search.filling import Filler
from tests.storage.search.meaning import FakeModel


def always(judged: Verdict) -> Model:
    """Return a model that judges all alike."""
    bounds = {Verdict.ON_RECORD: (0.0, 0.0), Verdict.CLOSE: (0.0, 1.0), Verdict.NOT_ON_RECORD: (1.0, 1.0)}
    return Model(0.0, {}, *bounds[judged])


@pytest.fixture
def judging(monkeypatch: pytest.MonkeyPatch):
    def judge(judged: Verdict) -> None:
        monkeypatch.setattr(verdict, "model", lambda **_which: always(judged))

    return judge


async def ask(record: Record, text: str) -> Finding:
    story = (await record.stories.all())[0]
    question = wording.read(text)
    return await find(record, story, question, await subject_of(record, story.id, question))


async def test_under_a_denial_no_fact_is_shown_though_candidates_are_there_for_scripts(record, judging):
    judging(Verdict.NOT_ON_RECORD)
    found = await ask(record, "Which court issued a warrant?")
    assert found.near
    assert found.shown == ()
    assert found.answering == ()


async def test_what_answers_is_shown_first_then_what_is_near(record, judging):
    judging(Verdict.ON_RECORD)
    found = await ask(record, "Which court issued a warrant?")
    assert found.verdict is Verdict.ON_RECORD
    assert found.answering
    assert found.shown[: len(found.answering)] == found.answering
    assert len(found.shown) <= MOST_SHOWN
    assert "warrant" in found.answering[0].statement


async def test_what_is_close_is_shown_and_answers_nothing(record, judging):
    judging(Verdict.CLOSE)
    found = await ask(record, "Which court issued a warrant?")
    assert found.answering == ()
    assert 0 < len(found.shown) <= MOST_CLOSE


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("What did PACE call for?", Verdict.ON_RECORD),
        # Someone on record of whom the facts found do not tell.
        ("Did Putin attend the New Year's Eve party?", Verdict.CLOSE),
        ("How many people issued a warrant?", Verdict.CLOSE),
    ],
)
async def test_without_the_name_or_the_kind_of_thing_asked_for_it_is_at_best_close(
    record, judging, text, judged
):
    judging(Verdict.ON_RECORD)
    assert (await ask(record, text)).verdict is judged


@pytest.mark.parametrize("text", ["", "?", "😀", "xyzzy plugh", "a" * 4_096, "NEAR/3 OR AND *"])
async def test_what_finds_nothing_is_not_on_record(record, text):
    assert (await ask(record, text)).verdict is not Verdict.ON_RECORD


async def test_meaning_finds_what_words_do_not_and_words_serve_where_there_are_no_vectors(
    record, tmp_path, monkeypatch
):
    model = FakeModel()
    await record.database.backup(tmp_path / "copy.db")
    with_vectors = await Record.open(tmp_path / "copy.db", embedder=lambda: model)
    try:
        await Filler(with_vectors.database, with_vectors.vectors).fill()
        # No word of it is on record, but runs of letters are.
        text = "unwarranted copresidents nonattendees"
        assert (await ask(record, text)).near == ()
        assert len((await ask(with_vectors, text)).near) > MOST_SHOWN

        async def crowded(_text: str) -> None:
            return None

        monkeypatch.setattr(with_vectors.vectors, "query", crowded)
        alone = await ask(with_vectors, "Which court issued a warrant?")
        assert [each.fact.id for each in alone.near] == [
            each.fact.id for each in (await ask(record, "Which court issued a warrant?")).near
        ]
    finally:
        await with_vectors.close()


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("Is Putin meant by that?", Verdict.CLOSE),
        ("Are 2,400 meant by that?", Verdict.CLOSE),
        ("Are 2,500 meant by that?", Verdict.NOT_ON_RECORD),
        ("Are children meant by that?", Verdict.NOT_ON_RECORD),
    ],
)
async def test_what_a_fact_holds_by_name_or_number_is_never_denied(record, judging, text, judged):
    judging(Verdict.NOT_ON_RECORD)
    assert (await ask(record, text)).verdict is judged


async def test_while_vectors_are_made_nothing_is_denied_that_words_find(record, tmp_path, judging):
    await record.database.backup(tmp_path / "copy.db")
    half_made = await Record.open(tmp_path / "copy.db", embedder=FakeModel)
    try:
        judging(Verdict.NOT_ON_RECORD)
        for made in (0, 5):
            await half_made.vectors.ready()
            if made:
                await Filler(half_made.database, half_made.vectors).fill()
                async with half_made.database.transaction() as tx:
                    await tx.run(
                        "UPDATE fact_vector SET waiting = 1, vector = NULL, model = NULL WHERE fact_id > ?",
                        (made,),
                    )
            found = await ask(half_made, "Which court issued a warrant?")
            assert found.verdict is Verdict.CLOSE
            assert "warrant" in found.near[0].fact.statement
    finally:
        await half_made.close()


def test_the_models_know_their_features_and_deny_less_than_they_are_sure_of():
    for own in (True, False):
        for meant in (True, False):
            model = verdict.model(own=own, meant=meant)
            assert 0 < model.close_from < model.sure_from < 1
            assert model.weights
            assert ("meaning" in model.weights) is meant
    assert finding.NEARLY > 0
