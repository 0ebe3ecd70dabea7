"""Vectors of facts: made by the filler, never of words that a fact no longer holds, found by the nearest."""

from __future__ import annotations

import asyncio

import pytest

from storage.domain.changes import MergeEntity, PutEntity, PutSource, TakeDown
from storage.domain.entries import EntityEntry, SourceEntry
from storage.domain.errors import BusyRecord
from storage.domain.models import Ground
from storage.record import Record
from storage.search import filling as filler
from storage.search import vectors
from storage.search.embedding import NoModel
from storage.search.fact_texts import texts_of
from storage.search.filling import Filler, filling
from tests.conftest import PATIENCE
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import ANN, publish, retract, revise, supersede
from tests.storage.search.meaning import FakeModel

WET, DRY, WINDY = "it rained on the hills", "the fields were dry", "wind took a roof"


async def opened(path, model=None) -> Record:
    model = model or FakeModel()
    return await Record.open(path, clock=Ticking(), embedder=lambda: model)


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
async def weather(path, tmp_path, model):
    """Three facts with vectors: F1, F2, F3."""
    record = await opened(path, model)
    await put(record, tmp_path, fact("a", WET), fact("b", DRY), fact("c", WINDY))
    assert await fill(record)
    yield record
    await record.close()


async def fill(record: Record) -> bool:
    return await Filler(record.database, record.vectors).fill()


async def found(record: Record, text: str, *, limit: int = 10) -> list[int]:
    vector = await record.vectors.query(text)
    nearness = await record.vectors.nearest(vector, story_id=1, limit=limit)
    return [fact_id for fact_id, _ in nearness.hits]


async def held(record: Record) -> list[int]:
    """Return the facts of which the record holds a vector."""
    rows = await record.database.read(
        "SELECT fact_id FROM fact_vector WHERE vector IS NOT NULL ORDER BY fact_id"
    )
    return [row[0] for row in rows]


async def test_the_nearest_fact_comes_first_with_how_all_lie(weather):
    vector = await weather.vectors.query("it rained on hills")
    nearness = await weather.vectors.nearest(vector, story_id=1, limit=2)
    assert [fact_id for fact_id, _ in nearness.hits] == [1, 2]
    assert nearness.count == 3
    of_all = await weather.vectors.cosines(vector, [1, 2, 3, 99])
    assert list(of_all) == [1, 2, 3]
    assert dict(nearness.hits) == pytest.approx({1: of_all[1], 2: of_all[2]}, abs=1e-5)
    mean = sum(of_all.values()) / 3
    assert nearness.mean == pytest.approx(mean, abs=1e-5)
    deviation = (sum((cosine - mean) ** 2 for cosine in of_all.values()) / 3) ** 0.5
    assert nearness.deviation == pytest.approx(deviation, abs=1e-5)


async def test_a_vector_is_the_mean_of_what_a_fact_says(weather):
    known = await weather.facts.find(1)
    assert texts_of(known) == [WET, f"News. Ann said that {WET}"]
    rows = FakeModel().passages(texts_of(known))
    mean = rows.mean(axis=0)
    cosines = await weather.vectors.cosines(mean / (mean @ mean) ** 0.5, [1])
    assert cosines[1] == pytest.approx(1, abs=1e-3)


async def test_a_story_finds_only_its_own(weather, tmp_path):
    await put(weather, tmp_path, fact("a", WET), story="elsewhere")
    await fill(weather)
    vector = await weather.vectors.query(WET)
    elsewhere = await weather.vectors.nearest(vector, story_id=2, limit=9)
    assert [fact_id for fact_id, _ in elsewhere.hits] == [4]
    assert await found(weather, WET) == [1, 2, 3]


async def test_a_corrected_fact_has_no_vector_until_it_has_one_of_its_new_words(weather):
    assert (await found(weather, WET))[0] == 1
    await revise(weather, 1, statement="all was quiet")
    assert await held(weather) == [2, 3]
    assert 1 not in await found(weather, WET)
    await fill(weather)
    assert (await found(weather, "all was quiet"))[0] == 1


async def test_what_is_retracted_is_found_no_more_until_it_is_restored(weather):
    await found(weather, WET)
    await retract(weather, 1)
    await fill(weather)
    assert await held(weather) == [2, 3]
    assert sorted(await found(weather, WET)) == [2, 3]
    assert await weather.vectors.missing(1, 9) == 0
    await weather.ledger.undo(by=ANN, story_id=1, within_minutes=60)
    await fill(weather)
    assert (await found(weather, WET))[0] == 1


