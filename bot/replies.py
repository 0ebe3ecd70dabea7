"""Reply: what a command answers, free of any platform.

A reply is made of blocks. A `Line` states a fact (or a role) and cannot be built without a citation;
every other block speaks of the record itself, in the bot's own voice, and states nothing of the story.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.texts import _
from bot.times.zones import shown


class _Part(BaseModel):
    # defer_build: validators are made when first used, not at each start.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Citation(_Part):
    """Where a line comes from: a source and the place in it.

    `entry` describes the source with all that is known of it, `label` in a few words: under a reply stands
    the label, where there is one.
    """

    source: int
    entry: str = Field(min_length=1)
    locator: str | None = None
    url: str | None = None
    label: str | None = None


class Heading(_Part):
    """A heading over the blocks that follow; `level` 1 is the reply's title."""

    text: str = Field(min_length=1)
    level: int = 2


class Mark(_Part):
    """Words in a text that a platform may show in its own way: a moment (UTC text), or an address's owner."""

    words: str = Field(min_length=1)
    moment: str | None = None
    address: str | None = None


def moments(*at: str | None) -> tuple[Mark, ...]:
    """Return the marks of moments (UTC text), as `shown` words them."""
    return tuple(Mark(words=shown(moment), moment=moment) for moment in at if moment)


def addresses(*named: str | None, names: Mapping[str, str] | None = None) -> tuple[Mark, ...]:
    """Return the marks of people and chats by address; `names` are the words for some of them.

    What is no address, such as the id of a fact, has none.
    """
    known = [address for address in named if address and ":" in address]
    return tuple(Mark(words=(names or {}).get(each) or each, address=each) for each in dict.fromkeys(known))


class Note(_Part):
    """A sentence about the record or the bot, never about the story; `marks` are words in it."""

    text: str = Field(min_length=1)
    marks: tuple[Mark, ...] = ()


class Quote(_Part):
    """Somebody's own words, to which a reply speaks. It is shown and never kept."""

    text: str = Field(min_length=1)
    quoted: Literal[True] = True


class Item(_Part):
    """A labelled row about the record: a command and its help, a source and its description.

    `marks` are words in its label or its text.
    """

    label: str = Field(min_length=1)
    text: str
    url: str | None = None
    marks: tuple[Mark, ...] = ()


class Line(_Part):
    """One line that states a fact; `label` stands before it (a date), `mark` after it (who denies it).

    `former` tells that the fact reads so no longer.
    """

    text: str = Field(min_length=1)
    citations: tuple[Citation, ...] = Field(min_length=1)
    fact: int | None = None
    revision: int | None = None
    label: str | None = None
    mark: str | None = None
    nested: bool = False
    former: bool = False


class Drawing(_Part):
    """A picture that goes with a reply: what it is of, and the facts in it, each with its revision.

    `data` is the picture itself (PNG), `text` holds every line in it, and `tall` tells that it cannot be read
    where it is made smaller. These are never kept: what is shown again is drawn anew.
    """

    kind: str
    story: int
    cited: dict[int, int]
    dark: bool = False
    data: bytes = Field(default=b"", exclude=True, repr=False)
    text: str = Field(default="", exclude=True, repr=False)
    tall: bool = Field(default=False, exclude=True)

    @property
    def name(self) -> str:
        """Return the name of its file."""
        return f"{self.kind}.png"


class Action(_Part):
    """Something to do next: a button that sends a command. `turn` tells that it shows another page.

    `private` sends it in the private chat of whoever presses it, where the platform leads there.
    """

    label: str = Field(min_length=1)
    command: str = Field(min_length=1)
    turn: Literal["previous", "next"] | None = None
    private: bool = False


# In this order a reply that was kept as JSON is read back as it was: a note is what has a text and no more.
Block = Note | Heading | Quote | Item | Line


class PageNumber(NamedTuple):
    """Which page of how many a reply is; if it is `open`, more follow than are counted: no total is told."""

    number: int
    total: int
    open: bool = False

    def __str__(self) -> str:
        return _("page {number}", number=self.number) if self.open else f"{self.number}/{self.total}"


def stands_apart(block: Block, above: Block | None) -> bool:
    """Tell whether a block states another fact than the line above it: a blank line parts the two."""
    if not (isinstance(block, Line) and isinstance(above, Line)) or block.nested:
        return False
    return block.fact is not None and block.fact != above.fact


def repeats_id(block: Line, above: Block | None) -> bool:
    """Tell whether a line goes on about the fact of the line above, and so needs no second id."""
    return isinstance(above, Line) and above.fact == block.fact


