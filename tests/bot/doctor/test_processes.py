"""Doctor tells which process holds which role, who else runs, and whose clock is wrong."""

from __future__ import annotations

import pytest

from bot.config import Settings
from bot.doctor import processes
from bot.doctor.findings import Finding, Verdict
from storage.notifying import processes as kept
from storage.notifying.roles import Holder


async def found(record) -> list[Finding]:
    settings = Settings.model_validate({"storage": {"path": str(record.database.path)}})
    return [finding async for finding in processes.examine(settings)]


@pytest.fixture
def _now(monkeypatch):
    # The record of the tests stands still in the past.
    monkeypatch.setattr(kept, "is_over", lambda _until, _now: False)
    monkeypatch.setattr(Holder, "holds", lambda self, _now: self.holder != "")


async def test_where_nobody_runs_that_is_said(record):
    (finding,) = await found(record)
    assert finding.verdict is Verdict.SKIPPED and "nobody polls or sends" in finding.text


@pytest.mark.usefixtures("_now")
async def test_roles_are_told_with_who_holds_them(record):
    for role in ("poller", "telegram sender"):
        await record.roles.take(role)
    await record.processes.show("polling")
    (finding,) = await found(record)
    assert finding.text == f"held now: poller, telegram sender by {record.processes.name}"


@pytest.mark.usefixtures("_now")
async def test_who_holds_none_is_told_too(record):
    await record.processes.show("webhook")
    (finding,) = await found(record)
    assert finding.text == f"none is held; running: {record.processes.name}"


def test_clocks_that_are_wrong_are_named(subtests):
    def running(name: str, ahead: float) -> kept.Process:
        return kept.Process(name, name, "", ahead, "2999", None)

    for clocks, verdict, words in (
        ([("web1:1", 0.1), ("web2:2", -0.3)], Verdict.OK, "within 0.4 s"),
        ([("web1:1", 0.1), ("web2:2", 95.0)], Verdict.WARN, "web2:2's is 95 s ahead of the server's"),
        ([("web1:1", -3600.0)], Verdict.WARN, "web1:1's is 3,600 s behind the server's"),
    ):
        with subtests.test(words=words):
            finding = processes._clocks([running(*each) for each in clocks])
            assert finding.verdict is verdict and words in finding.text
