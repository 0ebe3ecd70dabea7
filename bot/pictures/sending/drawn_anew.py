"""Pictures of sent messages, drawn anew once something in them has changed.

What was taken down may not stay in a picture. So where none can be drawn, one that shows nothing takes its
place.
"""

from __future__ import annotations

import logging

from bot.errors import UserError
from bot.pictures.picture import Kind
from bot.pictures.sending.blank import blank
from bot.pictures.sending.captions import TITLES, as_text, with_picture
from bot.pictures.sending.studio import Studio
from bot.replies import Drawing, Heading, Note, Reply
from bot.texts import _
from storage.record import Record

logger = logging.getLogger(__name__)


async def drawn_anew(record: Record, studio: Studio, before: Drawing) -> Reply:
    """Return the reply that shows a picture as its story stands now; a blank one where none can be drawn."""
    kind = Kind(before.kind)
    story = await record.stories.by_id(before.story)
    assert story is not None  # stories are never deleted
    text = _("Nothing of what stood in this picture is on record any more.")
    try:
        drawing = await studio.draw(story, kind, dark=before.dark)
    except UserError as error:
        logger.warning("a picture that was sent cannot be drawn anew: %s", error.text)
        text = _("This picture was withdrawn, for something in it has changed. Ask for it again.")
        drawing = None
    except Exception:
        logger.exception("a picture that was sent cannot be drawn anew")
        text = _("This picture was withdrawn, for something in it has changed. Ask for it again.")
        drawing = None
    if drawing is not None:
        note = Note(text=_("This picture was corrected after it was sent."))
        return with_picture(story, drawing, record.ledger.now(), above=(note,))
    nothing = before.model_copy(update={"cited": {}, "data": blank(), "text": text})
    return Reply(
        blocks=(Heading(text=_(TITLES[kind]), level=1), Note(text=text)),
        actions=(as_text(kind),),
        picture=nothing,
    )
