"""The README's generated parts: `python -m tests.rules.readme --write` brings them up to date.

They stand between `<!-- name -->` and `<!-- /name -->`: the command table, and a transcript whose questions
(lines that begin with `> `) are kept and asked again.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.commands.table import markdown
from bot.config import Settings
from bot.frontends.terminal.render import plain
from bot.requests import Request, Role
from storage.record import Record

README = Path(__file__).resolve().parents[2] / "README.md"
ASKED = re.compile(r"^> (.+)$", re.MULTILINE)


def updated(text: str) -> str:
    """Return a README with its generated parts made anew; raise ValueError if one is missing."""
    text = _replaced(text, "commands", lambda _: markdown(commands))
    return _replaced(text, "transcript", lambda before: f"```text\n{asyncio.run(transcript(before))}\n```\n")


async def transcript(before: str) -> str:
    """Return a conversation that asks what one before it asked."""
    with tempfile.TemporaryDirectory() as folder:
        record = await Record.open(Path(folder) / "record.db")
        await record.put_shipped()
        dispatcher = Dispatcher(record, commands, Settings())
        parts = []
        for question in ASKED.findall(before):
            reply = await dispatcher.answer(Request(question, chat="t:1", user="t:1", role=Role.READER))
            parts.append(f"> {question}\n{plain(reply) if reply else ''}")
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
