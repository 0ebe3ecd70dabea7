"""The catalog of texts for translators: `python -m tests.rules.messages --write` brings it up to date."""

from __future__ import annotations

import argparse
import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parents[2]
CATALOG = ROOT / "bot" / "locales" / "onrecord.pot"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def extracted() -> Catalog:
    """Return all texts of `bot`, each with the files that show it."""
    # A fixed date: the file changes only when a text does.
    catalog = Catalog(
        project="OnRecord",
        copyright_holder="OnRecord contributors",
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
    )
    for name, _line, message, comments, context in extract_from_dir(
        str(ROOT / "bot"), method_map=[("**.py", "python")], keywords=KEYWORDS
    ):
        # Without its line, which would change with each edit above it.
        catalog.add(message, None, [(f"bot/{name}", None)], auto_comments=comments, context=context)
    return catalog


def template() -> str:
    """Return the catalog as the text of a .pot file."""
    out = io.BytesIO()
    write_po(out, extracted(), width=110, sort_output=True, include_lineno=False)
    return out.getvalue().decode()


def main() -> None:
    """Write the catalog, or print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.rules.messages", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write it into bot/locales")
    if parser.parse_args().write:
        CATALOG.parent.mkdir(exist_ok=True)
        CATALOG.write_text(template(), encoding="utf-8")
    else:
        print(template(), end="")


if __name__ == "__main__":
    main()
