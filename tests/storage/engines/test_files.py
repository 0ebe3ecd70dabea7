"""Files that are damaged, foreign, full or not to be written: refused with advice, and left as they were."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from storage.domain.errors import RecordError, UnreadableRecord, UnwritableRecord
from storage.engines.sqlite import SqliteDatabase
from storage.record import Record
from tests.storage.conftest import fact, put
from tests.storage.engines.reads import READS

pytestmark = pytest.mark.sqlite

ROOT = Path(__file__).parents[3]
NOBODY = 65534


async def made(path: Path, folder: Path, count: int = 50) -> bytes:
    """Make a sound record in one plain file and return its bytes."""
    record = await Record.open(path)
    try:
        await put(record, folder, *(fact(f"f{n}", f"statement {n} about the flood") for n in range(count)))
    finally:
        await record.close()
    return path.read_bytes()


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
        connection.commit()


@pytest.mark.parametrize("damage", ["cut", "overwritten", "header", "text", "foreign", "foreign and newer"])
async def test_what_is_no_sound_record_is_refused_and_left_byte_for_byte(path, tmp_path, damage):
    whole = await made(path, tmp_path)
    match damage:
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "overwritten":
            path.write_bytes(whole[:8192] + b"\xff" * 40_000 + whole[48_192:])
        case "header":
            path.write_bytes(b"\x00" * 100 + whole[100:])
        case "text":
            path.write_text("Dear diary, today it rained again. " * 20)
        case _:
            path.unlink()
            foreign(path)
            if damage == "foreign and newer":
                with closing(sqlite3.connect(path)) as connection:
                    connection.execute("PRAGMA user_version = 999")
    before = path.read_bytes()
    with pytest.raises(UnreadableRecord, match="left as it was"):
        await SqliteDatabase.open(path)
    assert path.read_bytes() == before
    assert not path.with_name(path.name + "-wal").exists()


async def test_a_missing_file_is_not_made_unasked(path):
    with pytest.raises(UnreadableRecord, match="does not exist"):
        await SqliteDatabase.open(path, create=False)
    assert not path.exists()


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="needs root, to become nobody")
@pytest.mark.parametrize("what", ["folder", "file"])
async def test_what_may_not_be_written_is_said_so(tmp_path, what):
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:2]:
        parent.chmod(0o755)
    path = tmp_path / "record.db"
    if what == "file":
        await made(path, tmp_path)
        path.chmod(0o444)
    program = f"""
        import asyncio, os, sys
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from storage.engines import migrations
        from storage.record import Record
        from storage.domain.errors import UnwritableRecord
        migrations.migrations()  # nobody may not be able to read the program's own files
        os.setuid({NOBODY})
        async def main():
            record = await Record.open(Path({str(path)!r}))
            try:
                await record.stories.use("telegram:1", 1)
            finally:
                await record.close()
        try:
            asyncio.run(main())
        except UnwritableRecord as error:
            print(error)
    """
    done = subprocess.run(  # noqa: ASYNC221  # reason: nothing else is to run meanwhile
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert str(path) in done.stdout, done.stderr
    assert any(words in done.stdout for words in ("may not be written", "cannot be opened"))


async def test_a_full_disk_is_said_so_and_nothing_is_changed(record, tmp_path):
    await put(record, tmp_path, fact("a"))
    pages = (await record.database.read("PRAGMA page_count"))[0][0]
    await record.database._writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(UnwritableRecord, match="full: make room"):
        await put(record, tmp_path, *(fact(f"b{n}", "words " * 500) for n in range(400)))
    await record.database._writer.execute("PRAGMA max_page_count = 1000000")
    story = (await record.stories.all())[0]
    assert [found.ref for found in await record.listings.all(story.id, limit=10)] == ["a"]
    assert await record.database.check() == []


async def test_a_killed_writer_leaves_the_record_whole(path, tmp_path):
    await made(path, tmp_path, 5)
    program = f"""
        import asyncio, sys
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from storage.record import Record
        async def main():
            record = await Record.open(Path({str(path)!r}))
            async with record.database.transaction() as tx:
                await tx.run("PRAGMA cache_size = 1")
                for number in range(2000):
                    row = (str(number), "x" * 500)
                    await tx.run("INSERT INTO button (digest, command) VALUES (?, ?)", row)
                print("written", flush=True)
                await asyncio.sleep(60)
        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:  # noqa: ASYNC220  # reason: the same
        assert writer.stdout and writer.stdout.readline() == b"written\n"
        writer.send_signal(signal.SIGKILL)
        writer.wait(30)
    record = await Record.open(path)
    try:
        assert await record.database.check() == []
        assert await record.stories.count_facts(1) == 5
        assert (await record.database.read("SELECT count(*) FROM button"))[0][0] == 0
    finally:
        await record.close()


