"""`onrecord intake`: what is said in articles, and by whom, for a person to read or as JSON Lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from bot.errors import UserError
from bot.frontends.terminal.render import clean
from bot.intake.article import Article
from bot.intake.copies import fetch_article
from bot.intake.fetching.fetcher import Fetcher
from bot.intake.fetching.places import Gate
from bot.intake.finding.drafts import Draft, Found, FoundFigure, Tier
from bot.intake.finding.finder import Finder
from bot.intake.reading.reader import LARGEST_FILE, read_article, read_file
from bot.texts import shortened

# In these the offsets are those of the file; of others the text is printed as well.
_TEXTS = (".txt", ".text", ".md")
_SCHEMES = ("http://", "https://")
LONGEST_SHOWN = 400
# Of what is said in articles so much was in no draft: measured, see tests/benchmarks.
MISSED = "about 1 in 10"
_HEADS = {
    Tier.CONFIDENT: "Confident",
    Tier.CHECK_SPEAKER: "Check the speaker",
    Tier.POSSIBLE: "Possible: read the sentence first",
}


async def print_attributions(
    names: Sequence[str], out: TextIO, *, published: date | None, hosts: Collection[str] = (), as_lines: bool
) -> None:
    """Print what is found in each file or at each address; `-` is standard input.

    `hosts` are those that may be private. Raises UserError for what cannot be had or read.
    """
    fetcher = Fetcher(Gate(hosts))
    async with Finder() as finder:
        for name in names:
            is_address = name.lower().startswith(_SCHEMES)
            article = (await fetch_article(fetcher, name))[1] if is_address else await _read(name)
            found = await finder.find(article.text, article.spans, published or _day(article))
            if as_lines:
                shown = json.dumps(_row(name, article, found), ensure_ascii=False)
            else:
                shown = "\n".join(clean(line) for line in _lines(name, article.text, found))
            print(shown, file=out, flush=True)


def _row(name: str, article: Article, found: Found) -> dict[str, Any]:
    """Return what was found as one object; a text that is no file's own is given with it, for the offsets."""
    row = found.model_dump(mode="json")
    about = {
        "title": article.title,
        "publisher": article.publisher,
        "author": article.author,
        "published": article.published,
    }
    is_address = name.lower().startswith(_SCHEMES)
    own = not is_address and Path(name).suffix.lower() in _TEXTS
    text = {} if own else {"text": article.text}
    return {
        "doc": name if is_address else Path(name).stem,
        "attributions": row.pop("drafts"),
        **row,
        **about,
        **text,
    }


def _lines(name: str, text: str, found: Found) -> Iterator[str]:
    """Yield what was found in a file, the surest first."""
    yield f"{name}: {len(found.paragraphs)} paragraphs, {len(found.drafts)} attributions"
    if found.language != "en":
        known = f"its language is {found.language}" if found.language else "its language was not recognised"
        yield f"Nothing was drafted: {known}, and only English is read"
        return
    if found.read_to < len(text):
        yield f"Only the first {found.read_to:,} of {len(text):,} characters were read"
    if found.finder == "patterns":
        yield (
            "Read by patterns alone, which find less and err more often: the parser comes with"
            " pip install 'onrecord[intake]'"
        )
    for tier, head in _HEADS.items():
        drafts = [draft for draft in found.drafts if draft.tier is tier]
        if drafts:
            yield f"\n{head} ({len(drafts)})"
        for draft in drafts:
            yield ""
            yield from _draft_lines(draft)
    if found.uncovered:
        yield f"\nQuoted, and in no attribution ({len(found.uncovered)})\n"
        for each in found.uncovered:
            yield f"¶{each.paragraph} {_short(each.at.of(text))}"
    yield f"\nOf what is said in an article {MISSED} is in no draft: read the text as well."


def _draft_lines(draft: Draft) -> Iterator[str]:
    speaker = draft.speaker
    role = f" ({_short(speaker.role)})" if speaker.role else ""
    yield f"¶{draft.paragraph} {speaker.name}{role} · {draft.cue_words} · {_short(draft.statement)}"
    if speaker.read_from is not None:
        yield f"   the speaker was read from “{speaker.read_from}”{'' if speaker.sure else ': not sure'}"
    if len(speaker.candidates) > 1 and not speaker.sure:
        yield f"   or it is {', '.join(speaker.candidates[1:])}"
    told = [f"stance: {draft.stance.value if draft.stance else 'to be chosen'}"]
    if draft.said:
        told.append(f"said: {draft.said.phrase} ({draft.said.edtf or 'open'})")
    told += [f"date: {each.phrase} ({each.edtf or 'open'})" for each in draft.dates]
    told += [f"figure: {_figure(each)}" for each in draft.figures]
    if draft.names:
        told.append(f"names: {', '.join(dict.fromkeys(each.name for each in draft.names))}")
    yield f"   {' · '.join(told)}"
    for each in draft.inner:
        yield from (f"   within: {line}" for line in _draft_lines(each) if line.startswith("¶"))


def _figure(figure: FoundFigure) -> str:
    number = figure.words or f"{figure.amount:,.10g}"
    upper = f" to {figure.upper:,.10g}" if figure.upper is not None else ""
    return f"{figure.qualifier + ' ' if figure.qualifier else ''}{number}{upper} {figure.counts}"


def _short(text: str) -> str:
    return shortened(" ".join(text.split()), LONGEST_SHOWN)


async def _read(name: str) -> Article:
    """Return the article in a file, or that on standard input."""
    if name == "-":
        return await read_article(sys.stdin.buffer.read(LARGEST_FILE + 1))
    path = Path(name)
    if not path.is_file():
        raise UserError(f"{name} is no plain file" if path.exists() else f"There is no file {name}")
    return await read_file(path)


def _day(article: Article) -> date | None:
    """Return the day of which an article says that it was published then."""
    try:
        return date.fromisoformat((article.published or "")[:10])
    except ValueError:
        return None