async def test_what_is_superseded_is_found_no_more(weather):
    await publish(weather, "d", "it snowed on the hills")
    await supersede(weather, 1, "d")
    await fill(weather)
    assert await held(weather) == [2, 3, 4]
    assert (await found(weather, WET))[0] == 4


async def test_words_that_are_taken_down_leave_no_vector(weather):
    await found(weather, WET)
    vector = (await weather.database.read("SELECT vector FROM fact_vector WHERE fact_id = 1"))[0][0]
    change = TakeDown(story_id=1, subject="F1", ground=Ground.SAFETY)
    await weather.ledger.make(change, by=ANN)
    assert await held(weather) == [2, 3]
    await fill(weather)
    assert await held(weather) == [2, 3]
    assert sorted(await found(weather, WET)) == [2, 3]
    await weather.close()
    assert not [each for each in weather.database.path.parent.iterdir() if vector in each.read_bytes()]


async def test_a_source_that_is_taken_down_leaves_vectors_of_what_is_left(weather, model):
    await weather.ledger.make(TakeDown(story_id=1, subject="S1", ground=Ground.PRIVACY), by=ANN)
    assert await held(weather) == []
    model.given.clear()
    await fill(weather)
    assert await held(weather) == [1, 2, 3]
    assert not [text for text in model.given if "News" in text]


async def test_a_new_name_or_title_makes_vectors_anew_and_the_old_ones_serve_meanwhile(weather, model):
    await publish(
        weather, "d", "it snowed", attributions=[{"speaker": "Bo Rain", "source": {"title": "News"}}]
    )
    await fill(weather)
    ann = (await weather.database.read("SELECT ref, name, kind FROM entity WHERE name = 'Ann'"))[0]
    news = (await weather.database.read("SELECT ref, title, kind FROM source"))[0]
    renamed = EntityEntry(ref=ann["ref"], name="Ann Cloud")
    retitled = SourceEntry(ref=news["ref"], title="The Gauge", kind=news["kind"])
    for change, new, facts in (
        (PutEntity(story_id=1, entity=renamed, expected=shown(ann)), "Ann Cloud", 3),
        (PutSource(story_id=1, source=retitled, expected=shown(news)), "The Gauge", 4),
        (MergeEntity(story_id=1, entity_id=1, into_id=2), "Bo Rain said that", 3),
    ):
        await weather.ledger.make(change, by=ANN)
        assert await weather.vectors.missing(1, 9) == facts
        assert await held(weather) == [1, 2, 3, 4]
        model.given.clear()
        await fill(weather)
        assert await weather.vectors.missing(1, 9) == 0
        assert sum(new in text for text in model.given) >= facts


async def test_vectors_of_another_model_are_made_anew(weather, path):
    await weather.close()
    other = FakeModel("fake 2")
    again = await opened(path, other)
    assert await again.vectors.ready()
    assert await found(again, WET) == []
    assert await fill(again)
    assert (await found(again, WET))[0] == 1
    assert len([text for text in other.given if text == WET]) == 3
    rows = await again.database.read("SELECT DISTINCT model FROM fact_vector")
    assert [row[0] for row in rows] == [again.vectors.model]
    await again.close()


async def test_what_was_not_made_before_the_end_is_made_after_a_start(path, tmp_path, monkeypatch):
    monkeypatch.setattr(filler, "BATCH", 2)
    record = await opened(path)
    await put(record, tmp_path, *(fact(f"f{number}", f"{WET} {number}") for number in range(7)))
    steps = []

    def told(made: int) -> None:
        steps.append(made)
        if len(steps) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await Filler(record.database, record.vectors).fill(told)
    # The newest are made first.
    assert await held(record) == [4, 5, 6, 7]
    await record.close()
    again = await opened(path)
    assert await fill(again)
    assert await held(again) == [1, 2, 3, 4, 5, 6, 7]
    await again.close()


async def test_a_fact_that_is_corrected_while_its_vector_is_made_gets_that_of_its_new_words(path, tmp_path):
    record = await opened(path)
    await put(record, tmp_path, fact("a", WET))
    writing = Filler._write

    async def overtaken(self, numbers, made):
        await revise(record, 1, statement=DRY)
        monkeypatch.setattr(Filler, "_write", writing)
        await writing(self, numbers, made)

    monkeypatch = pytest.MonkeyPatch()
    with monkeypatch.context():
        monkeypatch.setattr(Filler, "_write", overtaken)
        await fill(record)
    vector = await record.vectors.query(DRY)
    cosines = await record.vectors.cosines(vector, [1])
    assert cosines[1] > 0.6
    await record.close()


