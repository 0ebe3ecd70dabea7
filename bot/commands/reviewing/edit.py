"""/edit: a draft opened as /add would show it, to be put right before it comes on record."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.dialogue import header_lines
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.forms import ONE, Filled, Start, form_command
from bot.commands.dialogue.header_lines import Headed
from bot.commands.dialogue.prefill import known_of, texts_of
from bot.commands.editing.propose import ADDING, SUGGESTING, put_right
from bot.commands.reviewing.draft_card import DRAFT, at_work, change_of, refuse_decided
from bot.replies import Reply
from bot.requests import Role, Submission
from bot.texts import N_
from storage.domain.changes import Publish, loaded
from storage.domain.models import Draft

# The optional fields of a draft.
_REMOVABLE = frozenset(SUGGESTING.lines) - {"statement", "source", "title"}


async def _as_proposed(context: Context, subject: str, _version: str) -> Start:
    """Begin a modal with a draft's own texts: they do not change."""
    draft = await context.draft(subject)
    _refuse_lost(context, draft)
    change = change_of(draft)
    return Start(f"D{draft.id}", await texts_of(context, change), known=await known_of(context, change))


@form_command(
    "edit",
    # Only header lines are accepted: other text after the id belongs to no field.
    replace(DRAFT, pattern=r"[^\n]+"),
    Argument(
        N_("lines"),
        Kind.TEXT,
        help=N_("empty for a form; or what is to change, for example when: 2024-01-04"),
    ),
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("a draft opened to be put right before it comes on record"),
    example="/edit D3",
    form=replace(
        ADDING,
        lines=SUGGESTING.lines,
        colons=0,
        title=N_("Edit draft {subject}"),
        starts=_as_proposed,
        opens=ONE,
        removable=_REMOVABLE,
    ),
)
async def edit(context: Context, draft: Draft, given: Headed | None) -> Reply:
    """Open a draft as /add would show it, with each part editable or replaced by header lines."""
    _refuse_lost(context, draft)
    given = given or Headed()
    if given.text:
        raise header_lines.not_understood(given.text, SUGGESTING.lines)
    texts = put_right(await texts_of(context, change_of(draft)), given.headers)
    adding = replace(context, command=await context.permit("add", context.story))
    filled = Filled(context.story.id, texts, target=draft.id, at_once=True)
    found = await context.record.articles.found(draft.id)
    if found is not None and found.marks.get("doubtful") and "stance" not in given.headers:
        filled.texts.pop("stance", None)
    if found is not None and not found.marks.get("speakers"):
        filled.again = "who"
    return await begin(adding, filled, tuple(await at_work(context, draft.id)))


def _refuse_lost(context: Context, draft: Draft) -> None:
    """Refuse a draft that is decided; not what was filled in while it was: that is shown as a new fact."""
    given = context.request.given
    if not isinstance(given, Submission) or not isinstance(loaded(draft.change), Publish):
        refuse_decided(context, draft, to_approve=False)
