"""What `onrecord move` does: a record moved between a file and a PostgreSQL, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import UserError
from bot.frontends.terminal.progress import showing_progress

if TYPE_CHECKING:
    from bot.config import Settings

_KEPT = "{old} is locked and stays as it was: it holds every word, whatever is taken down later"
_TO_SERVER = "Now set storage.url to {new}, with its password if it has one, and start the bot"
_TO_FILE = "Now remove storage.url, set storage.path to {new}, and start the bot"
_ENDED = "{new} had it all since the move that was cut short"
_UNLOCKED = (
    "{old} is a record again. Nothing that changed in {new} since {day} UTC is in it: let no bot serve that"
)
# An empty database knows of no takedown, as a record that is replaced does.
_MAY_RETURN = (
    "If anything was taken down after that backup, it is on record again, and cannot be named here: 'onrecord"
    " audit' on the old record tells it. Take it down again before the bot starts"
)


async def move(settings: Settings, to: str, *, rehearse: bool = False) -> str:
    """Move the record to an address or a file, and return what was done; raises RecordError, UserError.

    With `rehearse` both stay as they are.
    """
    from storage.engines.postgres.addresses import is_address
    from storage.moving.moving import move as carry_out
    from storage.moving.place import Where

    if "://" in to and not is_address(to):
        raise UserError(
            "--to should be a file, or the address of a PostgreSQL: postgresql://user@host/database"
        )
    old = Where(settings.storage.path, settings.storage.address)
    new = Where(settings.storage.path, to) if is_address(to) else Where(Path(to))
    with showing_progress("Moving", "rows copied") as progress:
        done = await carry_out(old, new, progress, rehearse=rehearse)
    if rehearse and done.state is not None:
        return f"Nothing was changed. A move would do this: {done.old} to {done.new}, {done.state.told}"
    told = f"moved to {done.new}, and compared: {done.state.told}" if done.state else _ENDED
    return "\n".join(
        [
            f"{done.old}: {told.format(new=done.new)}",
            _KEPT.format(old=done.old),
            (_TO_FILE if new.address is None else _TO_SERVER).format(new=done.new),
        ]
    )


async def unlock(settings: Settings) -> str:
    """Make a record that was moved away one again, and return what was done; raises RecordError."""
    from storage.moving.moving import unlock as carry_out
    from storage.moving.place import Where

    mark = await carry_out(Where(settings.storage.path, settings.storage.address))
    day = mark.at[:16].replace("T", " ")
    return _UNLOCKED.format(old=settings.storage.place, new=mark.place, day=day)


async def restore(settings: Settings, backup: Path) -> str:
    """Put a backup in the place of a record's file, or in an empty database; return a summary.

    Raises RecordError.
    """
    from bot import operations
    from storage.engines.opening import needing_psycopg

    if (address := settings.storage.address) is None:
        return await operations.restore(settings, backup)
    with needing_psycopg():
        from storage.moving.to_server import restore_there
    with showing_progress("Restoring", "rows copied") as progress:
        state = await restore_there(backup, settings.storage.path, address, progress)
    return f"{settings.storage.place} restored from {backup}: {state.told}\n{_MAY_RETURN}"
