"""No date is drawn more precise than its source gives it: its mark covers every day that it may mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.axis import Axis
from bot.pictures.drawing import draw, laid_out
from bot.pictures.marks import Ink, draw_mark, reach
from bot.pictures.picture import Kind
from bot.pictures.piece import Piece
from bot.pictures.spans import span_of
from storage.domain import dates
from storage.domain.date_forms import FIRST, LAST, is_form
from tests.bot.pictures.stories import fact, story

LEFT, WIDTH = 14.0, 332.0
# Units: places are told with two digits.
ROUNDED = 0.01

digits = st.sampled_from("0123456789X")
years = st.one_of(st.integers(1900, 2100).map(str), st.text(digits, min_size=4, max_size=4))
months = st.one_of(
    st.integers(1, 41).map(lambda number: f"{number:02}"), st.text(digits, min_size=2, max_size=2)
)
days = st.one_of(
    st.integers(1, 31).map(lambda number: f"{number:02}"), st.text(digits, min_size=2, max_size=2)
)
single = st.builds(
    lambda year, month, day, sign: "-".join(filter(None, (year, month, month and day))) + sign,
    years,
    st.one_of(st.just(""), months),
    st.one_of(st.just(""), days),
    st.sampled_from(["", "", "?", "~", "%"]),
)
ends = st.one_of(single, st.sampled_from(["", ".."]))
moments = st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0"))
forms = st.one_of(
    single,
    st.builds("{}/{}".format, ends, ends),
    st.lists(single, min_size=1, max_size=3).map(lambda found: f"[{','.join(found)}]"),
    st.lists(single, min_size=1, max_size=3).map(lambda found: f"{{{','.join(found)}}}"),
    moments,
).filter(is_form)


def covered(edtf: str, axis: Axis, *, mirrored: bool = False) -> tuple[float, float, Piece]:
    """Draw a date; return from where to where, and the drawing."""
    piece = Piece(mirrored=mirrored)
    span = span_of(edtf)
    draw_mark(piece, span, axis, 0.0, Ink("#000000", "x", span.rough))
    marks = [box for box in piece.boxes if box.what == "mark"]
    begin, end = min(box.x for box in marks), max(box.x + box.width for box in marks)
    return (2 * LEFT + WIDTH - end, 2 * LEFT + WIDTH - begin, piece) if mirrored else (begin, end, piece)


@given(st.lists(forms, min_size=1, max_size=8), st.booleans())
def test_a_mark_covers_every_day_that_its_date_may_mean(found: Sequence[str], mirrored) -> None:
    placed = [each for each in found if span_of(each) is not None]
    if not placed:
        return
    axis = Axis([span_of(each) for each in placed], LEFT, WIDTH)
    for edtf in placed:
        first, last = dates.bounds(edtf)
        begin, end, piece = covered(edtf, axis, mirrored=mirrored)
        # A day takes its place from its beginning to the beginning of the next; an open end goes to the edge.
        assert begin <= (LEFT if first == FIRST else axis.x(dates.number(first))) + ROUNDED
        assert end >= (LEFT + WIDTH if last == LAST else axis.x(dates.number(last) + 1)) - ROUNDED
        assert begin >= LEFT - ROUNDED and end <= LEFT + WIDTH + ROUNDED
        # Only a day is a dot.
        assert ('rx="4"' in "".join(piece.svg)) == (first == last)
        # What leaves something open is no whole mark: it has an outline of strokes, or fades.
        if re.search(r"[?~%X\[{]|\.\.|^/|/$", edtf):
            assert "stroke-dasharray" in "".join(piece.svg) or "url(#" in "".join(piece.svg)


@given(st.lists(forms, min_size=1, max_size=8))
def test_a_later_day_never_stands_before_an_earlier_one(found: Sequence[str]) -> None:
    spans = [span for each in found if (span := span_of(each)) is not None]
    if not spans:
        return
    axis = Axis(spans, LEFT, WIDTH)
    known = sorted(day for span in spans for day in (span.first, span.last) if day is not None)
    around = range(min(known) - 400, max(known) + 400, max(1, (max(known) - min(known)) // 60))
    places = [axis.x(day) for day in around]
    assert places == sorted(places)
    assert all(LEFT <= tick.x <= LEFT + WIDTH for tick in axis.ticks)


def test_a_longer_time_is_wider_than_a_shorter_one_on_the_same_axis() -> None:
    found = ["2023-03-17", "2023-03", "2023-33", "2023", "2022/2024"]
    axis = Axis([span_of(each) for each in found], LEFT, WIDTH)
    widths = [reach(span_of(each), axis).end - reach(span_of(each), axis).begin for each in found]
    assert widths == sorted(set(widths))


@pytest.mark.parametrize("winter", ["2022-24", "2022-28", "2022-30"])
def test_a_season_over_new_year_reaches_into_both_years(winter) -> None:
    span = span_of(winter)
    assert span.first <= date(2021, 12, 1).toordinal() and span.last > date(2023, 2, 28).toordinal()
    assert span.rough and span.about


def test_a_story_of_few_days_shows_days_and_not_hours() -> None:
    axis = Axis([span_of("2023-03-17"), span_of("2023-03-18T23:59:00Z")], LEFT, WIDTH)
    one, other = reach(span_of("2023-03-17"), axis), reach(span_of("2023-03-18T23:59:00Z"), axis)
    assert (one.end, other.end - other.begin) == (other.begin, one.end - one.begin)


def test_a_long_empty_time_is_cut_short_and_that_is_told() -> None:
    days = [f"2023-03-{day:02}" for day in (1, 9, 17)]
    made = draw(
        Kind.TIMELINE, story(), [fact(n, occurred=day) for n, day in enumerate(["1939-09", *days], 1)]
    )
    assert "cut short" in made.svg
    # The days of March 2023 still stand apart.
    axis = Axis([span_of(each) for each in ("1939-09", *days)], LEFT, WIDTH)
    assert axis.x(dates.number(days[1])) - axis.x(dates.number(days[0])) > 8
    assert len(axis.cuts) == 1 and axis.ticks


@pytest.mark.parametrize("edtf", ["XXXX-07-18", "XXXX-07", "XXXX", "../..", "/", None])
def test_what_has_no_year_has_no_mark_and_stands_apart_at_the_end(edtf) -> None:
    facts = [
        fact(1, "It sank.", occurred=edtf, occasion=None if edtf else "market day"),
        fact(2, "It sailed.", occurred="2023"),
    ]
    alone = laid_out(Kind.TIMELINE, story(), facts[:1])
    assert [box for box in alone.piece.boxes if box.what == "mark"] == []
    both = laid_out(Kind.TIMELINE, story(), facts)
    assert len([box for box in both.piece.boxes if box.what == "mark"]) == 1
    at = {box.text: box.y for box in both.piece.boxes}
    assert (
        at["Dee Ash said that it sailed"]
        < at["Date left open by the source"]
        < at["Dee Ash said that it sank"]
    )


def test_when_something_was_said_looks_otherwise_than_when_it_happened() -> None:
    said = fact(1).attributions[0].model_copy(update={"said": "2023-03-17"})
    told = draw(Kind.TIMELINE, story(), [fact(1, attributions=(said,))])
    happened = draw(Kind.TIMELINE, story(), [fact(1, occurred="2023-03-17")])
    assert "<polygon" in told.svg and "<polygon" not in happened.svg
    assert "Said 17 March 2023" in told.alt and "when it was said or reported;" in told.svg


@pytest.mark.parametrize(
    ("edtf", "told"),
    [
        ("2023-03-17", {"a day"}),
        ("2023", {"longer than a day"}),
        ("2023?", {"uncertain"}),
        ("2023~", {"uncertain", "an end is open"}),
        ("2023/..", {"longer than a day", "an end is open"}),
        ("XXXX-07", set()),
    ],
)
def test_the_marks_that_a_picture_has_are_explained_and_no_others(edtf, told) -> None:
    boxes = laid_out(Kind.TIMELINE, story(), [fact(1, occurred=edtf)]).piece.boxes
    keys = ("a day", "longer than a day", "uncertain", "an end is open", "when it was said", "time in which")
    assert {key for key in keys if any(box.text.startswith(key) for box in boxes)} == told


def test_every_day_of_a_year_has_its_name_on_an_axis() -> None:
    for number in range(0, 366, 17):
        day = (date(2023, 1, 1) + timedelta(days=number)).isoformat()
        axis = Axis([span_of(day)], LEFT, WIDTH)
        assert any(tick.label for tick in axis.ticks), day
