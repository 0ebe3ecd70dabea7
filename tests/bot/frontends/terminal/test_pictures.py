"""A picture asked for at the terminal: a file in the current folder, and its lines printed."""

from __future__ import annotations

from bot.frontends.terminal.pictures import saved
from bot.frontends.terminal.render import plain
from bot.replies import Drawing, Heading, Reply

PNG = b"\x89PNG\r\n\x1a\n and more"
TEXT = "Timeline\n\nMarch 2023\nThe ICC issued a warrant [1] F19\n\n[1] ICC, March 2023"


def drawn() -> Reply:
    picture = Drawing(kind="timeline", story=1, cited={19: 1}, data=PNG, text=TEXT)
    return Reply(blocks=(Heading(text="Timeline", level=1),), picture=picture)


def test_it_is_saved_under_a_free_name_which_is_told_and_its_lines_are_printed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "timeline.png").write_text("mine", encoding="utf-8")
    for name in ("timeline-2.png", "timeline-3.png"):
        text = plain(saved(drawn()))
        # A long folder has a line of its own.
        assert f"Saved as {tmp_path / name}." in " ".join(text.split())
        assert text.endswith(TEXT)
        assert (tmp_path / name).read_bytes() == PNG
    assert (tmp_path / "timeline.png").read_text(encoding="utf-8") == "mine"


def test_where_it_cannot_be_saved_it_says_why_and_prints_the_lines_all_the_same(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr("bot.frontends.terminal.pictures.Path.cwd", lambda: folder / "none")
    text = plain(saved(drawn()))
    assert "cannot be saved here: No such file or directory." in text and text.endswith(TEXT)
    monkeypatch.setattr("bot.frontends.terminal.pictures.Path.cwd", lambda: tmp_path)
    monkeypatch.setattr("bot.frontends.terminal.pictures.MOST", 1)
    (tmp_path / "timeline.png").touch()
    assert "cannot be saved here: " in plain(saved(drawn()))


def test_a_reply_without_a_picture_stays_as_it_is():
    reply = Reply(blocks=(Heading(text="Timeline", level=1),))
    assert saved(reply) is reply
