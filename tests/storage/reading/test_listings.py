"""Pages of facts: complete, in order, each fact once, whatever the size of a page."""

from __future__ import annotations

import pytest

from storage.domain.dates import bounds
from storage.record import Record
from tests.storage.conftest import fact, put

WHENS = [
    "2023",
    "2023-05",
    "2023-05-10",
    "2023-05-31",
    "2023-06-01",
    "2021/2024",
    "1999",
    "2023-07-18?",
    "XXXX-07-18",
]


async def one_part(lists):
    (facts,) = (await lists).values()
    return facts


@pytest.fixture
async def stocked(record: Record, tmp_path):
    lines = [
        fact(
            f"f{n}",
            f"statement {n}",
            places=["Hill"] if n % 3 == 0 else [],
            figures=[{"amount": n, "counts": "cats"}, {"amount": n, "counts": "dogs"}] if n % 4 == 0 else [],
            **(
                {"occurred": WHENS[n % len(WHENS)]} if n % 2 else {"occasion": "a fair"} if n % 5 == 0 else {}
            ),
        )
        for n in range(60)
    ]
    await put(record, tmp_path, *lines)
    await put(record, tmp_path, fact("f3", "gone", retracted="wrong"), fact("f4", "old", superseded_by="f5"))
    await put(record, tmp_path, *(fact(f"o{n}", occurred="2023-05") for n in range(10)), story="other")
    return record


async def pages(fetch, after=0) -> list[int]:
    """Read page after page and return the ids in the order shown."""
    seen: list[int] = []
    while page := await fetch(after):
        seen += [each.id for each in page]
        after = page[-1].id
    return seen


async def expected(record: Record, wanted) -> list[int]:
    facts = await record.facts.load(range(1, 61))
    return [each.id for each in facts if each.in_force and wanted(each)]


@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_paging_covers_every_fact_exactly_once(stocked, limit):
    read = stocked.listings
    hill = (await stocked.entities.named(1, "Hill"))[0]
    news = (await stocked.sources.page(1, limit=1))[0].id
    everything = {
        "all": (lambda n: read.all(1, after=n, limit=limit), lambda each: True),
        "place": (
            lambda n: one_part(read.mentioning(hill, {"place": n}, limit=limit)),
            lambda each: each.places,
        ),
        "citing": (lambda n: read.citing(news, after=n, limit=limit), lambda each: True),
        "figured": (
            lambda n: read.figured(1, after=n, limit=limit),
            lambda each: each.figures or any(map(str.isdigit, each.statement)),
        ),
        "undated": (
            lambda n: read.undated(1, after=n, limit=limit),
            lambda each: each.occasion or (each.occurred or "").startswith("XXXX"),
        ),
    }
    for name, (fetch, wanted) in everything.items():
        assert await pages(fetch) == await expected(stocked, wanted), name


async def test_a_range_of_days_holds_what_may_have_been_in_it(stocked, subtests):
    for earliest, latest in [
        ("2023-05-01", "2023-05-31"),
        ("2023-05-15", "2023-05-20"),
        ("1990-01-01", "2030-01-01"),
        ("2022-01-01", "2022-02-01"),
        ("2023-12-31", "2023-12-31"),
        ("1950-01-01", "1950-12-31"),
    ]:
        for limit in [1, 4, 100]:
            with subtests.test(earliest=earliest, limit=limit):
                seen: list[tuple[str, int]] = []
                after = None
                while page := await stocked.listings.dated(
                    1, earliest=earliest, latest=latest, after=after, limit=limit
                ):
                    seen += [(bounds(each.occurred)[0], each.id) for each in page]
                    after = seen[-1]
                found = []
                for each in await stocked.facts.load(range(1, 61)):
                    first, last = bounds(each.occurred) if each.occurred else (None, None)
                    if each.in_force and first and first <= latest and last >= earliest:
                        found.append((first, each.id))
                assert seen == sorted(found)


async def test_the_newest_come_first(stocked):
    newest = await stocked.listings.latest(1, limit=3)
    assert [each.id for each in newest] == [60, 59, 58]
    assert [each.id for each in await stocked.listings.latest(1, before=58, limit=2)] == [57, 56]


@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_what_happened_last_comes_first_and_what_has_no_day_last(stocked, limit):
    before, seen = None, []
    while page := await stocked.listings.happened_last(1, before=before, limit=limit):
        seen += [((bounds(each.occurred)[0] or "") if each.occurred else "", each.id) for each in page]
        before = seen[-1]
    assert sorted(number for _day, number in seen) == await expected(stocked, lambda each: True)
    assert seen == sorted(seen, reverse=True) and seen[0][0] and not seen[-1][0]