async def test_a_backup_made_while_writing_is_sound_and_equal_to_one_moment(record, tmp_path):
    await put(record, tmp_path, *(fact(f"f{n}") for n in range(300)))
    target = tmp_path / "copy.db"

    async def write() -> None:
        for n in range(30):
            await put(record, tmp_path, fact(f"more{n}a"), fact(f"more{n}b"))

    await asyncio.gather(write(), record.database.backup(target))
    copy = await Record.open(target)
    try:
        assert await copy.database.check() == []
        found = await copy.stories.count_facts(1)
        assert found >= 300 and found % 2 == 0
        rows = "SELECT id, ref, statement FROM fact WHERE id <= ? ORDER BY id"
        one, other = [list(map(tuple, await each.database.read(rows, (found,)))) for each in (copy, record)]
        assert one == other
    finally:
        await copy.close()
    assert not target.with_name("copy.db.partial").exists()


async def test_reading_a_file_that_got_damaged_is_said_so(path, tmp_path, subtests):
    whole = await made(path, tmp_path)
    record = await Record.open(path)
    try:
        # Under the open record's feet: all pages but the first, as a dying disk might.
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * (len(whole) - 4096))
        for name, read in READS.items():
            with subtests.test(name=name), pytest.raises(UnreadableRecord, match="restore a backup"):
                await read(record)
    finally:
        await record.close()


async def test_the_contract_above_covers_every_reading_method(record):
    # Every part that a record is made of, but for the ledger, which only writes.
    parts = {name: type(part) for name, part in vars(record).items() if name not in ("database", "ledger")}
    public = {
        f"{name}.{method}"
        for name, kind in parts.items()
        for each in kind.__mro__[:-1]
        for method in vars(each)
        if not method.startswith("_")
    }
    # These pass on what others read or read within it, or look at no file; those write.
    passed_on = {"facts.select", "facts.listed", "facts.lists_in", "entities.find_named_in"}
    passed_on |= {
        f"claims.{name}" for name in ("terms", "begin", "settle", "let_go", "left_by_others", "note_claimed")
    }
    passed_on |= {"roles.close", "roles.me"}
    passed_on |= {
        f"vectors.{name}"
        for name in "ready query query_of_many take_time nearest cosines wait model ended close".split()
    }
    passed_on |= {"webhooks.secrets", "articles.is_interrupted"}
    # Opening has read these tables: their only pages are in memory still.
    passed_on |= {"checkpoints.of", "webhooks.taken_down"}
    methods = {
        "erasure": "forget", "stories": "use", "spoken_of": "keep", "desks": "open close", "members": "meet",
        "articles": "begin suggest restart fail close fill redate", "feeds": "succeed fail forget",
        "watches": "begin stop move tell", "buttons": "button take forget",
        "checkpoints": "reach", "snapshots": "keep expire", "quotas": "take",
        "dialogues": "begin go_on end leave take_up",
        "questions": "keep keep_for await_answer", "repeats": "is_one handle forget",
        "outbox": "recover sent hold wait_for failed give_up moved retry drop look_anew",
        "notices": "fan_out drop release publish", "claims": "renew release", "roles": "renew leave",
        "processes": "show leave",
        "receipts": "keep done failed put_off rewrite may_tell forget",
        "accounts": "issue void redeem unlink unlink_all",
        "webhooks": "add renew pause go_on stop test tell",
        "listeners": "change subscribe unsubscribe resume pause move fall_back look refusal_told",
    }  # fmt: skip
    writing = {f"{part}.{name}" for part, names in methods.items() for name in names.split()}
    assert public - {name.split(" ")[0] for name in READS} == passed_on | writing
    assert issubclass(UnreadableRecord, RecordError) and issubclass(UnwritableRecord, RecordError)
