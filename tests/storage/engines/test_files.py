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
from storage.domain.models import Notice, NoticeKind
from storage.engines.sqlite import Database
from storage.people.spoken_of import Asker
from storage.record import Record
from tests.storage.conftest import fact, put

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
        await Database.open(path)
    assert path.read_bytes() == before
    assert not path.with_name(path.name + "-wal").exists()


async def test_a_missing_file_is_not_made_unasked(path):
    with pytest.raises(UnreadableRecord, match="does not exist"):
        await Database.open(path, create=False)
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


NOTICE = Notice(id=1, kind=NoticeKind.CORRECTED, made_at="2026", due_at="2026", fact_id=1, revision=2)
READS = {
    "facts.find": lambda r: r.facts.find(1),
    "facts.load": lambda r: r.facts.load([1, 2]),
    "facts.load then": lambda r: r.facts.load([1, 2], moment="2030"),
    "facts.entry": lambda r: r.facts.entry(1),
    "facts.ids": lambda r: r.facts.ids(1, ["f1"]),
    "facts.at_revision": lambda r: r.facts.at_revision(1, 1),
    "facts.made_by": lambda r: r.facts.made_by(1, 5),
    "facts.number_at": lambda r: r.facts.number_at(1, "2030"),
    "facts.revisions": lambda r: r.facts.revisions(1),
    "facts.states": lambda r: r.facts.states(1, after=0, limit=5),
    "facts.lists": lambda r: r.facts.lists("SELECT 1", {"": {}}),
    "listings.mentioning": lambda r: r.listings.mentioning(1, {"speaker": 0}, limit=5),
    "listings.mentioning_name": lambda r: r.listings.mentioning_name(1, "Ann", {"speaker": 0}, limit=5),
    "listings.dated": lambda r: r.listings.dated(1, earliest="2000-01-01", latest="2030-01-01", limit=5),
    "listings.undated": lambda r: r.listings.undated(1, limit=5),
    "listings.of_month_or_day": lambda r: r.listings.of_month_or_day(1, "07-18", limit=5),
    "listings.all": lambda r: r.listings.all(1, limit=5),
    "listings.latest": lambda r: r.listings.latest(1, limit=5),
    "listings.retracted": lambda r: r.listings.retracted(1, limit=5),
    "listings.figured": lambda r: r.listings.figured(1, limit=5),
    "listings.citing": lambda r: r.listings.citing(1, limit=5),
    "listings.disputed": lambda r: r.listings.disputed(1, limit=5),
    "listings.summary": lambda r: r.listings.summary(1),
    "listings.in_force_at": lambda r: r.listings.in_force_at(1, "2030", limit=5),
    "entities.by_ref": lambda r: r.entities.by_ref(1, ["ann"]),
    "entities.alone": lambda r: r.entities.alone(1, "ann"),
    "entities.by_id": lambda r: r.entities.by_id([1]),
    "entities.page": lambda r: r.entities.page(1, limit=5),
    "entities.named": lambda r: r.entities.named(1, "Ann"),
    "entities.find_named": lambda r: r.entities.find_named(1, "Ann"),
    "names.resembling": lambda r: r.names.resembling(1, "ann"),
    "names.among": lambda r: r.names.among(1, ["ann"], []),
    "entities.directory": lambda r: r.entities.directory(1, limit=5),
    "entities.names_with_prefix": lambda r: r.entities.names_with_prefix(1, "a", 5),
    "entities.most_named_recently": lambda r: r.entities.most_named_recently(1, 3),
    "facts.with_id_prefix": lambda r: r.facts.with_id_prefix(1, "1", 3),
    "sources.with_id_prefix": lambda r: r.sources.with_id_prefix(1, "1", 3),
    "sources.holding": lambda r: r.sources.holding(1, ["a"], 3),
    "sources.by_ref": lambda r: r.sources.by_ref(1, ["x"]),
    "sources.by_id": lambda r: r.sources.by_id([1]),
    "sources.page": lambda r: r.sources.page(1, limit=5),
    "sources.find_named": lambda r: r.sources.find_named(1, "News"),
    "sources.titles": lambda r: r.sources.titles(1, 5),
    "sources.at_address": lambda r: r.sources.at_address(1, "https://example.org/x"),
    "sources.relayed_by": lambda r: r.sources.relayed_by(1, limit=5),
    "sources.facts_citing": lambda r: r.sources.facts_citing([1]),
    "stories.all": lambda r: r.stories.all(),
    "stories.by_id": lambda r: r.stories.by_id(1),
    "stories.find": lambda r: r.stories.find("flood"),
    "stories.owning": lambda r: r.stories.owning("F1"),
    "published.by": lambda r: r.published.by(1, "2030-01-01", limit=5),
    "zones.of": lambda r: r.zones.of("telegram:1"),
    "stories.in_use": lambda r: r.stories.in_use("telegram:1"),
    "stories.open_to_others": lambda r: r.stories.open_to_others(),
    "stories.exceeds": lambda r: r.stories.exceeds(1, 5),
    "stories.count_facts": lambda r: r.stories.count_facts(1),
    "buttons.pressed": lambda r: r.buttons.pressed("x"),
    "snapshots.of_sources": lambda r: r.snapshots.of_sources([1]),
    "snapshots.paragraphs": lambda r: r.snapshots.paragraphs([1]),
    "snapshots.like": lambda r: r.snapshots.like(1),
    "snapshots.warc": lambda r: r.snapshots.warc(1),
    "snapshots.quoting": lambda r: r.snapshots.quoting(5),
    "snapshots.size": lambda r: r.snapshots.size(),
    "search.find": lambda r: r.search.find("flood"),
    "search.with_prefix": lambda r: r.search.with_prefix("flo", story_id=1, limit=5),
    "vectors.missing": lambda r: r.vectors.missing(1, 5),
    "vectors.state": lambda r: r.vectors.state(),
    "audit.page": lambda r: r.audit.page(limit=5),
    "audit.page of a fact": lambda r: r.audit.page(fact_id=1, limit=5),
    "audit.listed": lambda r: r.audit.listed(after=0, limit=5),
    "audit.last": lambda r: r.audit.last(),
    "audit.last_moment": lambda r: r.audit.last_moment(),
    "audit.verify": lambda r: r.audit.verify(),
    "members.moderates": lambda r: r.members.moderates("telegram:1", 1),
    "members.holds_office": lambda r: r.members.holds_office("telegram:1"),
    "members.page": lambda r: r.members.page(limit=5),
    "members.find_by_handle": lambda r: r.members.find_by_handle("ann"),
    "members.names": lambda r: r.members.names(),
    "accounts.person_of": lambda r: r.accounts.person_of("discord:1"),
    "accounts.accounts_of": lambda r: r.accounts.accounts_of("telegram:1"),
    "drafts.find": lambda r: r.drafts.find(1),
    "drafts.waiting": lambda r: r.drafts.waiting(1, limit=5),
    "drafts.untold": lambda r: r.drafts.untold(5),
    "drafts.count_waiting": lambda r: r.drafts.count_waiting(1),
    "dialogues.find": lambda r: r.dialogues.find("telegram:1", "telegram:1"),
    "dialogues.by_id": lambda r: r.dialogues.by_id(1),
    "questions.find": lambda r: r.questions.find(1),
    "questions.ranked": lambda r: r.questions.ranked(1, limit=5),
    "questions.open": lambda r: r.questions.open(1),
    "listeners.find": lambda r: r.listeners.find("telegram:1"),
    "listeners.by_id": lambda r: r.listeners.by_id(1),
    "listeners.subscriptions": lambda r: r.listeners.subscriptions("telegram:1"),
    "listeners.seen": lambda r: r.listeners.seen("telegram:1", 0),
    "listeners.is_paused": lambda r: r.listeners.is_paused("telegram:1"),
    "listeners.long_paused": lambda r: r.listeners.long_paused("2030", 5),
    "notices.by_id": lambda r: r.notices.by_id([1]),
    "notices.of_fact": lambda r: r.notices.of_fact(1),
    "notices.since": lambda r: r.notices.since(1, 0, "2030", 5),
    "notices.delivered": lambda r: r.notices.delivered(1, 1),
    "notices.amended": lambda r: r.notices.amended(1, "telegram:1"),
    "notices.state": lambda r: r.notices.state(1),
    "notices.next_new": lambda r: r.notices.next_new("2030"),
    "notices.first_held": lambda r: r.notices.first_held("2000"),
    "notices.words_asked": lambda r: r.notices.words_asked(1),
    "notices.held_publication": lambda r: r.notices.held_publication(NOTICE),
    "outbox.take": lambda r: r.outbox.take("telegram", "2030", 5),
    "outbox.finish": lambda r: r.outbox.finish(),
    "outbox.failures": lambda r: r.outbox.failures(5),
    "outbox.sent_since": lambda r: r.outbox.sent_since("2000"),
    "outbox.depth": lambda r: r.outbox.depth(),
    "roles.holders": lambda r: r.roles.holders(),
    "roles.take": lambda r: r.roles.take("poller"),
    "spoken_of.last": lambda r: r.spoken_of.last(Asker("telegram:1", 0, "telegram:1")),
    "spoken_of.forget": lambda r: r.spoken_of.forget(),
    "receipts.cited": lambda r: r.receipts.cited("telegram:1", 1),
    "receipts.take": lambda r: r.receipts.take("telegram", "2030", 5),
    "receipts.forget_before": lambda r: r.receipts.forget_before("2030"),
    "outbox.forget_before": lambda r: r.outbox.forget_before("2030"),
}


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
    passed_on |= {f"claims.{name}" for name in ("terms", "begin", "settle", "let_go")} | {"roles.close"}
    passed_on |= {
        f"vectors.{name}"
        for name in "ready query query_of_many take_time nearest cosines wait model ended close".split()
    }
    # Opening has read that table: its only page is in memory still.
    passed_on |= {"checkpoints.of"}
    methods = {
        "erasure": "forget", "stories": "use", "spoken_of": "keep", "buttons": "button forget",
        "checkpoints": "reach", "snapshots": "keep expire", "dialogues": "begin go_on end",
        "questions": "keep keep_for await_answer", "repeats": "is_one handle forget",
        "outbox": "recover sent hold wait_for failed give_up moved retry drop look_anew",
        "notices": "fan_out drop redate", "claims": "renew release", "roles": "renew leave",
        "accounts": "issue void redeem unlink unlink_all", "receipts": "keep done failed put_off rewrite",
        "listeners": "change subscribe unsubscribe resume pause move fall_back look refusal_told",
    }  # fmt: skip
    writing = {f"{part}.{name}" for part, names in methods.items() for name in names.split()}
    assert public - {name.split(" ")[0] for name in READS} == passed_on | writing
    assert issubclass(UnreadableRecord, RecordError) and issubclass(UnwritableRecord, RecordError)
