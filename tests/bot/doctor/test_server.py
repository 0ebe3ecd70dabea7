"""`onrecord doctor` on the PostgreSQL that holds the record: what it is, how far away, and what it lacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import operations
from bot.config import Settings
from bot.doctor import server
from bot.doctor.findings import Verdict
from storage.engines.postgres import connection, errors, health


def settings(path: Path, url: str) -> Settings:
    return Settings.model_validate({"storage": {"path": str(path), "url": url}})


@pytest.mark.postgres
async def test_doctor_tells_what_a_server_lacks(empty, tmp_path, postgres):
    asked = settings(tmp_path / "r.db", empty)
    await operations.migrate(asked)
    assert {each.subject: each.verdict for each in await server.examine(asked)} == {
        **dict.fromkeys(("server", "distance", "connects", "open", "indexes", "role", "clock"), Verdict.OK),
        # That of tests waits for no disk, unless it is somebody's own.
        "server": Verdict.WARN if postgres.run("SHOW fsync")[0][0] == "off" else Verdict.OK,
    }
    name = empty.partition("?")[0].rpartition("/")[2]
    for sql in (
        "DROP INDEX fact_by_date",
        "ALTER TABLE lookup_version ADD COLUMN title TEXT",
        f"ALTER DATABASE {name} CONNECTION LIMIT 4",
        f"CREATE ROLE {name}_reader",
        f"GRANT USAGE ON SCHEMA public TO {name}_reader",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}_reader",
    ):
        postgres.run(sql, name)
    found = {each.subject: each for each in await server.examine(asked)}
    postgres.run("ALTER TABLE lookup_version DROP COLUMN title", name)
    assert found["server"].verdict is Verdict.FAIL and "lookup_version.title" in found["server"].text
    assert "CREATE INDEX fact_by_date ON fact (story_id, lasting" in found["indexes"].text
    assert (
        found["connects"].verdict is Verdict.WARN
        and "of 4 connections of the database" in found["connects"].text
    )
    place = connection.Link(errors.Place(empty))
    await place.run(lambda plain: plain.execute(f"SET ROLE {name}_reader"), begins=True)
    seen = await place.run(lambda plain: health.look(plain, datetime.now(UTC)))
    await place.close()
    assert "audit" in seen.without_rights and not seen.upgradable
    postgres.run(f"DROP OWNED BY {name}_reader; DROP ROLE {name}_reader", name)


def test_what_a_server_is_like_is_told_with_what_to_do():
    sound = health.Health(
        version="18.1", encoding="UTF8", read_only=False, durable=True, ordered_otherwise=[], trip=0.0004,
        crowd=health.Crowd(5, 100, "the server"), long=[], missing=[], without_rights=[], upgradable=True,
        ahead=timedelta(seconds=0.4),
    )  # fmt: skip
    assert {each.verdict for each in server.findings(sound)} == {Verdict.OK}
    assert "0.4 ms for a round trip, so some 5 ms a page" in str(list(server.findings(sound)))
    cases: list[tuple[dict[str, Any], Verdict, str]] = [
        ({"read_only": True}, Verdict.FAIL, "takes no changes"),
        ({"durable": False}, Verdict.WARN, "switch fsync on"),
        ({"trip": 0.02}, Verdict.WARN, "20.0 ms for a round trip, so some 240 ms a page: run the bot nearer"),
        ({"crowd": health.Crowd(99, 100, "the server")}, Verdict.WARN, "99 of 100 connections of the server"),
        ({"long": [health.Long("psql", 7, 4000)]}, Verdict.WARN, "open for 67 minutes: psql 7"),
        ({"upgradable": False}, Verdict.WARN, "cannot bring the record up to date"),
        ({"without_rights": ["fact"]}, Verdict.FAIL, "may not read or write fact"),
        ({"ahead": timedelta(seconds=90)}, Verdict.FAIL, "90 s behind the server's"),
        ({"ahead": timedelta(seconds=-90)}, Verdict.FAIL, "90 s ahead of the server's"),
    ]
    for change, verdict, words in cases:
        told = [each for each in server.findings(sound._replace(**change)) if each.verdict is not Verdict.OK]
        assert [each.verdict for each in told] == [verdict] and words in told[0].text


async def test_a_file_has_no_server(tmp_path):
    assert await server.examine(Settings.model_validate({"storage": {"path": str(tmp_path / "r.db")}})) == []
