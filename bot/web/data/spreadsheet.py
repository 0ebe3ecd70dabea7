"""Statements as CSV: a row for each voice, each with its citation, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from bot.web.data.models import Fact, Voice

MEDIA = "text/csv"
COLUMNS = (
    "id", "story", "state", "sentence", "statement", "speaker", "speaker_id", "stance", "cue", "quote",
    "said", "source", "source_text", "locator", "source_url", "disputes", "occurred", "when", "places",
    "about", "figures", "revision", "address",
)  # fmt: skip
# What a spreadsheet takes for the beginning of a formula, also behind spaces and in full width
# (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠\t\r]")
# A CSV file begins so where a spreadsheet is to read it as UTF-8.
_MARK = "\ufeff"


def table(facts: Iterable[Fact]) -> str:
    """Return statements as CSV (RFC 4180), with a header."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for fact in facts:
        for voice in fact.voices:
            writer.writerow([_plain(cell) for cell in _row(fact, voice)])
    return _MARK + written.getvalue()


def _row(fact: Fact, voice: Voice) -> tuple[str | None, ...]:
    speaker, cited = voice.speaker, voice.citation
    return (
        fact.id, fact.story, fact.state, voice.sentence, fact.statement, speaker.name if speaker else None,
        speaker.id if speaker else None, voice.stance, voice.cue, voice.quote, voice.said, cited.source,
        cited.text, cited.locator, cited.url, fact.disputes, fact.occurred, fact.when,
        _joined(each.name for each in fact.places), _joined(each.name for each in fact.about),
        _joined(each.text for each in fact.figures), str(fact.revision), fact.address,
    )  # fmt: skip


def _plain(cell: str | None) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe stands before what it might."""
    text = cell or ""
    return f"'{text}" if _FORMULA.match(text) else text


def _joined(names: Iterable[str]) -> str:
    return "; ".join(names)
