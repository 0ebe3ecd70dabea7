"""Replies that hold a picture of a story: a short caption, and the way to the same as text."""

from __future__ import annotations

from bot.answers.date_text import in_words
from bot.pictures.picture import Kind
from bot.replies import Action, Block, Drawing, Heading, Note, Reply
from bot.texts import N_, _, ngettext, shortened
from bot.times.zones import local_day
from storage.domain.models import Story

TITLES = {Kind.TIMELINE: N_("Timeline"), Kind.WHO: N_("Who says what")}
# The commands that show the same as text.
AS_TEXT = {Kind.TIMELINE: "/when", Kind.WHO: "/who picture text"}
# Telegram's captions hold 1,024 characters.
LONGEST_TITLE = 120


def with_picture(story: Story, drawing: Drawing, now: str, *, above: tuple[Block, ...] = ()) -> Reply:
    """Return the reply that shows a picture; `now` (UTC text) is the moment of what it shows."""
    kind = Kind(drawing.kind)
    count = ngettext(
        "{count} statement as of {day}. The sources stand below it in the picture.",
        "{count} statements as of {day}. The sources stand below them in the picture.",
        len(drawing.cited),
        day=in_words(local_day(now)),
    )
    return Reply(
        blocks=(
            Heading(text=_(TITLES[kind]), level=1),
            *above,
            Note(text=shortened(story.title, LONGEST_TITLE)),
            Note(text=count),
        ),
        actions=(as_text(kind),),
        picture=drawing,
    )


def as_text(kind: Kind) -> Action:
    """Return the button that shows as text what a picture shows."""
    return Action(label=_("As text"), command=AS_TEXT[kind])
