"""Rules about the repository's own files."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from bot.config import known_keys, load
from tests.conftest import ROOT

EXAMPLE = ROOT / "config.example.toml"
# Download addresses and folders of one machine; each is spelt so that this file does not hold it.
PRIVATE = re.compile(
    r"files[.]pythonhosted[.]|pypi[.]org/simple|--(?:extra-)?index[-]url|PIP[_]INDEX|/work[/]|/tmp/v[/]"
)
LONGEST_MODULE = 350
LARGE_FOR_A_REASON = {
    "tests/bot/frontends/telegram/test_app.py": "the front end's behaviours, one after another",
}


def kept_files() -> list[Path]:
    """Return the files that are, or would be, in version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this copy is not in version control")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_the_example_of_settings_loads_as_it_stands() -> None:
    assert load(EXAMPLE, {}) == load(None, {})


def test_the_example_of_settings_shows_every_key_with_its_default() -> None:
    shown = re.sub(r"(?m)^# ?(?=\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"))
    data = tomllib.loads(shown)
    keys = {
        f"{name}.{key}" if isinstance(value, dict) else name
        for name, value in data.items()
        for key in (value if isinstance(value, dict) else [""])
    }
    assert keys == set(known_keys())
    defaults = load(None, {}).model_dump(mode="json")
    examples = {
        "storage.url",
        "telegram.token",
        "telegram.webhook_url",
        "telegram.webhook_secret",
        "discord.token",
        "discord.api_base_url",
        "discord.gateway_url",
        "leases.role",
        "metrics.listen",
        "web.listen",
        "web.url",
        "web.trusted_proxies",
        "story.default",
        "owners",
    }
    for key in keys - examples:
        section, _, name = key.rpartition(".")
        given, default = (
            (data[section][name], defaults[section][name]) if section else (data[name], defaults[name])
        )
        assert given == default, key


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    found = []
    for path in kept_files():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in PRIVATE.finditer(text)]
    assert found == []


def test_every_python_file_begins_with_what_it_is_for() -> None:
    bare = []
    for path in kept_files():
        if path.suffix == ".py" and path.stat().st_size:
            first = path.read_text(encoding="utf-8").lstrip()
            if not first.startswith('"""'):
                bare.append(str(path.relative_to(ROOT)))
    assert bare == []


def test_modules_stay_small() -> None:
    large = {
        str(path.relative_to(ROOT)): count
        for path in kept_files()
        if path.suffix == ".py"
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert {name: count for name, count in large.items() if name not in LARGE_FOR_A_REASON} == {}


def test_constraints_pin_versions_and_nothing_else() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+|#.*|", line), line
