"""The operator's commands as processes: their help, and the settings they are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.process import complaint, onrecord

COMMANDS = (
    "run",
    "chat",
    "import",
    "export",
    "search",
    "schema",
    "migrate",
    "backup",
    "restore",
    "move",
    "doctor",
    "intake",
    "snapshot",
    "version",
)


def test_help_has_an_example(tmp_path: Path, subtests: pytest.Subtests) -> None:
    for command in COMMANDS:
        with subtests.test(command=command):
            ran = onrecord(command, "--help", folder=tmp_path)
            assert ran.returncode == 0
            assert "Example: " in ran.stdout and f"onrecord {command}" in ran.stdout.split("Example: ")[1]
            assert list(tmp_path.iterdir()) == []


def test_help_names_every_command(tmp_path: Path) -> None:
    ran = onrecord("--help", folder=tmp_path)
    assert all(f"  {command} " in ran.stdout for command in COMMANDS)


def test_a_move_says_where_to_or_unlocks(tmp_path: Path) -> None:
    for given in ((), ("--unlock", "--to", "a.db"), ("--unlock", "--dry-run")):
        assert "Say where to with --to" in complaint(onrecord("move", *given, folder=tmp_path))
    assert "was not moved away" in complaint(onrecord("move", "--unlock", folder=tmp_path))


def test_version(tmp_path: Path) -> None:
    ran = onrecord("version", folder=tmp_path)
    assert ran.returncode == 0 and ran.stdout.startswith("onrecord ")


def test_wrong_settings_are_named_with_what_they_should_be(tmp_path: Path, subtests: pytest.Subtests) -> None:
    for text, expected in [
        ("[telegram]\ntokken = 'x'\n", "unknown key telegram.tokken; did you mean telegram.token?"),
        ("[limits]\nmessage_per_minute = 3\n", "did you mean limits.messages_per_minute?"),
        ("page = 3\n", "did you mean limits.page?"),
        ("[limits]\npage = 0\n", "limits.page should be a whole number from 1 to 50"),
        ("[telegram]\ntoken = 'my secret'\n", "telegram.token should be"),
        ("[telegram]\nmode = 'webhook'\n", "telegram.webhook_url and telegram.webhook_secret must be set"),
        ("owners = [12345]\n", "owners should be"),
        ("[telegram\n", "is not valid TOML"),
    ]:
        with subtests.test(text=text):
            (tmp_path / "config.toml").write_text(text, encoding="utf-8")
            said = complaint(onrecord("run", folder=tmp_path))
            assert expected in said and "my secret" not in said


def test_a_settings_file_that_is_not_there(tmp_path: Path) -> None:
    assert "config.example.toml" in complaint(onrecord("run", "--config", "my.toml", folder=tmp_path))


def test_an_unknown_variable_names_the_nearest(tmp_path: Path) -> None:
    ran = onrecord("run", folder=tmp_path, environ={"ONRECORD_TELEGRAM_TOKEN": "123456:x"})
    assert "did you mean ONRECORD_TELEGRAM__TOKEN?" in complaint(ran)


def test_run_without_a_token_points_to_chat(tmp_path: Path) -> None:
    said = complaint(onrecord("run", folder=tmp_path))
    assert "onrecord chat" in said and "ONRECORD_TELEGRAM__TOKEN" in said
    assert list(tmp_path.iterdir()) == []


def test_doctor_without_a_token_is_content(folder: Path) -> None:
    ran = onrecord("doctor", folder=folder)
    assert ran.returncode == 0
    assert all(subject in ran.stdout for subject in ("settings", "record", "disk", "telegram"))