async def test_another_process_that_changes_and_fills_is_seen(weather, path, tmp_path):
    assert (await found(weather, WET))[0] == 1
    other = await opened(path)
    await put(other, tmp_path, fact("d", "it rained on the hills again"))
    await retract(other, 1)
    assert 1 not in await found(weather, WET)
    await fill(other)
    assert (await found(weather, WET))[0] == 4
    await other.close()


async def test_of_two_processes_one_fills_and_the_other_waits_for_it(path, tmp_path, monkeypatch):
    monkeypatch.setattr(filler, "BATCH", 2)
    monkeypatch.setattr(filler, "OTHERS", 0.001)
    models = FakeModel(), FakeModel()
    records = [await opened(path, model) for model in models]
    await put(records[0], tmp_path, *(fact(f"f{number}", f"{WET} {number}") for number in range(7)))
    fillers = [Filler(each.database, each.vectors, each.roles) for each in records]
    assert await asyncio.gather(*(each.fill() for each in fillers)) == [True, True]
    assert len(await held(records[0])) == 7
    made = [text for model in models for text in model.given]
    assert len(made) == len(set(made))
    # Who has filled leaves it to others.
    await publish(records[0], "more", WINDY)
    assert await fillers[1].fill() and len(await held(records[1])) == 8
    for record in records:
        await record.close()


async def test_a_busy_record_is_filled_later(path, tmp_path, monkeypatch):
    monkeypatch.setattr(filler, "FIRST", 0)
    monkeypatch.setattr(filler, "LATER", 0)
    record = await opened(path)
    await put(record, tmp_path, fact("a", WET))
    writing, tries = Filler._write, []

    async def busy_once(self, numbers, made):
        tries.append(numbers)
        if len(tries) == 1:
            raise BusyRecord("in use")
        await writing(self, numbers, made)

    monkeypatch.setattr(Filler, "_write", busy_once)
    async with filling(record.database, record.vectors):
        assert await record.vectors.wait(1, seconds=PATIENCE, most=5)
    assert len(tries) == 2
    await record.close()


async def test_who_asks_waits_for_the_last_few_that_are_being_made(path, tmp_path):
    record = await opened(path)
    await put(record, tmp_path, fact("a", WET), fact("b", DRY))
    # Nobody fills.
    assert not await record.vectors.wait(1, seconds=PATIENCE, most=5)
    async with filling(record.database, record.vectors):
        assert not await record.vectors.wait(1, seconds=PATIENCE, most=1)
        assert await record.vectors.wait(1, seconds=PATIENCE, most=2)
        assert await held(record) == [1, 2]
        # A new one is filled without a further word.
        await publish(record, "c", WINDY)
        assert await record.vectors.wait(1, seconds=PATIENCE, most=2)
    await record.close()


@pytest.mark.sqlite
async def test_how_many_wait_is_counted_without_reading_all_vectors_of_a_story(weather):
    plan = await weather.database.read(f"EXPLAIN QUERY PLAN {vectors._WAITING}", (1, 10))
    assert any("INDEX fact_vector_waiting" in row["detail"] for row in plan)


async def test_without_a_model_nothing_is_found_by_meaning_and_it_is_told_why(path, tmp_path):
    def load():
        raise NoModel("no model here")

    for embedder, reason in ((load, "no model here"), (None, "search.vectors is false")):
        record = await Record.open(path, clock=Ticking(), embedder=embedder)
        await put(record, tmp_path, fact("a", WET))
        async with filling(record.database, record.vectors):
            assert await record.vectors.query(WET) is None
            assert await record.vectors.query_of_many(WET, PATIENCE) is None
            assert not await record.vectors.wait(1, seconds=PATIENCE, most=5)
        assert not await fill(record)
        state = await record.vectors.state()
        assert (state.model, state.reason, state.made, state.waiting) == (None, reason, 0, 1)
        await record.close()


async def test_a_large_import_waits_for_vectors_whatever_was_filled_meanwhile(path, tmp_path, monkeypatch):
    """A large sheet is worked out on a copy, while others fill and change the record."""
    record = await opened(path)
    await put(record, tmp_path, fact("a", WET), fact("b", DRY))
    await fill(record)
    assert (await found(record, WET))[0] == 1
    monkeypatch.setattr("storage.sheets.importing.STAGED_FROM", 1)
    await put(
        record, tmp_path, fact("a", "all was quiet"), *(fact(f"f{n}", f"{WINDY} {n}") for n in range(9))
    )
    assert await held(record) == [2]
    assert await found(record, WET) == [2]
    await fill(record)
    assert len(await held(record)) == 11
    assert (await found(record, "all was quiet"))[0] == 1
    await record.close()


def shown(row) -> dict:
    return {key: value for key, value in dict(row).items() if value is not None}
