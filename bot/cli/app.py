"""The operator's commands: parse, load the settings, delegate; each imports its code only when it runs.

Typer rather than cyclopts: FastAPI's authors keep it, and its import takes two thirds of the other's time.
Its rich help is off: with it each usage error would import rich.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import keeping
from bot.cli.options import As, AsLines, ConfigFile, DryRun, Force, Form, From, Origin, StoryName
from bot.frontends.terminal.reporting import complete, reporting

if TYPE_CHECKING:
    from bot.config import Settings

app = typer.Typer(
    help="OnRecord: a news-bot that keeps who said what, when, according to which source.",
    epilog="Start with: onrecord chat",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command(epilog="Example: onrecord run --config config.toml")
def run(config: ConfigFile = None) -> None:
    """Serve readers on Telegram and Discord until SIGTERM or Ctrl-C."""
    import asyncio

    from bot.serving import serve

    with reporting(config, "running") as settings:
        asyncio.run(serve(settings))


@app.command(epilog='Example: echo "/who lubinets" | onrecord chat')
def chat(
    config: ConfigFile = None,
    role: Annotated[As, typer.Option("--as", help="The role to take.")] = As.READER,
    as_lines: AsLines = False,
) -> None:
    """Talk to the bot in this terminal, or answer each line of standard input."""
    from bot.frontends.terminal.app import chat as converse
    from bot.frontends.terminal.questions import await_chat
    from bot.operations import announce_first_story
    from bot.requests import Role
    from bot.wiring import open_bot

    async def talk(settings: Settings) -> None:
        async with open_bot(settings, announce_first_story) as bot:
            if as_lines:
                await await_chat(bot.record)
            await converse(bot.dispatcher, Role[role.name], language=settings.language, as_lines=as_lines)

    with reporting(config, "chatting", quiet=True) as settings:
        complete(talk(settings))


@app.command("import", epilog="Example: onrecord import story.toml")
def import_(
    file: Annotated[str, typer.Argument(help="A fact sheet: .toml, or .jsonl with one fact a line.")],
    origin: From = Origin.SHEET,
    story: StoryName = None,
    rehearse: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Put a fact sheet on record, as a whole or not at all; or claims that were reviewed."""
    from bot.importing import import_claim_reviews, import_file

    with reporting(config, "importing", quiet=True) as settings:
        if origin is Origin.CLAIM_REVIEW:
            print(complete(import_claim_reviews(settings, file, story, rehearse=rehearse)))
        else:
            print(complete(import_file(settings, Path(file), story, rehearse=rehearse)))


@app.command(epilog="Example: onrecord export --story belarus --output belarus.toml")
def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write.")
    ] = None,
    story: StoryName = None,
    form: Annotated[
        Form | None, typer.Option("--format", help="By default the format of the file's suffix, else toml.")
    ] = None,
    force: Force = False,
    config: ConfigFile = None,
) -> None:
    """Write a story's fact sheet to a file or to standard output."""
    from bot.frontends.terminal.lines import utf8
    from bot.operations import export_file

    by_ending = Form.JSONL if output is not None and output.suffix in (".jsonl", ".ndjson") else Form.TOML
    with reporting(config, "exporting", quiet=True) as settings:
        utf8(sys.stdout)
        done = export_file(settings, output, story=story, form=(form or by_ending).value, force=force)
        print(complete(done), file=sys.stderr)


