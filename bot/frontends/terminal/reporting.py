"""Running an operator's command: settings, logging, and an error as one short message."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from bot.config import Settings

T = TypeVar("T")


def complete(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end with the garbage collector on again (see bot.__main__)."""
    import asyncio

    gc.enable()
    return asyncio.run(work)


@contextmanager
def reporting(config: Path | None, doing: str, *, quiet: bool = False) -> Iterator[Settings]:
    """Yield the settings, with logging set up; turn errors into one short message and exit status 1."""
    from bot import logs
    from bot.config import load
    from bot.errors import UserError
    from storage.domain.errors import RecordError

    redact = logs.Redaction()
    try:
        settings = load(config)
        redact = logs.Redaction(settings.secrets())
        if quiet and settings.log.level in ("debug", "info"):
            settings = settings.model_copy(
                update={"log": settings.log.model_copy(update={"level": "warning"})}
            )
        logs.set_up(settings.log, settings.secrets())
        yield settings
    except (UserError, RecordError) as error:
        _fail(redact(str(error)))
    except BrokenPipeError:
        # The reader of the output has closed the pipe. Python would report the broken pipe again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except typer.Exit:
        raise
    except Exception as error:  # noqa: BLE001  # reason: the last place that can give the error an id and a plain message
        if isinstance(error, OSError) and error.filename is not None:
            _fail(redact(f"{error.filename} cannot be used: {error.strerror}. Name another file"))
        ident = logs.log_unexpected(logging.getLogger(__name__), error, doing)
        _fail(f"An unexpected error occurred (error {ident}): see the lines above")


def _fail(message: str) -> None:
    print(f"onrecord: {message}", file=sys.stderr)
    raise typer.Exit(1)
