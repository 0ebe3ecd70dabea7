"""`onrecord takedown`, and the copies of the record that `onrecord doctor` and `onrecord backup` name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot import operations
from bot.config import Settings
from bot.doctor import machine
from bot.doctor.findings import Verdict
from bot.errors import UserError
from storage.domain.errors import AlreadyDone
from storage.record import Record


@pytest.fixture
def settings(record: Record) -> Settings:
    return Settings.model_validate({"storage": {"path": str(record.database.path)}})


def yes(_lines: list[str]) -> bool:
    return True


async def take_down(
    settings: Settings,
    what: str,
    ground: str = "law",
    story: str | None = None,
    agreed: Callable[[list[str]], bool] = yes,
) -> list[str]:
    return await operations.take_down(settings, what, ground=ground, story=story, agreed=agreed)


async def test_a_running_bot_notices_what_an_operator_takes_down(record: Record, settings: Settings) -> None:
    words = (await record.facts.find(7)).statement
    shown: list[str] = []

    def asked(lines: list[str]) -> bool:
        shown.extend(lines)
        return False

    assert await take_down(settings, "f7", agreed=asked) == ["Nothing was changed"]
    assert "F7 will be taken down (law)" in shown[0] and "  revisions: 1" in shown
    assert shown[-1].startswith("  its reference in sheets stays")
    assert words not in "\n".join(shown)
    assert (await record.facts.find(7)).statement == words
    done = await take_down(settings, "F7")
    assert "F7 is taken down" in done[0] and words not in "\n".join(done)
    # This process had it in memory.
    assert (await record.facts.find(7)).taken_down is not None
    assert (await record.audit.verify()).problem is None
    with pytest.raises(AlreadyDone, match="taken down already"):
        await take_down(settings, "F7")


@pytest.mark.parametrize(
    ("what", "given", "told"),
    [
        ("F999", {}, "no fact F999"),
        ("S999", {}, "no source S999"),
        ("Nobody Known", {}, "not on record"),
        ("F7", {"ground": "spite"}, "safety, law, privacy"),
        ("F7", {"story": "nowhere"}, "no story"),
    ],
)
async def test_what_cannot_be_taken_down_is_told_and_changes_nothing(
    record, settings, what, given, told
) -> None:
    before = await record.audit.last()
    with pytest.raises(UserError, match=told):
        await take_down(settings, what, **given)
    assert await record.audit.last() == before


async def test_copies_made_before_a_takedown_are_named(
    record: Record, settings: Settings, tmp_path: Path
) -> None:
    old, kept, later = tmp_path / "old.db", record.database.path, tmp_path / "later.db"
    kept = kept.with_name(f"{kept.name}.replaced-20240101T000000Z")
    kept.write_bytes(b"")
    await operations.back_up(settings, old, force=False)
    assert (await machine.copies(settings)).verdict is Verdict.OK
    done = "\n".join(await take_down(settings, "F7"))
    told = await operations.back_up(settings, later, force=False)
    found = await machine.copies(settings)
    assert found.verdict is Verdict.WARN
    for text in (done, told, found.text):
        assert str(old) in text and str(kept) in text and f"{later} (" not in text.partition("hold what")[2]
    old.unlink()
    kept.unlink()
    assert (await machine.copies(settings)).verdict is Verdict.OK


async def test_a_restored_backup_tells_how_to_take_down_again_what_comes_back(
    record: Record, settings: Settings, tmp_path: Path
) -> None:
    await operations.back_up(settings, tmp_path / "old.db", force=False)
    story = (await record.stories.all())[0].name
    await take_down(settings, "F7", ground="privacy")
    await record.close()
    told = await operations.restore(settings, tmp_path / "old.db")
    assert "is on record again" in told
    assert told.splitlines()[-1] == f"  onrecord takedown F7 --story {story} --ground privacy"
