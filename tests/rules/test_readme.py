"""What the README says of commands is what the registry and the program say."""

from __future__ import annotations

import re
import tomllib

import pytest

from bot.cli import app
from bot.commands import commands
from tests.conftest import ROOT
from tests.rules.readme import README, updated
from tests.rules.table import markdown


@pytest.fixture(scope="module")
def text() -> str:
    """Return the README."""
    return README.read_text(encoding="utf-8")


def test_the_table_holds_every_command_once() -> None:
    table = markdown(commands)
    for command in commands:
        assert table.count(f"| `{command.usage()}` | {command.help} |") == 1
        assert f"| `{command.example}` |" in table
    assert {line.count("|") for line in table.replace("\\|", "").splitlines()} == {6}


def test_its_generated_parts_are_up_to_date(text: str) -> None:
    assert updated(text) == text, "say: make readme"


def test_its_transcript_shows_where_answers_come_from(text: str) -> None:
    _, _, shown = text.partition("<!-- transcript")
    assert "Sources\n[1] " in shown.partition("<!-- /transcript")[0]


def test_every_operators_command_in_the_readme_exists(text: str) -> None:
    known = {info.name or (info.callback and info.callback.__name__) for info in app.registered_commands}
    used = set(re.findall(r"^\s*(?:\$ )?(?:\S+/)?onrecord ([a-z]+)", text, re.MULTILINE))
    assert used <= known
    assert re.findall(r"\bonrecord run\b", text)


def test_every_make_target_in_the_readme_exists(text: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"chat", "test"} <= set(re.findall(r"\bmake (?:-s )?([a-z]+)\b", text))
    assert set(re.findall(r"(?:^|`)make (?:-s )?([a-z]+)\b", text, re.MULTILINE)) <= targets


def test_every_slash_command_in_the_readme_exists(text: str) -> None:
    # /newbot is BotFather's, the others are pages of the metrics' server.
    names = {command.name for command in commands} | {"newbot", "metrics", "healthz"}
    assert set(re.findall(r"(?:^|[`\s>])/([a-z]+)(?=[`\s]|$)", re.sub("<!--.*?-->", "", text))) <= names


def test_the_readme_names_the_package_as_it_is(text: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "onrecord"
    assert text.startswith("# OnRecord")