async def test_yearless_dates_are_found_by_month_and_by_day(stocked):
    found = await expected(stocked, lambda each: "-07-18" in (each.occurred or ""))
    for month_day in ("07", "07-18"):
        assert [each.id for each in await stocked.listings.of_month_or_day(1, month_day, limit=99)] == found
    assert await stocked.listings.of_month_or_day(1, "08", limit=99) == []


async def test_facts_come_in_the_order_asked_for_and_from_several_stories(stocked):
    assert [each.id for each in await stocked.facts.load([65, 2, 999, 61, 2])] == [65, 2, 61]


async def test_entities_are_found_by_name_alias_part_and_ref(record, tmp_path):
    ann = {"entity": {"ref": "ann", "name": "Ann O'Hara-Łuk", "aliases": ["The Mayor"], "kind": "person"}}
    await put(
        record,
        tmp_path,
        ann,
        fact("a") | {"attributions": [{"speaker": "the mayor", "source": {"title": "t"}}]},
    )
    (entity,) = await record.entities.page(1, limit=9)
    for name in ("ANN O'HARA-ŁUK", "ann ohara łuk", "Mayor?", "the mayor", "ohara"):
        expected_ids = [entity.id] if name != "Mayor?" else []
        assert await record.entities.named(1, name) == expected_ids, name
    assert await record.entities.names_with_prefix(1, "AN", 5) == ["Ann O'Hara-Łuk"]
    assert [
        each.ref for each in await one_part(record.listings.mentioning(entity.id, {"speaker": 0}, limit=5))
    ] == ["a"]


async def test_the_chat_keeps_its_story_and_its_buttons(record, tmp_path):
    await put(record, tmp_path, fact("a"))
    await put(record, tmp_path, fact("b"), story="storm")
    assert (await record.stories.in_use("telegram:1")).name == "flood"
    await record.stories.use("telegram:1", 2)
    assert (await record.stories.in_use("telegram:1")).name == "storm"
    assert (await record.stories.in_use("telegram:2")).name == "flood"
    digest = await record.buttons.button("/what " + "long " * 50)
    assert digest == await record.buttons.button("/what " + "long " * 50) and len(digest) == 16
    assert await record.buttons.pressed(digest) == "/what " + "long " * 50


async def test_a_command_that_holds_somebodys_words_is_forgotten(record):
    kept = await record.buttons.button("/what " + "long " * 50)
    passing = await record.buttons.button("again: my words", until="2026-11-25T00:00:00.000000Z")
    await record.database.behind.settled()
    await record.buttons.forget("2026-11-24T23:00:00.000000Z")
    assert await record.buttons.pressed(passing) == "again: my words"
    assert await record.buttons.button("again: my words", until="2026-11-26T00:00:00.000000Z") == passing
    await record.database.behind.settled()
    await record.buttons.forget("2026-11-25T12:00:00.000000Z")
    assert await record.buttons.pressed(passing) is not None
    await record.buttons.forget("2026-11-27T00:00:00.000000Z")
    assert await record.buttons.pressed(passing) is None and await record.buttons.pressed(kept) is not None


UNSPECIFIED = {
    "any": "2024-XX-15", "days": "2024-05-1X", "months": "2024-1X", "years": "20X4-05-16", "decade": "202X",
    "doubt": "2024-XX-15?", "season": "202X-21", "range": "2024-XX-15/2024-XX-20", "yearless": "XXXX-XX-15",
    "yearless days": "XXXX-05-1X", "month": "2024-XX", "nothing": "XXXX-XX-XX",
}  # fmt: skip


async def test_unspecified_digits_are_found_on_the_days_that_they_may_mean(record, tmp_path, subtests):
    await put(record, tmp_path, *(fact(ref, occurred=when) for ref, when in UNSPECIFIED.items()))

    async def found(first: str, last: str) -> set[str]:
        return {each.ref for each in await record.listings.dated(1, earliest=first, latest=last, limit=20)}

    always = {"decade", "month"}
    for first, last, refs in [
        ("2024-05-15", "2024-05-15", {"any", "days", "doubt", "season", "range"}),
        ("2024-05-16", "2024-05-16", {"days", "years", "season", "range"}),
        ("2024-05-01", "2024-05-31", {"any", "days", "years", "doubt", "season", "range"}),
        ("2024-11-01", "2024-11-30", {"any", "months", "doubt", "season", "range"}),
        ("2024-05-16", "2024-05-17", {"any", "days", "years", "doubt", "season", "range"}),
    ]:
        with subtests.test(first=first, last=last):
            assert await found(first, last) == refs | always
    for month_day, refs in [
        ("05-15", {"yearless", "yearless days"}),
        ("05-16", {"yearless days", "years"}),
        ("05", {"yearless", "yearless days", "years", "days"}),
        ("XX-15", {"yearless", "any", "doubt"}),
    ]:
        with subtests.test(month_day=month_day):
            shown = await record.listings.of_month_or_day(1, month_day, limit=20)
            assert {each.ref for each in shown} == refs
