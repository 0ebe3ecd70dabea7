"""Settings: what is read, what is refused, and that no refusal tells a secret."""

from __future__ import annotations

import os
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot import config
from bot.config import known_keys, load
from bot.errors import SettingsError

TOKEN = "123456:AAHsecretsecretsecretsecretsecret"
EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


@pytest.fixture
def written(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path, environ=None) -> str:
    with pytest.raises(SettingsError) as caught:
        load(path, environ or {})
    return caught.value.text


def test_nothing_given_is_enough(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load(None, {})
    assert settings.storage.path == Path("onrecord.db")
    assert settings.telegram.token is None
    assert settings.telegram.mode == "polling"
    assert settings.limits.messages_per_minute == 30
    assert settings.owners == []


def test_config_toml_of_the_working_folder_is_read(written, tmp_path, monkeypatch):
    written("[limits]\npage = 5\n")
    monkeypatch.chdir(tmp_path)
    assert load(None, {}).limits.page == 5


def test_environment_overrides_the_file(written):
    path = written('owners = ["telegram:1"]\n[telegram]\ntoken = "1:a"\nlisten = "0.0.0.0:80"\n')
    environ = {
        "ONRECORD_TELEGRAM__TOKEN": TOKEN,
        "ONRECORD_OWNERS": "telegram:2, telegram:3",
        "ONRECORD_LIMITS__PAGE": "12",
        "ONRECORD_LOG__LEVEL": "WARNING",
        "ONRECORD_TELEGRAM__LISTEN": "",
        "HOME": "/nowhere",
    }
    settings = load(path, environ)
    assert settings.telegram.token.get_secret_value() == TOKEN
    assert settings.owners == ["telegram:2", "telegram:3"]
    assert settings.limits.page == 12
    assert settings.log.level == "warning"
    assert settings.telegram.address == ("0.0.0.0", 80)


def test_owners_from_the_environment(subtests):
    for text in ["telegram:1,telegram:2", '["telegram:1", "telegram:2"]', "telegram:1 , telegram:2,"]:
        with subtests.test(text=text):
            assert load(None, {"ONRECORD_OWNERS": text}).owners == ["telegram:1", "telegram:2"]


def test_unknown_keys_name_the_nearest(written, subtests):
    for text, named in [
        ("[telegram]\ntokn = 'x'", "unknown key telegram.tokn; did you mean telegram.token?"),
        ("[telegramm]\ntoken = 'x'", "unknown key telegramm.token; did you mean telegram.token?"),
        ("token = 'x'", "unknown key token; did you mean telegram.token?"),
        ("owner = ['telegram:1']", "unknown key owner; did you mean owners?"),
        ("[limits]\npages = 3", "unknown key limits.pages; did you mean limits.page?"),
        ("[limits.page]\nx = 3", "limits.page should be a whole number from 1 to 50"),
        ("[zebra]\nquagga = 3", "unknown key zebra.quagga; config.example.toml explains every key"),
        ("telegram = 3", "telegram is a section: write [telegram]"),
    ]:
        with subtests.test(text=text):
            assert named in refusal(written(text))


def test_unknown_variables_name_the_nearest(subtests):
    for variable, nearest in [
        ("ONRECORD_TELEGRAM_TOKEN", "ONRECORD_TELEGRAM__TOKEN"),
        ("ONRECORD_TOKEN", "ONRECORD_TELEGRAM__TOKEN"),
        ("ONRECORD_STORAGE__PAHT", "ONRECORD_STORAGE__PATH"),
    ]:
        with subtests.test(variable=variable):
            text = refusal(None, {variable: TOKEN})
            assert text == f"unknown environment variable {variable}; did you mean {nearest}?"


def test_a_wrong_value_names_its_key_and_what_it_should_be(written, subtests):
    for text, key in [
        ("[telegram]\nmode = 'push'", "telegram.mode"),
        ("[telegram]\nlisten = '8080'", "telegram.listen"),
        ("[telegram]\nlisten = 'host:99999'", "telegram.listen"),
        ("[telegram]\nlisten = 8080", "telegram.listen"),
        ("[telegram]\napi_base_url = 'example.org'", "telegram.api_base_url"),
        ("[telegram]\napi_base_url = ''", "telegram.api_base_url"),
        ("[telegram]\nwebhook_url = 'http://example.org/hook'", "telegram.webhook_url"),
        ("[telegram]\nwebhook_secret = 'two words'", "telegram.webhook_secret"),
        ("[telegram]\ntoken = 12345", "telegram.token"),
        ("[discord]\ntoken = 'two.parts'", "discord.token"),
        ("[discord]\napi_base_url = 'discord.com'", "discord.api_base_url"),
        ("[discord]\ngateway_url = 'https://example.org'", "discord.gateway_url"),
        ("[limits]\npage = 'many'", "limits.page"),
        ("[limits]\npage = 0", "limits.page"),
        ("[limits]\nmessages_per_minute = 1.5", "limits.messages_per_minute"),
        ("owners = 'someone'", "owners"),
        ("owners = [5]", "owners"),
        ("language = 'English please'", "language"),
        ("[log]\nformat = 'xml'", "log.format"),
        ("[storage]\npath = ''", "storage.path"),
        ("[storage]\npath = 5", "storage.path"),
        ("[storage]\nurl = 'mysql://a@b/c'", "storage.url"),
        ("[storage]\nurl = 5", "storage.url"),
    ]:
        with subtests.test(text=text):
            refused = refusal(written(text))
            assert refused.startswith(f"{key} should be {known_keys()[key]}")
            assert "\n" not in refused
            assert len(refused) < 160


def test_every_wrong_value_is_told_at_once(written):
    assert len(refusal(written("[limits]\npage = 0\nburst = 0\n[log]\nlevel = 'loud'")).splitlines()) == 3


def test_a_refusal_never_tells_a_secret(written, subtests):
    for value in [f"{TOKEN} extra", f"bot{TOKEN}/", f"{TOKEN}\u00e9"]:
        with subtests.test(value=value):
            for key in ("token", "webhook_secret", "webhook_url", "api_base_url"):
                text = refusal(written(f'[telegram]\n{key} = "{value}"'))
                assert "secretsecret" not in text
                text = refusal(None, {f"ONRECORD_TELEGRAM__{key.upper()}": value})
                assert "secretsecret" not in text


def test_settings_do_not_show_their_secrets(written):
    secrets = f'[telegram]\ntoken = "{TOKEN}"\nwebhook_secret = "hush-hush"\n[discord]\ntoken = "a.hush.c"'
    settings = load(written(secrets), {})
    assert "secretsecret" not in f"{settings!r} {settings}"
    assert "hush" not in f"{settings!r} {settings}"
    assert settings.secrets() == (TOKEN, "hush-hush", "a.hush.c")


def test_webhook_mode_needs_address_and_secret(written, subtests):
    for keys, missing in [
        ("", "telegram.webhook_url and telegram.webhook_secret must be set"),
        ('webhook_url = "https://example.org/h"', "telegram.webhook_secret must be set"),
        ('webhook_secret = "s"', "telegram.webhook_url must be set"),
    ]:
        with subtests.test(keys=keys):
            assert missing in refusal(written(f'[telegram]\nmode = "webhook"\n{keys}'))


def test_webhook_over_http_only_on_this_machine(written, subtests):
    for host in ["127.0.0.1:81", "localhost:81", "[::1]:81"]:
        with subtests.test(host=host):
            text = f'[telegram]\nmode = "webhook"\nwebhook_url = "http://{host}/hook/"\nwebhook_secret = "s"'
            assert load(written(text), {}).telegram.webhook_url == f"http://{host}/hook/"


def test_addresses_are_kept_as_they_are_used(written):
    settings = load(written('[telegram]\napi_base_url = "http://127.0.0.1:8081/"\nlisten = "[::1]:0"'), {})
    assert settings.telegram.api_base_url == "http://127.0.0.1:8081"
    assert settings.telegram.address == ("::1", 0)


def test_broken_toml(written, subtests):
    for text in ["[telegram", "a = ", "= 1"]:
        with subtests.test(text=text):
            assert "is not valid TOML" in refusal(written(text))


def test_files_that_cannot_be_read(tmp_path):
    assert "There is no settings file" in refusal(tmp_path / "none.toml")
    assert "cannot be read" in refusal(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    assert "is not UTF-8 text" in refusal(tmp_path / "latin.toml")


def test_settings_may_come_through_a_pipe_that_is_not_waited_for(tmp_path, monkeypatch):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setattr(config, "LONGEST_PAUSE", 0.05)
    assert refusal(pipe) == f"The settings file {pipe} cannot be read: nothing comes through it"
    monkeypatch.setattr(config, "LONGEST_PAUSE", 5.0)
    with ThreadPoolExecutor(1) as beside:
        beside.submit(pipe.write_text, 'language = "de"\n')
        assert load(pipe, {}).language == "de"
    assert "larger than any settings" in refusal(Path("/dev/zero"))


def test_the_example_explains_every_key_and_only_those(written, tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8")
    load(EXAMPLE, {})
    lines = text.splitlines()
    opened = "\n".join(
        line[2:] if line.startswith("# ") and " = " in line and line[2:3].islower() else line
        for line in lines
    )
    opened = "\n".join(line for line in opened.splitlines() if not line.startswith("ONRECORD"))
    data = tomllib.loads(opened)
    given = {
        f"{name}.{key}" if isinstance(value, dict) else name
        for name, value in data.items()
        for key in (value if isinstance(value, dict) else [""])
    }
    assert given == set(known_keys())


def test_the_example_shows_the_defaults():
    text = EXAMPLE.read_text(encoding="utf-8")
    defaults = load(None, {})
    assert f'# path = "{defaults.storage.path}"' in text
    assert f'# api_base_url = "{defaults.telegram.api_base_url}"' in text
    assert f'# listen = "{defaults.telegram.listen}"' in text
    for name, value in defaults.limits.model_dump().items():
        assert f"# {name} = {value}\n" in text


def test_the_password_of_a_database_is_a_secret_however_it_is_written(subtests):
    for url, secrets in [
        ("postgresql://bot:s%40fe@db.example.org:5432/news", ("s%40fe", "s@fe")),
        ("postgres://db.example.org/news?user=bot&password=hidden", ("hidden",)),
        ("postgresql://bot@one.example.org,two.example.org:6432/news", ()),
    ]:
        with subtests.test(url=url):
            settings = load(None, {"ONRECORD_STORAGE__URL": url})
            assert settings.storage.address == url
            assert settings.secrets() == secrets
            assert not any(each in f"{settings.storage.place} {settings!r}" for each in secrets)
            assert settings.storage.place.startswith("postgresql://")


def test_a_password_that_its_own_slash_cuts_in_two_is_refused_and_not_shown():
    with pytest.raises(SettingsError, match="%2F") as caught:
        load(None, {"ONRECORD_STORAGE__URL": "postgresql://bot:12/hidden@db.example.org/news"})
    assert "hidden" not in str(caught.value)
