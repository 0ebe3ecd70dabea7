"""What the READMEs say of commands is what the registry and the program say."""

from __future__ import annotations

import re
import tomllib

import pytest

from bot.cli.app import app
from bot.commands import commands
from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.conftest import ROOT
from tests.rules.readme import GENERATORS, PART, README, readmes, updated
from tests.rules.table import full_table

MOST_WORDS = 1200
TEXTS = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in readmes()}
ALL = "\n".join(TEXTS.values())


def test_the_first_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").split()) <= MOST_WORDS


def test_the_table_holds_every_command_once() -> None:
    table = full_table(commands)
    for command in commands:
        # What answers a dialogue is told there.
        assert table.count(f"| `{command.usage()}` | {command.help} |") == command.is_listed
        assert (f"| `{command.example}` |" in table) == command.is_listed
    assert {line.count("|") for line in table.replace("\\|", "").splitlines()} == {6}


def test_each_generated_part_stands_in_one_readme() -> None:
    assert sorted(part[1] for part in PART.findall(ALL)) == sorted(GENERATORS)


def test_the_generated_parts_are_up_to_date(subtests: pytest.Subtests) -> None:
    for name, text in TEXTS.items():
        with subtests.test(name):
            assert updated(text) == text, "say: make readme"


def test_the_transcript_shows_where_answers_come_from() -> None:
    _, _, shown = TEXTS["README.md"].partition("<!-- generated: reading")
    assert "Sources\n[1] " in shown.partition("<!-- /generated")[0]


def test_every_operators_command_exists_and_is_described() -> None:
    known = {info.name or (info.callback and info.callback.__name__) for info in app.registered_commands}
    used = set(re.findall(r"(?:^|[`/ ])onrecord ([a-z]+)", ALL, re.MULTILINE))
    assert used == known


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    used = re.compile(r"(?:^|[`|] ?|\.\. )make (?:-s )?([a-z]+)", re.MULTILINE)
    assert {"chat", "test"} <= set(used.findall(TEXTS["README.md"]))
    assert set(used.findall(ALL)) <= targets


def test_every_slash_command_exists() -> None:
    # /newbot is BotFather's, two are the terminal's own, the others are pages of the metrics' server.
    others = {"newbot", "next", "previous", "metrics", "healthz"}
    names = {command.name for command in commands} | others
    assert set(re.findall(r"(?:^|[`\s>])/([a-z]+)(?=[`\s]|$)", re.sub("<!--.*?-->", "", ALL))) <= names


def test_every_link_to_a_file_leads_to_one() -> None:
    dead = [
        f"{name}: {target}"
        for name, text in TEXTS.items()
        for target in re.findall(r"\]\(([^)#:]+)\)", text)
        if not (ROOT / name).parent.joinpath(target).is_file()
    ]
    assert dead == []


async def test_the_line_of_json_in_a_readme_can_be_imported(record: Record, tmp_path) -> None:
    (line,) = re.findall(r"```json\n(.*?)```", ALL, re.DOTALL)
    sheet = tmp_path / "claims.jsonl"
    sheet.write_text(line, encoding="utf-8")
    result = await import_sheet(record, sheet, actor="tests", story="claims")
    assert result.added == 1


def test_the_readme_names_the_package_as_it_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "onrecord"
    assert TEXTS["README.md"].startswith("# OnRecord")
