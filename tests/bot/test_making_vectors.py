"""What an operator sees of vectors: an import makes them, doctor and metrics tell how many there are."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.config import load
from bot.doctor import machine
from bot.doctor.findings import Verdict
from bot.frontends.terminal import progress
from bot.importing import import_file
from bot.wiring import open_bot, open_record
from storage.search import embedding, filling
from storage.search.embedding import NoModel
from tests.conftest import PATIENCE
from tests.storage.conftest import fact, sheet
from tests.storage.search.meaning import FakeModel


@pytest.fixture
def model(monkeypatch) -> FakeModel:
    model = FakeModel()
    monkeypatch.setattr(embedding, "load", lambda: model)
    return model


@pytest.fixture
def settings(tmp_path):
    path = json.dumps(str(tmp_path / "record.db"))
    (tmp_path / "config.toml").write_text(f"[storage]\npath = {path}\n", encoding="utf-8")
    return load(tmp_path / "config.toml", {})


@pytest.fixture
def rain(tmp_path):
    return sheet(
        tmp_path / "sheet.jsonl", *(fact(f"f{number}", f"it rained {number}") for number in range(20))
    )


async def test_the_first_question_after_an_import_finds_its_facts(settings, rain, model, monkeypatch, capsys):
    monkeypatch.setattr(progress, "REPORT_EVERY", 0)
    assert await import_file(settings, rain, "flood") == "flood: 20 facts added, 0 updated, 0 unchanged"
    assert "Making vectors: 20 of 20 facts" in capsys.readouterr().err
    finding = await machine.meaning(settings)
    assert (finding.verdict, finding.text) == (Verdict.OK, "20 of 20 facts have vectors (fake 1, texts 1)")


async def test_who_has_no_patience_leaves_the_rest_to_the_bot(settings, rain, model, monkeypatch):
    writing = filling.Filler._write

    async def interrupted(self, numbers, made):
        await writing(self, numbers, made)
        # As Ctrl-C does.
        asyncio.current_task().cancel()

    with monkeypatch.context() as patched:
        patched.setattr(filling.Filler, "_write", interrupted)
        assert (await import_file(settings, rain, "flood")).startswith("flood: 20 facts added")
    finding = await machine.meaning(settings)
    assert finding.text.startswith("8 of 20 facts have vectors") and "a running bot" in finding.text
    monkeypatch.setattr(filling, "FIRST", 0)
    async with open_bot(settings, lambda title: None) as bot:
        assert await bot.record.vectors.wait(1, seconds=PATIENCE, most=20)
    assert (await machine.meaning(settings)).text.startswith("20 of 20")


async def test_a_very_large_import_leaves_them_to_the_bot(settings, rain, model, monkeypatch):
    monkeypatch.setattr(progress, "MOST_AT_ONCE", 19)
    await import_file(settings, rain, "flood")
    assert (await machine.meaning(settings)).text.startswith("0 of 20")


async def test_where_words_alone_are_searched_doctor_says_why(settings, rain, monkeypatch):
    def no_model():
        raise NoModel("this machine's processor lacks AVX2")

    monkeypatch.setattr(embedding, "load", no_model)
    await import_file(settings, rain, "flood")
    finding = await machine.meaning(settings)
    assert finding.verdict is Verdict.WARN
    assert finding.text == "facts are found by their words alone: this machine's processor lacks AVX2"
    off = settings.model_copy(update={"search": settings.search.model_copy(update={"vectors": False})})
    finding = await machine.meaning(off)
    assert finding.verdict is Verdict.OK and "search.vectors = true" in finding.text
    async with open_record(off) as record:
        assert await record.vectors.query("rain") is None
