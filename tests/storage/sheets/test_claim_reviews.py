"""ClaimReviews come on record as the word of their claimants, rated in the words of whoever reviewed them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from storage.domain.models import Stance, Standing
from storage.sheets import claim_reviews
from storage.sheets.importing import Imported, import_entries
from tests.storage.making import revise

CHECK = "https://check.example/claims/7"
POST = "https://social.example/p/1"


def review(**fields: Any) -> dict[str, Any]:
    """Return a review of a claim that the mayor made in a post."""
    return {
        "@type": "ClaimReview",
        "url": CHECK,
        "datePublished": "2024-02-03",
        "author": {"@type": "Organization", "name": "Tarrow Checks"},
        "claimReviewed": "The bridge was never closed.",
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Person", "name": "Ann Ray", "sameAs": "https://ann.example"},
            "datePublished": "2024-01-31",
            "appearance": {"@type": "SocialMediaPosting", "url": POST, "author": {"name": "annray"}},
        },
        "reviewRating": {"@type": "Rating", "ratingValue": 1, "bestRating": 5, "alternateName": "Not so"},
        **fields,
    }


def claim(**fields: Any) -> dict[str, Any]:
    return {**review()["itemReviewed"], **fields}


def faults(*reviews: dict[str, Any]) -> list[str]:
    return list(claim_reviews.read([list(reviews)]).problems)


async def put(record, *documents: Any, **how: Any) -> Imported:
    sheet = claim_reviews.read(documents).sheet("check.example.org", 1)
    return await import_entries(record, sheet, actor="tester", **how)


async def only(record):
    (fact,) = await record.facts.load([1])
    return fact


async def test_a_claim_is_its_claimants_word_and_its_rating_that_of_whoever_reviewed_it(record):
    assert (await put(record, review())).story.name == "check-example"
    fact = await only(record)
    said, rated = fact.attributions
    assert fact.statement == "The bridge was never closed."
    assert (said.speaker.name, said.stance, said.said, said.cue) == (
        "Ann Ray",
        Stance.ASSERTS,
        "2024-01-31",
        None,
    )
    assert (said.source.url, said.source.author, said.source.kind) == (POST, "annray", "post")
    assert said.source.via == rated.source, "the post is known through the review"
    assert (rated.speaker.name, rated.stance, rated.cue) == ("Tarrow Checks", Stance.RATES, "Not so")
    assert (rated.source.url, rated.source.publisher, rated.source.published) == (
        CHECK, "Tarrow Checks", "2024-02-03",
    )  # fmt: skip
    assert fact.standing is Standing.ATTRIBUTED, "a rating neither denies nor says it"


def rating(**fields: Any) -> str:
    (fact,) = claim_reviews.read([review(reviewRating={"@type": "Rating", **fields})]).facts
    return str(fact.attributions[-1].cue)


def test_a_rating_stands_as_it_was_given(subtests):
    cases: list[tuple[dict[str, Any], str]] = [
        ({"alternateName": " Four Pinocchios\n", "ratingValue": "1"}, "Four Pinocchios"),
        ({"alternateName": {"@value": "Falsch", "@language": "de"}}, "Falsch"),
        ({"alternateName": ["Faux", "False"]}, "Faux"),
        ({"ratingValue": "1", "worstRating": "1", "bestRating": 5}, "1 (worst 1, best 5)"),
        ({"ratingValue": 0}, "0"),
        ({"ratingValue": -1.5, "bestRating": 2}, "-1.5 (best 2)"),
        ({"ratingValue": Decimal("3.10")}, "3.10"),
    ]
    for fields, reads in cases:
        with subtests.test(reads):
            assert rating(**fields) == reads


def test_a_number_that_is_none_is_no_rating():
    for number in (float("inf"), float("nan"), Decimal("-Infinity"), Decimal("1e999")):
        found = claim_reviews.read([review(reviewRating={"ratingValue": number})])
        assert found.facts == () and "reviewRating.alternateName: is required" in found.problems[0], number


async def test_reviews_are_found_wherever_a_document_has_them(record, subtests):
    one, other = review(), review(url="https://check.example/8", claimReviewed="It rained.")
    feed = {
        "@type": "DataFeed",
        "dataFeedElement": [
            {"@type": "DataFeedItem", "item": [one]}, {"@type": "DataFeedItem", "item": other},
        ],
    }  # fmt: skip
    graph = {
        "@graph": [
            {"@id": "#us", "@type": "NewsMediaOrganization", "name": "Tarrow Checks"},
            {**one, "author": {"@id": "#us"}, "@type": ["Review", "http://schema.org/ClaimReview"]},
            {"@type": "WebPage", "mainEntity": {"schema:x": [other]}},
        ]
    }
    listed = {
        "@type": "ItemList",
        "itemListElement": [{"@type": "ListItem", "item": each} for each in (one, other)],
    }
    wanted = claim_reviews.read([[one, other]]).facts
    assert len(wanted) == 2
    for name, document in {"feed": feed, "graph": graph, "list": listed}.items():
        with subtests.test(name):
            found = claim_reviews.read([document])
            assert found.facts == wanted and found.problems == ()


async def test_where_a_claim_appeared_tells_its_source(record, subtests):
    article = {
        "@type": "NewsArticle",
        "headline": "Bridge",
        "publisher": {"name": "Courier"},
        "datePublished": "2024-01-30",
    }
    older = {
        "@type": "CreativeWork",
        "url": POST,
        "author": {"name": "Ann Ray"},
        "datePublished": "2024-01-31",
    }
    for name, item, sources in [
        ("the first appearance", claim(firstAppearance=article), ["Courier", POST]),
        ("an address alone", claim(appearance="https://video.example/1"), ["https://video.example/1"]),
        ("several", claim(appearance=[POST, article, POST]), [POST, "Courier"]),
        ("the work in the place of the claim", older, [POST]),
        ("none: the review tells of it", claim(appearance=None), [CHECK]),
    ]:
        with subtests.test(name):
            found = claim_reviews.read([review(itemReviewed=item)])
            by_ref = {source.ref: source for source in found.sources}
            used = [
                by_ref[str(each.source)]
                for each in found.facts[0].attributions
                if each.stance is Stance.ASSERTS
            ]
            assert [each.publisher if each.publisher in sources else each.url for each in used] == sources


async def test_a_claim_without_a_claimant_is_the_word_of_where_it_appeared_and_never_of_who_reviewed_it(
    record,
):
    await put(record, review(itemReviewed=claim(author=None)))
    said, _rated = (await only(record)).attributions
    assert said.speaker is None and said.source.url == POST
    (problem,) = faults(review(itemReviewed={"@type": "Claim"}))
    assert problem == (
        "review 1 (https://check.example/claims/7), itemReviewed: names neither who made the claim nor where"
        " it appeared"
    )


async def test_what_is_wrong_is_told_and_leaves_out_that_one_review(record):
    broken = review(
        url="ftp://x", claimReviewed=" ", author={}, datePublished="last week",
        reviewRating={"ratingValue": True},
        itemReviewed=claim(author={"name": "x" * 501}, datePublished="31/01/2024"),
    )  # fmt: skip
    found = claim_reviews.read([[broken, review()]])
    told = "\n".join(found.problems)
    for name in (
        "claimReviewed: is required", "url: has not the right form", "author: is required",
        "datePublished: 'last week'",
        "reviewRating.alternateName: is required", "itemReviewed.author.name: should have at most 500",
        "itemReviewed.datePublished: '31/01/2024'",
    ):  # fmt: skip
        assert f"review 1 (ftp://x), {name}" in told
    assert len(found.problems) == 7 and len(found.facts) == 1
    assert (await put(record, [broken, review()])).added == 1


def test_dates_stand_no_more_precise_than_the_record_takes_them(subtests):
    for given, reads in [
        ("2024-02-03", "2024-02-03"),
        ("2024-02-03T10:00:00Z", "2024-02-03T10:00:00Z"),
        ("2024-02-03T10:00:00.123Z", "2024-02-03T10:00:00.123Z"),
        ("2024-02-03 10:00", "2024-02-03"),
        ("2024-02", "2024-02"),
        ("", None),
    ]:
        with subtests.test(given):
            (source, *_) = claim_reviews.read([review(datePublished=given)]).sources
            assert source.published == reads


async def test_importing_again_changes_only_what_has_changed(record):
    await put(record, review())
    last = await record.audit.last()
    again = await put(record, review())
    assert (again.added, again.updated, again.unchanged) == (0, 0, 1)
    assert await record.audit.last() == last
    await revise(record, 1, statement="The bridge was hardly ever closed.")
    changed = review(reviewRating={"alternateName": "Mostly not so"}, headline="On a bridge")
    done = await put(record, changed)
    fact = await only(record)
    assert (done.added, done.updated, done.kept) == (0, 1, ())
    assert fact.statement == "The bridge was hardly ever closed.", "moderators' wording stays"
    assert fact.attributions[1].cue == "Mostly not so"
    assert fact.attributions[1].source.title == "On a bridge"


async def test_several_claims_that_are_reviewed_at_one_address_stay_apart(record):
    other = review(claimReviewed="It was closed for a day.")
    done = await put(record, [review(), other, review()])
    assert done.added == 2, "what stands twice is one"
    assert (await put(record, [other, review()])).unchanged == 2
    otherwise = review(reviewRating={"alternateName": "So"})
    (problem,) = faults(review(), otherwise)
    assert problem.startswith("review 2 (https://check.example/claims/7): an earlier review")


async def test_a_rehearsal_changes_nothing(record, path, tmp_path):
    done = await put(record, review(), rehearse=True)
    assert (done.added, done.story.name) == (1, "check-example")
    assert await record.stories.all() == [] and await record.audit.last() == 0
    assert [each for each in tmp_path.iterdir() if "importing" in each.name] == []


def deep(levels: int) -> Any:
    value: Any = review()
    for _ in range(levels):
        value = {"@graph": [value]}
    return value


def test_documents_beyond_all_measure_are_refused(subtests, monkeypatch):
    monkeypatch.setattr(claim_reviews, "MOST_REVIEWS", 3)
    monkeypatch.setattr(claim_reviews, "MOST_VALUES", 1_000)
    for name, document, why in [
        ("deep", deep(2_000), "stands deeper"),
        ("many values", [{}] * 2_000, "more values"),
        ("many reviews", [review(url=f"{CHECK}{number}") for number in range(4)], "more than 3 reviews"),
    ]:
        with subtests.test(name):
            found = claim_reviews.read([document])
            assert found.facts == () and why in found.problems[0]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        1.5,
        float("inf"),
        Decimal("NaN"),
        "x",
        [],
        {},
        [[]],
        [None],
        {"@id": "#a"},
        ["x"] * 50,
        "\ud800",
    ],
)
def test_odd_values_anywhere_are_told_and_never_break_anything(value, subtests):
    for name in review():
        with subtests.test(name):
            claim_reviews.read([review(**{name: value})])
    for name in claim():
        with subtests.test(name):
            claim_reviews.read([review(itemReviewed=claim(**{name: value}))])
            claim_reviews.read([review(itemReviewed=claim(appearance={"author": value, name: value}))])


def test_references_in_a_circle_end(subtests):
    node = review(author={"@id": "#a"}, itemReviewed={"@id": "#b"})
    others = [
        {"@id": "#a", "@type": "Organization", "name": {"@id": "#a"}},
        {"@id": "#b", "author": {"@id": "#b"}},
    ]
    assert claim_reviews.read([{"@graph": [node, *others]}]).facts == ()
