"""Questions that found nothing: counted, ranked, kept within bounds, and their askers told once."""

from __future__ import annotations

import re

import pytest

from storage.people import questions
from storage.people.questions import LONGEST, MOST_AWAITED
from storage.record import Record
from tests.storage.conftest import fact, put


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    await put(record, tmp_path, fact("a"))
    await put(record, tmp_path, fact("z"), story="storm")
    return record


async def ask(record: Record, key: str, times: int = 1, story_id: int = 1) -> int:
    for _ in range(times):
        number = await record.questions.keep(story_id, key, f"What about {key}?", record.ledger.now())
    return number


async def answer(record: Record, number: int) -> list[tuple]:
    async with record.database.transaction() as tx:
        told = await questions.answer(tx, number, 1, record.ledger.now())
    return [tuple(row) for row in told]


async def keys(record: Record) -> list[str]:
    return [each.key for each in await record.questions.open(1)]


async def test_questions_that_ask_the_same_are_one_the_most_asked_first(flood):
    first = await ask(flood, "bridge")
    await ask(flood, "school", 3)
    assert await ask(flood, "bridge") == first
    await ask(flood, "road", 2)
    await ask(flood, "bridge", 4, story_id=2)
    ranked = await flood.questions.ranked(1, limit=9)
    assert [(each.key, each.asked) for each in ranked] == [("school", 3), ("bridge", 2), ("road", 2)]
    after = None
    seen = []
    while page := await flood.questions.ranked(1, after=after, limit=1):
        seen += [each.key for each in page]
        after = (page[-1].asked, page[-1].id)
    assert seen == ["school", "bridge", "road"]


async def test_each_question_has_a_token_that_stays_and_tells_nothing(flood):
    numbers = [await ask(flood, key) for key in ("bridge", "school")]
    tokens = [(await flood.questions.find(number)).token for number in numbers]
    assert all(re.fullmatch("[0-9a-f]{8}", token) for token in tokens) and len(set(tokens)) == 2
    await ask(flood, "bridge", 2)
    await answer(flood, numbers[1])
    await ask(flood, "school")
    ranked = {each.id: each.token for each in await flood.questions.ranked(1, limit=9)}
    assert [ranked[number] for number in numbers] == tokens
    # The same words, asked at another moment, have another.
    other = await flood.questions.find(await ask(flood, "bridge", story_id=2))
    assert other.text == "What about bridge?" and other.token not in tokens


async def test_a_long_question_is_cut(flood):
    number = await flood.questions.keep(1, "k", "why? " * 1000, flood.ledger.now())
    assert len((await flood.questions.find(number)).text) == LONGEST


async def test_an_answered_question_is_open_no_more_until_it_is_asked_again(flood):
    number = await ask(flood, "bridge", 2)
    await flood.questions.await_answer(number, "telegram:-100", "telegram:1", "be")
    await flood.questions.await_answer(number, "telegram:-100", "telegram:2", "en")
    await flood.questions.await_answer(number, "telegram:3", "telegram:3", "en")
    assert sorted(await answer(flood, number)) == [("telegram:-100", "be"), ("telegram:3", "en")]
    assert await flood.questions.find(number) is None
    assert await keys(flood) == []
    assert await answer(flood, number) == []
    assert await ask(flood, "bridge") == number
    assert (await flood.questions.find(number)).asked == 3
    # Those who were told once do not wait any more.
    assert await answer(flood, number) == []


async def test_a_person_waits_for_a_bounded_number_of_answers(flood):
    numbers = [await ask(flood, f"k{n}") for n in range(MOST_AWAITED + 1)]
    kept = [await flood.questions.await_answer(n, "telegram:1", "telegram:1", "en") for n in numbers]
    assert kept == [True] * MOST_AWAITED + [False]
    await answer(flood, numbers[0])
    assert await flood.questions.await_answer(numbers[-1], "telegram:1", "telegram:1", "en")


async def test_who_waits_twice_is_told_once(flood):
    number = await ask(flood, "bridge")
    for _ in range(2):
        assert await flood.questions.await_answer(number, "telegram:1", "telegram:1", "en")
    assert await answer(flood, number) == [("telegram:1", "en")]


async def test_waiting_for_what_is_answered_or_gone_keeps_nobody(flood):
    number = await ask(flood, "bridge")
    await answer(flood, number)
    for gone in (number, 999):
        await flood.questions.await_answer(gone, "telegram:1", "telegram:1", "en")
    assert (await flood.database.read("SELECT count(*) FROM asker"))[0][0] == 0


async def test_beyond_the_bound_those_asked_least_and_longest_ago_give_way(flood, monkeypatch):
    monkeypatch.setattr(questions, "MOST", 4)
    awaited = await ask(flood, "awaited")
    await flood.questions.await_answer(awaited, "telegram:1", "telegram:1", "en")
    await ask(flood, "old")
    await ask(flood, "often", 2)
    await ask(flood, "newer")
    await ask(flood, "elsewhere", story_id=2)
    assert await keys(flood) == ["often", "awaited", "old", "newer"]
    await ask(flood, "fifth")
    assert await keys(flood) == ["often", "awaited", "newer", "fifth"]
    await ask(flood, "newer")
    await ask(flood, "sixth")
    assert await keys(flood) == ["often", "newer", "awaited", "sixth"]
    assert len(await flood.questions.open(2)) == 1
