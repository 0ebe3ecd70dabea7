"""The generated parts of the READMEs: `python -m tests.rules.readme --write` brings them up to date.

A part stands between `<!-- generated: NAME -->` and `<!-- /generated -->`. A transcript keeps its messages
(lines that begin with `> `, and lines under them that begin with `… `), which are sent again.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.frontends.terminal.render import plain
from bot.replies import Reply
from bot.requests import Request, Role
from storage.record import Record
from storage.search import embedding
from storage.search.filling import Filler
from storage.sheets.shipped import put_shipped
from tests.rules.table import full_table, short_table

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PART = re.compile(r"(<!-- generated: ([\w ]+) -->\n)(.*?)(<!-- /generated -->)", re.DOTALL)
MESSAGE = re.compile(r"^> (.+(?:\n… .*)*)$", re.MULTILINE)
THEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

# From a part's text before to its text now.
GENERATORS: dict[str, Callable[[str], str]] = {
    "reading": lambda before: _conversation(before, Role.READER),
    "ten commands": lambda _: short_table(commands),
    "commands": lambda _: full_table(commands),
    "moderating": lambda before: _conversation(before, Role.MODERATOR),
}


def readmes() -> list[Path]:
    """Return every README: the first one, and that of each folder which has one."""
    return [
        README,
        *sorted(path for top in ("bot", "storage", "tests") for path in ROOT.glob(f"{top}/**/README.md")),
    ]


def updated(text: str) -> str:
    """Return a README with its generated parts made anew; raise KeyError if one is unknown."""
    return PART.sub(lambda part: part[1] + GENERATORS[part[2]](part[3]) + part[4], text)


def _conversation(before: str, role: Role) -> str:
    return f"```text\n{asyncio.run(transcript(before, role))}\n```\n"


async def transcript(before: str, role: Role) -> str:
    """Send a transcript's messages to a new record, and return the transcript of the replies."""
    with tempfile.TemporaryDirectory() as folder:
        record = await Record.open(Path(folder) / "record.db", clock=lambda: THEN, embedder=embedding.load)
        await put_shipped(record)
        await Filler(record.database, record.vectors).fill()
        dispatcher = Dispatcher(record, commands, Settings())
        parts = []
        for message in MESSAGE.findall(before):
            text = message.replace("\n… ", "\n")
            reply = await dispatcher.answer(Request(text, chat="t:1", user="t:1", role=role))
            parts.append(f"> {message}\n{plain(reply) if isinstance(reply, Reply) else ''}")
        await record.close()
    return "\n\n".join(parts)


def main() -> None:
    """Write the READMEs, or name those that are out of date."""
    parser = argparse.ArgumentParser(prog="python -m tests.rules.readme", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the READMEs")
    write = parser.parse_args().write
    for path in readmes():
        before = path.read_text(encoding="utf-8")
        if (now := updated(before)) == before:
            continue
        print(path.relative_to(ROOT))
        if write:
            path.write_text(now, encoding="utf-8")


if __name__ == "__main__":
    main()
