"""A new source that is known only through another, which may be new as well."""

from tests.bot.commands.editing.test_add import newest
from tests.bot.desk import EVE


async def test_a_new_source_may_be_known_through_another_new_one(desk):
    ann = await desk.moderator()
    await ann.says("/add The bridge is closed.\nsource: + A note\nvia: + https://example.org/a")
    assert "example.org" in str(ann.reply.sources)
    await ann.presses("Confirm")
    source = (await newest(desk)).attributions[0].source
    assert (source.title, source.via.url) == ("A note", "https://example.org/a")
    await ann.says("/add The bridge is open.\nsource: + Another note\nvia: + https://example.org/a")
    await ann.presses("Confirm")
    again = (await newest(desk)).attributions[0].source
    assert again.via.id == source.via.id


async def test_what_a_new_source_is_known_through_may_be_typed_or_chosen(desk):
    ann = await desk.moderator()
    await ann.tells("/add The bridge is closed.\nsource: S1\nwho: Putin", "[Change something]", "[Source]")
    await ann.says("A note")
    await ann.tells("[New source]", "[Confirm]")
    assert (await newest(desk)).attributions[0].source.title == "A note"
    await ann.tells("/add", "The bridge is open.", "[Skip]", "[Skip]", "Another note", "[New source]")
    await ann.tells("[Skip]", "[Skip]", "[Skip]")
    assert "Known only through another" in ann.seen
    await ann.tells("A third note", "[New source]", "[Skip]", "[Skip]", "[Skip]", "[Confirm]")
    assert (await newest(desk)).attributions[0].source.via.title == "A third note"


async def test_a_draft_keeps_both_new_sources(desk):
    eve, ann = desk.person(EVE), await desk.moderator()
    await eve.tells("/suggest The bridge is closed.\nsource: + A note\nvia: + B note", "[Confirm]")
    await ann.tells("/edit D1\nat: 3", "[Confirm]")
    source = (await newest(desk)).attributions[0].source
    assert (source.title, source.via.title) == ("A note", "B note")
