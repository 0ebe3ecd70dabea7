"""The operator's commands that keep the record: bring it up to date, copy it, put a copy back, move it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import ConfigFile, DryRun, Force
from bot.frontends.terminal.reporting import complete, reporting


def migrate(config: ConfigFile = None) -> None:
    """Bring the record's file up to date with this program."""
    from bot.operations import migrate as bring_up_to_date

    with reporting(config, "migrating", quiet=True) as settings:
        print(complete(bring_up_to_date(settings)))


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    force: Force = False,
    config: ConfigFile = None,
) -> None:
    """Copy the record while the bot runs; the copy appears whole or not at all."""
    from bot.operations import back_up

    with reporting(config, "backing up", quiet=True) as settings:
        print(complete(back_up(settings, file, force=force)))


def restore(
    file: Annotated[Path, typer.Argument(help="A backup, as `onrecord backup` writes it.")],
    config: ConfigFile = None,
) -> None:
    """Put a backup in the record's place while the bot is stopped; what stood there is kept beside it."""
    from bot.cli.moving import restore as put_in_place

    with reporting(config, "restoring", quiet=True) as settings:
        print(complete(put_in_place(settings, file)))


def move(
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="URL|FILE", help="An empty PostgreSQL database, or a file that is not there."
        ),
    ] = None,
    unlock: Annotated[
        bool, typer.Option("--unlock", help="Make a record that was moved away one again, as it was then.")
    ] = False,
    rehearse: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Move the record from its file to a PostgreSQL, or back to a file, while the bot is stopped."""
    from bot.cli import moving
    from bot.errors import UserError

    with reporting(config, "moving", quiet=True) as settings:
        if (to is None) is not unlock or (unlock and rehearse):
            raise UserError("Say where to with --to, or add --unlock: one of them")
        if to is None:
            print(complete(moving.unlock(settings)))
        else:
            print(complete(moving.move(settings, to, rehearse=rehearse)))
