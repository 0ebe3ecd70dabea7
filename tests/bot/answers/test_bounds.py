"""What fits a page, and what is said of what does not."""

from __future__ import annotations

from bot.answers.bounds import LONGEST_BLOCK, LONGEST_LINE, PAGE, divided, fitting, lines_of, some_of, within
from bot.replies import Block, Citation, Heading, Line, Note


def test_a_page_is_not_left_with_a_heading_at_its_end():
    full, heading, note = Note(text="x" * (PAGE - 40)), Heading(text="y"), Note(text="z" * 20)
    assert fitting([full, heading, note]) == 1
    assert fitting([heading, Note(text="x" * PAGE * 2), note]) == 2
    assert fitting([Note(text="x" * PAGE * 2), note]) == 1


def test_a_source_counts_where_it_is_first_cited():
    cited = (Citation(source=1, entry="e" * (PAGE - 300)),)
    lines: list[Block] = [Line(text="x" * 40, citations=cited) for _ in range(20)]
    assert fitting(lines) == 3


def test_what_is_left_out_is_counted_and_told_where_to_see():
    blocks: list[Block] = [Note(text="x" * (PAGE // 4 - 30)) for _ in range(7)]
    assert within(blocks[:4]) == blocks[:4]
    *shown, note = within(blocks, rest="/fact F7 shows all.")
    assert shown == blocks[:4]
    assert note.text == "3 more lines are left out here. /fact F7 shows all."


def test_a_long_block_is_divided_between_words_and_loses_nothing():
    cited = (Citation(source=1, entry="e"),)
    words = [f"word{n}" for n in range(900)]
    line = Line(text=" ".join(words), citations=cited, fact=7, revision=2, label="4 May", mark="disputed")
    parts = [part for part in divided([line]) if isinstance(part, Line)]
    assert len(parts) > 2 and all(len(part.text) <= LONGEST_BLOCK + 4 for part in parts)
    assert " ".join(part.text.strip("… ") for part in parts).split() == words
    assert all(part.citations == cited and part.fact == 7 for part in parts)
    assert [part.label for part in parts] == ["4 May", *[None] * (len(parts) - 1)]
    assert [part.mark for part in parts] == [*[None] * (len(parts) - 1), "disputed"]
    assert divided([Note(text="x" * LONGEST_BLOCK)]) == [Note(text="x" * LONGEST_BLOCK)]


def test_a_sign_is_measured_with_what_its_escape_takes():
    for sign, parts in ("x", 2), ("&", 10), ("*", 4), ("\U0001f30a", 4):
        assert len(divided([Note(text=sign * 2 * LONGEST_BLOCK)])) == parts, sign


def test_names_are_joined_into_lines_none_of_them_lost():
    names = [f"name {n}" for n in range(300)]
    lines = lines_of(names)
    assert all(len(line) <= LONGEST_LINE for line in lines)
    assert ", ".join(lines).split(", ") == names
    assert lines_of(["x" * 2000, "y"]) == ["x" * 2000, "y"]
    assert lines_of([]) == []


def test_the_first_of_many_names_are_shown_with_the_count_of_the_others():
    assert some_of(["a", "b"]) == "a, b"
    assert some_of([]) == ""
    assert some_of(["a" * 600, "b" * 600, "c"]) == "a" * 600 + " and 2 more"
