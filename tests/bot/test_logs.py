"""Logs: both forms, and that no secret gets into either."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot import logs
from bot.settings.sections import LogSettings

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SECRET = "hush-hush"
WROTE = "the boy is hidden in Minsk"


@pytest.fixture
def logged():
    """Set logging up on a stream of the test's own, and put everything back afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.raiseExceptions)
    levels = {name: logging.getLogger(name).level for name in logs._NOISY}
    stream = io.StringIO()

    def begin(form: str = "text", level: str = "info") -> io.StringIO:
        logs.set_up(LogSettings(level=level, format=form), [TOKEN, SECRET, ""], stream=stream)
        return stream

    yield begin
    root.handlers[:], root.level, logging.raiseExceptions = before
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


def test_text_is_one_line(logged):
    out = logged()
    logging.getLogger("bot.x").info("heard %s", "a\nforged line\x1b[2J")
    (line,) = out.getvalue().splitlines()
    assert line.endswith("INFO    bot.x: heard a | forged line?[2J")


def test_json_is_one_object_a_line(logged):
    out = logged("json")
    logging.getLogger("bot.x").warning("heard %s", "ä\n")
    entry = json.loads(out.getvalue())
    assert entry["level"] == "warning"
    assert entry["logger"] == "bot.x"
    assert entry["message"] == "heard ä\n"
    assert entry["time"].endswith("+00:00")


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_struck_out_everywhere(logged, form):
    out = logged(form)
    log = logging.getLogger("bot.x")
    log.info("GET https://api.example.org/bot%s/getMe", TOKEN)
    log.info("url encoded %s", TOKEN.replace(":", "%3A"))
    log.info("another's 987654321:ZZHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw, secret %s", SECRET)
    log.info("an object %r", {"token": TOKEN})
    try:
        raise ValueError(f"no answer from /bot{TOKEN}/getMe")
    except ValueError:
        log.exception("failed", stack_info=True)
    written = out.getvalue()
    assert "AAHdqTcv" not in written
    assert "ZZHdqTcv" not in written
    assert SECRET not in written
    assert "ValueError" in written and "test_logs.py" in written


@pytest.mark.parametrize(
    "secret",
    [
        "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs1234",
        "https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb246MTIz/messages/@original",
        "/interactions/123/aW50ZXJhY3Rpb246MTIz/callback",
    ],
)
def test_what_looks_like_a_token_of_discord_is_struck_out(logged, secret):
    stream = logged()
    logging.getLogger("bot.x").warning("of %s", secret)
    line = stream.getvalue()
    assert "***" in line and "aW50ZXJ" not in line and "ZnCjm1" not in line


def test_arguments_that_do_not_fit_lose_nothing(logged, capsys):
    out = logged()
    unfit = "two %s %s"
    logging.getLogger("bot.x").info(unfit, TOKEN)
    assert "two %s %s" in out.getvalue()
    assert capsys.readouterr().err == ""


def test_the_libraries_noise_is_left_out(logged):
    out = logged(level="debug")
    for name in ("httpx", "httpcore.http11", "telegram.ext.Updater"):
        logging.getLogger(name).info("POST https://...")
        logging.getLogger(name).warning("worth it: %s", name)
    assert "POST" not in out.getvalue()
    assert out.getvalue().count("worth it") == 3


def test_setting_up_again_does_not_double(logged):
    logged()
    out = logged()
    logging.getLogger("bot.x").error("once")
    assert out.getvalue().count("once") == 1


def test_an_unexpected_error_is_logged_under_an_id(logged):
    out = logged()
    try:
        raise RuntimeError(WROTE)
    except RuntimeError as error:
        ident = logs.log_unexpected(logging.getLogger("bot"), error, "answering")
    assert f"error {ident} while answering" in out.getvalue()
    assert "RuntimeError" in out.getvalue() and WROTE not in out.getvalue()
    assert len(ident) == 8


class Kind(BaseModel):
    amount: int


def failing(number: int, wrote: Any) -> None:
    match number:
        case 0:
            {}[wrote]
        case 1:
            int(wrote)
        case 2:
            Kind(amount=wrote)
        case 3:
            with closing(sqlite3.connect(":memory:")) as connection:
                connection.execute(f"SELECT '{wrote}' '' x")
        case 4:
            try:
                failing(0, wrote)
            except KeyError as error:
                raise RuntimeError(wrote) from error
        case 5:
            raise ExceptionGroup(wrote, [ValueError(wrote), OSError(28, wrote)])
        case 6:
            Path(f"/{wrote}/x").read_text()
        case _:
            noted = ValueError("x")
            noted.add_note(wrote)
            raise noted


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_trace_tells_type_and_place_and_never_what_somebody_wrote(logged, subtests, form):
    for number in range(8):
        with subtests.test(number=number):
            out = logged(form)
            try:
                failing(number, WROTE)
            except Exception:
                logging.getLogger("bot").exception("incident")
            assert "in failing" in out.getvalue() and "Error" in out.getvalue()
            assert WROTE not in out.getvalue()


def test_a_warning_that_is_repeated_is_logged_once_a_minute(logged):
    out = logged()
    logger = logging.getLogger("bot.x")
    now = 1_000_000.0
    for seconds, level, text in [
        (0, logging.WARNING, "away"),
        (1, logging.WARNING, "away"),
        (2, logging.WARNING, "full"),
        (59, logging.WARNING, "away"),
        (60, logging.WARNING, "away"),
        (61, logging.ERROR, "broken"),
        (61, logging.ERROR, "broken"),
        # The clock was put back.
        (-100, logging.WARNING, "away"),
    ]:
        made = logger.makeRecord(logger.name, level, "", 0, "%s", (text,), None)
        made.created = now + seconds
        logger.handle(made)
    said = [line.rpartition(" ")[2] for line in out.getvalue().splitlines()]
    assert said == ["away", "full", "away", "broken", "broken", "away"]


def test_of_what_was_logged_little_is_remembered(logged):
    logged()
    for number in range(3 * logs.MOST_TEXTS):
        logging.getLogger("bot.x").warning("%d", number)
    (once,) = logging.getLogger().handlers[0].filters
    assert len(vars(once)["_logged"]) <= logs.MOST_TEXTS
