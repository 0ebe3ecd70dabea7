"""What an operator imports: sheets and ClaimReviews, from files and addresses; or only what would be done."""

from __future__ import annotations

import json

import pytest

from bot import importing
from bot.answers.lines import fact_lines
from bot.config import load
from bot.errors import UserError
from bot.importing import import_claim_reviews, import_file
from bot.wiring import open_record
from storage.domain.changes import TakeDown
from storage.domain.models import Ground
from storage.trail.audit import Actor
from tests.bot.intake.fetching.site import page, sends, site
from tests.storage.conftest import fact, sheet
from tests.storage.sheets.test_claim_reviews import CHECK, claim, review


@pytest.fixture
def settings(tmp_path):
    path = json.dumps(str(tmp_path / "record.db"))
    (tmp_path / "config.toml").write_text(
        f'[storage]\npath = {path}\n[search]\nvectors = false\n[intake]\nhosts = ["127.0.0.1"]\n',
        encoding="utf-8",
    )
    return load(tmp_path / "config.toml", {})


async def lines(settings, number: int = 1) -> list[str]:
    async with open_record(settings) as record:
        (found,) = await record.facts.load([number])
        return [block.text for block in fact_lines(found)]


def feed(*reviews) -> str:
    return json.dumps({"@type": "DataFeed", "dataFeedElement": [{"item": [each]} for each in reviews]})


def html(*blocks: str) -> str:
    scripts = "".join(f"<SCRIPT type='application/ld+json'>{block}</script>" for block in blocks)
    hidden = "<!-- <script type='application/ld+json'>no</script> -->"
    return f"<!doctype html><html><head>{hidden}{scripts}</head></html>"


async def test_readers_see_who_claims_it_and_who_rates_it_how(settings, tmp_path):
    (tmp_path / "feed.json").write_text(feed(review()), encoding="utf-8")
    told = await import_claim_reviews(settings, str(tmp_path / "feed.json"), "bridge")
    assert told == "bridge: 1 fact added, 0 updated, 0 unchanged"
    assert await lines(settings) == [
        "Ann Ray: The bridge was never closed. (said 31 January 2024)",
        "Tarrow Checks rates the statement as “Not so”",
    ]


async def test_a_rating_in_digits_stands_with_just_those(settings, tmp_path):
    text = feed(review(reviewRating={"ratingValue": 0.5, "bestRating": 7})).replace("0.5", "3.10")
    (tmp_path / "feed.json").write_text(text, encoding="utf-8")
    await import_claim_reviews(settings, str(tmp_path / "feed.json"), "bridge")
    assert (await lines(settings))[-1] == "Tarrow Checks rates the statement as “3.10 (best 7)”"


async def test_no_address_in_a_document_is_asked_for_anything(settings):
    """Not the context, nor an image, nor the review: what stands there is all that is read."""
    base = ""

    async def answer(_path, writer):
        elsewhere = {name: f"{base}/{name}" for name in ("@context", "image", "sameAs")}
        documents = [{**review(), **elsewhere}, {"@context": [elsewhere, {"@import": elsewhere}]}]
        writer.write(page(html(*map(json.dumps, documents)).encode()))

    async with site(answer) as running:
        base = running.url("")
        await import_claim_reviews(settings, running.url("/check"), "bridge")
    assert [path for path, _head in running.requests] == ["/check"]


async def test_a_pages_script_blocks_are_read_at_its_address_and_its_story_is_named_after_the_host(settings):
    other = review(url=f"{CHECK}/b", claimReviewed="It rained.")
    body = html(json.dumps(review()), "{broken", json.dumps({"@graph": [other]})).encode()
    async with site(sends(page(body))) as running:
        told = await import_claim_reviews(settings, running.url("/check"), None)
    assert told.splitlines() == [
        "127-0-0: 2 facts added, 0 updated, 0 unchanged",
        "Left out, with 1 fault(s):",
        "  script block 2: not JSON: Expecting property name enclosed in double quotes (line 1, column 2)",
    ]


async def test_an_address_that_is_not_public_is_not_asked(settings):
    for address in ("http://10.0.0.1/feed.json", "http://localhost:22/"):
        with pytest.raises(UserError, match=r"not on the public internet|Port 22"):
            await import_claim_reviews(settings, address, None)


async def test_what_was_taken_down_is_listed_and_does_not_come_back(settings, tmp_path):
    path = tmp_path / "feed.json"
    path.write_text(feed(review(), review(url=f"{CHECK}/b", claimReviewed="It rained.")), encoding="utf-8")
    await import_claim_reviews(settings, str(path), None)
    async with open_record(settings) as record:
        await record.ledger.make(TakeDown(story_id=1, subject="F1", ground=Ground.LAW), by=Actor("operator"))
    told = await import_claim_reviews(settings, str(path), None)
    assert told.splitlines() == [
        "feed: 0 facts added, 0 updated, 1 unchanged",
        "Left out, with 1 fault(s):",
        f"  review 1 ({CHECK}): was taken down here: it does not come back",
    ]


async def test_a_dry_run_says_what_would_be_and_changes_nothing(settings, tmp_path):
    (tmp_path / "feed.json").write_text(feed(review()), encoding="utf-8")
    rain = sheet(tmp_path / "rain.jsonl", fact("a"))
    for told in (
        await import_claim_reviews(settings, str(tmp_path / "feed.json"), None, rehearse=True),
        await import_file(settings, rain, None, rehearse=True),
    ):
        assert told.startswith("Nothing was changed. An import would do this: ")
        assert told.endswith(": 1 fact added, 0 updated, 0 unchanged")
    async with open_record(settings) as record:
        assert await record.stories.all() == []


async def test_what_cannot_be_read_is_told(settings, tmp_path, monkeypatch, subtests):
    monkeypatch.setattr(importing, "MOST_SHOWN", 2)
    bad = [review(url=f"{CHECK}/{number}", author=None, itemReviewed=claim()) for number in range(4)]
    for name, content, why in [
        ("nothing.json", "{}", "nothing.json holds no ClaimReview"),
        ("broken.json", "{", "broken.json: not JSON: Expecting property name"),
        ("infinite.json", '{"a": NaN}', "it holds a number that is none"),
        ("deep.json", "[" * 100_000, "too deep"),
        ("bytes.json", "\0", "bytes.json is no text"),
        ("bad.json", feed(*bad), "author: is required\n  ... and 2 more"),
        ("open.html", "<html><!-- <script type='application/ld+json'>", "holds no ClaimReview"),
        ("cut.html", "<script type='application/ld+json'>{}", "holds no ClaimReview"),
        ("tag.html", "<script " * 3 + "x" * 3_000, "holds no ClaimReview"),
    ]:
        with subtests.test(name):
            (tmp_path / name).write_text(content, encoding="utf-8")
            with pytest.raises(UserError) as refused:
                await import_claim_reviews(settings, str(tmp_path / name), None)
            assert why in refused.value.text
    for name, why in [("none.json", "There is no file"), ("", "is no plain file")]:
        with pytest.raises(UserError, match=why):
            await import_claim_reviews(settings, str(tmp_path / name), None)
