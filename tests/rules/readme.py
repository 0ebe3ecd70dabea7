"""The README's generated parts: `python -m tests.rules.readme --write` brings them up to date.

They stand between `<!-- name -->` and `<!-- /name -->`: the command table, and transcripts whose messages
(lines that begin with `> `, and lines under them that begin with `… `) are kept and sent again.
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
from bot.requests import Request, Role
from storage.record import Record
from storage.sheets.shipped import put_shipped
from tests.rules.table import markdown

README = Path(__file__).resolve().parents[2] / "README.md"
ASKED = re.compile(r"^> (.+(?:\n… .*)*)$", re.MULTILINE)
THEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def updated(text: str) -> str:
    """Return a README with its generated parts made anew; raise ValueError if one is missing."""
    text = _replaced(text, "commands", lambda _: markdown(commands))
    text = _replaced(text, "transcript", lambda before: _shown(before, Role.READER))
    return _replaced(text, "moderating", lambda before: _shown(before, Role.MODERATOR))


def _shown(before: str, role: Role) -> str:
    return f"```text\n{asyncio.run(transcript(before, role))}\n```\n"


async def transcript(before: str, role: Role) -> str:
    """Return a conversation in which is said what was said in one before it."""
    with tempfile.TemporaryDirectory() as folder:
        record = await Record.open(Path(folder) / "record.db", clock=lambda: THEN)
        await put_shipped(record)
        dispatcher = Dispatcher(record, commands, Settings())
        parts = []
        for said in ASKED.findall(before):
            text = said.replace("\n… ", "\n")
            reply = await dispatcher.answer(Request(text, chat="t:1", user="t:1", role=role))
            parts.append(f"> {said}\n{plain(reply) if reply else ''}")
        await record.close()
    return "\n\n".join(parts)


def _replaced(text: str, name: str, made: Callable[[str], str]) -> str:
    part = re.compile(rf"(<!-- {name}\b[^>]*-->\n)(.*?)(<!-- /{name} -->)", re.DOTALL)
    found = part.findall(text)
    if len(found) != 1:
        raise ValueError(f"the README needs <!-- {name} --> and <!-- /{name} --> once")
    begin, before, end = found[0]
    return part.sub(lambda _: begin + made(before) + end, text)


def main() -> None:
    """Write the README, or print it as it would be."""
    parser = argparse.ArgumentParser(prog="python -m tests.rules.readme", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write it into README.md")
    text = updated(README.read_text(encoding="utf-8"))
    if parser.parse_args().write:
        README.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
