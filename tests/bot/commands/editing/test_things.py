"""Names that are things: a ship, an aircraft, a law."""

import io

from bot.requests import Request
from storage.domain.models import EntityKind
from storage.record import Record
from storage.sheets.exporting import export_sheet
from storage.sheets.importing import import_sheet
from tests.bot.desk import BOB, buttons, said


async def kind_of(desk, ref):
    found = await desk.record.entities.alone(1, ref)
    assert found is not None
    return found.kind


async def test_a_ship_is_named_step_by_step_and_found(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "It ran aground at Olm", "Ever Given")
    assert "New thing “Ever Given”, as a ship or a law" in buttons(ann.reply)
    await ann.tells("[New thing]", "[Skip]", "[Skip]", "said that", "S1", "/skip", "/skip", "/skip")
    while "Confirm" not in buttons(ann.reply):
        await ann.says("/skip")
    await ann.presses("Confirm")
    assert await kind_of(desk, "ever-given") is EntityKind.THING
    bob = desk.person(BOB)
    assert "ran aground at Olm" in said(await bob.says("/who ever given"))
    assert "Ever Given" in await bob.reads("/who")
    assert "Ever Given" not in await bob.reads("/where")


async def test_a_law_is_added_edited_and_made_what_it_is_by_command(desk):
    ann = await desk.moderator()
    await ann.tells("/entity Harbour Act", "[New thing]", "[Confirm]")
    assert await kind_of(desk, "harbour-act") is EntityKind.THING
    await ann.tells("/entity Harbour Act\narticle: the\nalias: Act 7", "[Confirm]")
    await ann.tells("/entity NAM\nkind: thing", "[Confirm]")
    assert await kind_of(desk, "nam") is EntityKind.THING
    await ann.tells("/entity +thing Flight 23", "[Confirm]")
    assert await kind_of(desk, "flight-23") is EntityKind.THING
    offered = await desk.dispatcher.complete("/entity Harb", Request("", ann.chat, ann.user))
    assert offered == ["/entity Harbour Act"]
    await ann.says("/entity Harbour Act\nkind: ship")
    assert "is none of these" in ann.seen and "thing" in ann.seen


async def test_one_line_is_about_a_thing_that_is_known(desk):
    ann = await desk.moderator()
    await ann.tells("/entity +thing Ever Given", "[Confirm]")
    await ann.tells("/add Lubinets said that the Ever Given ran aground\nsource: S1", "[Confirm]")
    (fact,) = await desk.record.listings.latest(1, limit=1)
    assert [entity.name for entity in fact.about] == ["Ever Given"]


async def test_a_thing_goes_out_with_a_sheet_and_comes_in_again(desk, tmp_path):
    ann = await desk.moderator()
    await ann.tells("/add It ran aground\nabout: +thing Ever Given\nsource: S1", "[Confirm]")
    for form in ("jsonl", "toml"):
        out = io.StringIO()
        await export_sheet(desk.record, out, form=form, story="belarus")
        sheet = tmp_path / f"sheet.{form}"
        sheet.write_text(out.getvalue(), encoding="utf-8")
        other = await Record.open(tmp_path / f"{form}.db")
        try:
            await import_sheet(other, sheet, actor="test")
            found = await other.entities.alone(1, "ever-given")
            assert found is not None and found.kind is EntityKind.THING
        finally:
            await other.close()
