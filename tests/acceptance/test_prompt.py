"""The conversation at a real terminal: completion, history, the keys that interrupt and end it, colours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.pseudo_terminal import CTRL_C, CTRL_D, ENTER, GOING_ON, TAB, PseudoTerminal

HISTORY = "state/onrecord/history"
CYAN = "\x1b[36m"


def test_it_greets_answers_and_ends(folder: Path) -> None:
    with PseudoTerminal(folder) as terminal:
        assert "/help" in terminal.prompts()
        assert "Dmytro Lubinets" in terminal.says("/who lubinets")
        terminal.press(CTRL_D)
        assert terminal.ended() == 0
        assert "Traceback" not in terminal.written


@pytest.mark.parametrize("word", ["exit", "/quit"])
def test_a_word_ends_it_too(folder: Path, word: str) -> None:
    with PseudoTerminal(folder) as terminal:
        terminal.prompts()
        terminal.press(word + ENTER)
        assert terminal.ended() == 0
        assert "There is no command" not in terminal.written


def test_ctrl_c_clears_the_line_and_ctrl_d_ends_only_at_an_empty_one(folder: Path) -> None:
    with PseudoTerminal(folder) as terminal:
        terminal.prompts()
        terminal.press("/fact F9")
        terminal.shows("F9")
        terminal.press(CTRL_C)
        terminal.prompts()
        assert "Revisions" in terminal.says("/fact F1")
        # With something typed it deletes what stands under the cursor: nothing.
        terminal.press("/who" + CTRL_D + " lubinets")
        terminal.shows("lubinets")
        terminal.press(ENTER)
        assert "Dmytro Lubinets" in terminal.prompts()
        terminal.press(CTRL_D)
        assert terminal.ended() == 0
    assert "F1" in history(folder) and "F9" not in history(folder)


def test_a_tab_completes_commands_and_what_they_take(folder: Path) -> None:
    with PseudoTerminal(folder) as terminal:
        terminal.prompts()
        terminal.press("/disp" + TAB)
        terminal.shows("uted")
        terminal.press(ENTER)
        assert "no command" not in terminal.prompts()
        terminal.press("/help di" + TAB)
        terminal.shows("sputed")
        terminal.press(ENTER)
        assert "/disputed" in terminal.prompts()
        # Where there are several, they are shown to choose from.
        terminal.press("/wh" + TAB)
        terminal.shows("/who", "/when", "/where", "/what", "/why")
        terminal.press(TAB)
        terminal.shows("o")
        terminal.press(CTRL_C)
        terminal.prompts()


def test_a_line_that_ends_with_a_backslash_goes_on(folder: Path) -> None:
    with PseudoTerminal(folder, "--as", "moderator") as terminal:
        terminal.prompts()
        for line in ("/correct F5", "at: ¶9", "material: yes"):
            terminal.press(f"{line}\\{ENTER}")
            terminal.prompts(GOING_ON)
        shown = terminal.says("reason: the paragraph was wrong")
        assert "F5 reads now" in shown and "¶9" in shown


def test_a_tab_completes_the_lines_that_go_on(folder: Path) -> None:
    with PseudoTerminal(folder, "--as", "moderator") as terminal:
        terminal.prompts()
        terminal.press(f"/add The bridge was closed\\{ENTER}")
        terminal.prompts(GOING_ON)
        terminal.press("who: lub" + TAB)
        terminal.shows("Dmytro Lubinets")
        terminal.press(f"\\{ENTER}")
        terminal.prompts(GOING_ON)
        terminal.press("sou" + TAB)
        terminal.shows("rce:")
        terminal.press("S1" + ENTER)
        shown = terminal.prompts()
        assert "Readers will see" in shown and "Lubinets" in shown and "[1]" in shown


def test_what_was_asked_is_found_again_after_a_restart_and_by_nobody_else(folder: Path) -> None:
    with PseudoTerminal(folder) as terminal:
        terminal.prompts()
        terminal.says("/fact F1")
        terminal.press(CTRL_D)
        assert terminal.ended() == 0
    with PseudoTerminal(folder) as terminal:
        terminal.prompts()
        terminal.recalls("/fact F1")
        terminal.press(ENTER)
        assert "Revisions" in terminal.prompts()
    kept = folder / HISTORY
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_where_no_history_can_be_kept_the_terminal_remembers_until_its_end(folder: Path) -> None:
    (folder / "state").write_text("no folder", encoding="utf-8")
    with PseudoTerminal(folder) as terminal:
        terminal.prompts()
        terminal.says("/fact F1")
        terminal.recalls("/fact F1")
        terminal.press(ENTER)
        assert "Revisions" in terminal.prompts()


def test_a_history_that_cannot_be_written_any_more_stops_nobody(folder: Path) -> None:
    with PseudoTerminal(folder) as terminal:
        terminal.prompts()
        assert "Revisions" in terminal.says("/fact F3")
        (folder / HISTORY).unlink()
        (folder / HISTORY).mkdir()
        assert "Revisions" in terminal.says("/fact F1")
        assert "Dmytro Lubinets" in terminal.says("/who lubinets")
        assert "Traceback" not in terminal.written


def test_colours_are_shown_but_where_they_are_not_wanted(folder: Path) -> None:
    for environ, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        with PseudoTerminal(folder, **environ) as terminal:
            terminal.prompts()
            terminal.says("/who lubinets")
            assert (CYAN in terminal.written) is coloured


def history(folder: Path) -> str:
    return (folder / HISTORY).read_text(encoding="utf-8")
