"""Options that several of the operator's commands take."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", metavar="FILE", help="The settings file; by default ./config.toml, if it exists."
    ),
]
StoryName = Annotated[
    str | None, typer.Option("--story", metavar="NAME", help="The story, by its short name.")
]
AsLines = Annotated[
    bool, typer.Option("--json", help="Print one JSON object for each line read or entry found.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that exists.")]


class As(StrEnum):
    """The roles available at the terminal."""

    READER = "reader"
    MODERATOR = "moderator"
    OWNER = "owner"


class Form(StrEnum):
    """The formats of a fact sheet."""

    TOML = "toml"
    JSONL = "jsonl"


class Origin(StrEnum):
    """What is imported."""

    SHEET = "sheet"
    CLAIM_REVIEW = "claimreview"


From = Annotated[
    Origin,
    typer.Option(
        "--from",
        help="What it is: claimreview takes ClaimReviews of a file or an address.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing: only say what would be done.")]