class Cited(NamedTuple):
    """A numbered source under a reply; `shown` is what stands there of its entry."""

    number: int
    source: int
    entry: str
    url: str | None
    shown: str


class Reply(_Part):
    """An answer: blocks in order, then the sources that they cite, then actions.

    `aside` marks what concerns only who asked, such as a refusal: shown to them alone where a platform can.
    `asks` is the command that an answer in words completes, where one is asked for: a front end that does not
    hear plain talk sends it with the words behind it. `verdict` is what is said of an answer to a question.
    `past` marks what shows how facts read once, or might read: it stays as it is when they are corrected.
    `page` tells which of several pages it is. `again` is the command that shows all of it once more, where
    that is another than the one that was sent. `first` is how many blocks the first page shows at most.
    `pages` is the origin of the web on which each fact that it states has a page.
    What is `unkept` holds a secret: no copy of it is kept.
    Under a `picture` the blocks are short, and state nothing that it does not show.
    """

    blocks: tuple[Block, ...] = Field(min_length=1)
    actions: tuple[Action, ...] = ()
    aside: bool = False
    asks: str | None = None
    verdict: Literal["on record", "close", "not on record"] | None = None
    past: bool = False
    page: PageNumber | None = None
    again: str | None = Field(default=None, exclude=True)
    first: int | None = None
    pages: str | None = None
    picture: Drawing | None = None
    step: Literal["first", "next"] | None = Field(default=None, exclude=True)
    unkept: bool = Field(default=False, exclude=True)

    @model_validator(mode="after")
    def _citations_agree(self) -> Reply:
        """One source reads the same wherever the reply cites it."""
        entries: dict[int, str] = {}
        for citation in self.citations():
            if entries.setdefault(citation.source, citation.entry) != citation.entry:
                raise ValueError(f"source {citation.source} is cited under two names")
        return self

    def citations(self) -> list[Citation]:
        """Return every citation in the order of the lines."""
        return [citation for block in self.blocks if isinstance(block, Line) for citation in block.citations]

    @cached_property
    def sources(self) -> tuple[Cited, ...]:
        """Number the cited sources by first appearance; those that share a label show their entries."""
        first: dict[int, Citation] = {}
        for citation in self.citations():
            first.setdefault(citation.source, citation)
        shared = Counter(each.label for each in first.values())
        return tuple(
            Cited(
                n,
                each.source,
                each.entry,
                each.url,
                each.label if shared[each.label] == 1 and each.label else each.entry,
            )
            for n, each in enumerate(first.values(), 1)
        )

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {cited.source: cited.number for cited in self.sources}

    def marks(self, line: Line) -> str:
        """Return a line's citation marks: `[1 ¶2] [2]`."""
        shown = (
            f"[{self._numbers[citation.source]} {citation.locator}]"
            if citation.locator
            else f"[{self._numbers[citation.source]}]"
            for citation in line.citations
        )
        return " ".join(dict.fromkeys(shown))

    @property
    def others(self) -> tuple[Action, ...]:
        """Return the actions that do not turn pages."""
        return tuple(action for action in self.actions if action.turn is None)

    @property
    def turns(self) -> tuple[Action, ...]:
        """Return the actions that turn pages: at most one back and one on."""
        return tuple(action for action in self.actions if action.turn is not None)

    @cached_property
    def facts(self) -> tuple[int, ...]:
        """Return the ids of the facts that the reply states, each once, in order."""
        return tuple(dict.fromkeys(b.fact for b in self.blocks if isinstance(b, Line) and b.fact is not None))

    def without_quotes(self) -> Reply:
        """Return what may be kept of it: all but the words of others."""
        kept = tuple(block for block in self.blocks if not isinstance(block, Quote))
        return self if len(kept) == len(self.blocks) else self.model_copy(update={"blocks": kept})

    @property
    def cited_revisions(self) -> dict[int, int]:
        """Return the facts that the reply states or draws, each with the revision at which it does."""
        drawn = self.picture.cited if self.picture is not None else {}
        return drawn | {
            line.fact: line.revision
            for line in self.blocks
            if isinstance(line, Line) and line.fact is not None and line.revision is not None
        }


class ModalField(NamedTuple):
    """One field of a modal; `name` is its header line's, "" for the text itself.

    `example` is what it may hold, shown for as long as it is empty. `limit` is the most characters it takes.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""
    required: bool = False
    long: bool = False
    example: str = ""
    limit: int = 4000


class Modal(NamedTuple):
    """A window of one to five fields; `key` is a command of at most 90 characters that finds it again."""

    key: str
    title: str
    fields: tuple[ModalField, ...]