@app.command(epilog="Example: echo 'arrest warrant' | onrecord search --json --limit 5")
def search(
    query: Annotated[
        list[str] | None, typer.Argument(help="Words to look for; without them, each line read is one query.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help="The maximum number of facts for a query.")
    ] = 10,
    story: StoryName = None,
    as_lines: AsLines = False,
    config: ConfigFile = None,
) -> None:
    """Find facts by words, best first."""
    from bot.frontends.terminal.lines import lines, utf8
    from bot.operations import search as find

    queries = iter([" ".join(query)]) if query else lines(sys.stdin.buffer)
    with reporting(config, "searching", quiet=True) as settings:
        complete(find(settings, queries, utf8(sys.stdout), story=story, limit=limit, as_lines=as_lines))


@app.command(epilog="Example: onrecord ask --json < questions.txt")
def ask(
    question: Annotated[
        list[str] | None, typer.Argument(help="A question; without one, each line read is one.")
    ] = None,
    story: StoryName = None,
    as_lines: AsLines = False,
    config: ConfigFile = None,
) -> None:
    """Answer questions from one story: the verdict and the facts, best first."""
    from bot.frontends.terminal.lines import lines, standard_input, utf8
    from bot.frontends.terminal.questions import answer_questions
    from bot.operations import announce_first_story
    from bot.wiring import open_bot

    questions = iter([" ".join(question)]) if question else lines(standard_input())

    async def answer(settings: Settings) -> None:
        async with open_bot(settings, announce_first_story) as bot:
            await answer_questions(
                bot.record,
                questions,
                utf8(sys.stdout),
                story=story,
                language=settings.language,
                as_lines=as_lines,
            )

    with reporting(config, "answering", quiet=True) as settings:
        complete(answer(settings))


@app.command(epilog="Example: onrecord intake article.txt --date 2024-01-04")
def intake(
    file: Annotated[list[str], typer.Argument(help="Articles: files or addresses; - is standard input.")],
    published: Annotated[
        datetime | None,
        typer.Option(
            "--date",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="The day of the source: “on Tuesday” is read by it.",
        ),
    ] = None,
    as_lines: AsLines = False,
    config: ConfigFile = None,
) -> None:
    """Find who says what in articles, and print it; nothing is put on record."""
    from bot.frontends.terminal.intake import print_attributions
    from bot.frontends.terminal.lines import utf8

    with reporting(config, "taking in", quiet=True) as settings:
        day = published.date() if published else None
        found = print_attributions(
            file, utf8(sys.stdout), published=day, hosts=settings.intake.hosts, as_lines=as_lines
        )
        complete(found)


@app.command(epilog="Example: onrecord schema > factsheet.schema.json")
def schema() -> None:
    """Print the JSON Schema of fact sheets."""
    import json

    from storage.sheets.exporting import sheet_schema

    print(json.dumps(sheet_schema(), indent=2, ensure_ascii=False))


app.command(epilog="Example: onrecord migrate --config config.toml")(keeping.migrate)
app.command(epilog="Example: onrecord backup backups/monday.db")(keeping.backup)
app.command(epilog="Example: onrecord restore backups/monday.db")(keeping.restore)
app.command(epilog="Example: onrecord move --to postgresql://onrecord@db.example.org/onrecord")(keeping.move)


@app.command(epilog="Example: onrecord doctor --config config.toml")
def doctor(config: ConfigFile = None) -> None:
    """Check settings, record, disk, tokens, clock and network, and say what to do about each failure."""
    from bot.config import file_of
    from bot.doctor import Verdict, examine

    async def check(settings: Settings) -> bool:
        sound = True
        async for finding in examine(settings, file_of(config)):
            print(finding, flush=True)
            sound = sound and finding.verdict is not Verdict.FAIL
        return sound

    with reporting(config, "checking", quiet=True) as settings:
        sound = complete(check(settings))
    raise typer.Exit(0 if sound else 1)


@app.command(epilog="Example: onrecord outbox --retry")
def outbox(
    retry: Annotated[bool, typer.Option("--retry", help="Retry the deliveries that were given up.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Give up all waiting deliveries.")] = False,
    config: ConfigFile = None,
) -> None:
    """Show what waits to be sent and since when, and what failed and why."""
    from bot.operations import show_outbox

    with reporting(config, "reading the outbox", quiet=True) as settings:
        for line in complete(show_outbox(settings, retry=retry, drop=drop)):
            print(line)


@app.command(epilog="Example: onrecord why F7 telegram:12345")
def why(
    fact: Annotated[str, typer.Argument(help="The fact, like F7.")],
    chat: Annotated[
        str,
        typer.Argument(help="The chat's address, like telegram:12345; a Discord channel is discord:#12345."),
    ],
    topic: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The forum topic, if it is one.")] = 0,
    config: ConfigFile = None,
) -> None:
    """Explain whether, when and why a chat was told of a fact's changes, or was not."""
    from bot.operations import explain

    with reporting(config, "explaining", quiet=True) as settings:
        for line in complete(explain(settings, fact, chat, topic)):
            print(line)


@app.command(epilog="Example: onrecord audit F7 --json")
def audit(
    about: Annotated[
        str | None, typer.Argument(help="A fact (F7), a source (S3), or who did it (@name, telegram:123).")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Only from this day on.")] = None,
    as_lines: AsLines = False,
    config: ConfigFile = None,
) -> None:
    """Print the audit trail, oldest first: who changed what, when, from which chat, before and after."""
    from bot.frontends.terminal.lines import utf8
    from bot.operations import print_trail

    with reporting(config, "reading the audit trail", quiet=True) as settings:
        complete(print_trail(settings, utf8(sys.stdout), about=about, since=since, as_lines=as_lines))


@app.command(epilog="Example: onrecord takedown F7 --ground privacy")
def takedown(
    what: Annotated[str, typer.Argument(help="A statement (F7), a source (S3), a draft (D4) or a name.")],
    ground: Annotated[str, typer.Option(help="Why, for everybody to see: safety, law or privacy.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    story: StoryName = None,
    config: ConfigFile = None,
) -> None:
    """Remove words for good, from everywhere that people can reach; their date and ground stay."""
    from bot.errors import UserError
    from bot.operations import take_down

    def agreed(lines: list[str]) -> bool:
        print("\n".join(lines))
        if not yes and not sys.stdin.isatty():
            raise UserError("Nobody can be asked here, so nothing was changed: add --yes")
        return yes or typer.confirm("Take it down?")

    with reporting(config, "taking down", quiet=True) as settings:
        for line in complete(take_down(settings, what, ground=ground, story=story, agreed=agreed)):
            print(line)


@app.command(epilog="Example: onrecord snapshot S1 copies.warc.gz")
def snapshot(
    source: Annotated[str, typer.Argument(help="The source, like S1.")],
    file: Annotated[
        Path | None, typer.Argument(help="The WARC file to write; without one, the text is shown.")
    ] = None,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Fetch the source's page and keep a copy of it.")
    ] = False,
    force: Force = False,
    config: ConfigFile = None,
) -> None:
    """Show the copies of a source and what they tell of its quotations, or write them to a file."""
    from bot.frontends.terminal.lines import utf8
    from bot.operations import show_copies

    with reporting(config, "looking at copies", quiet=True) as settings:
        for line in complete(show_copies(settings, source, file, fetch=fetch, force=force)):
            print(line, file=utf8(sys.stdout))


@app.command(epilog="Example: onrecord version")
def version() -> None:
    """Print the version."""
    from bot import __version__

    print(f"onrecord {__version__}")
