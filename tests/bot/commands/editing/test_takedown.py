"""/takedown: an owner removes words for good; a dated tombstone stays, and nothing brings the words back."""

from __future__ import annotations

import pytest

from bot.notices.message_corrections import corrected_message
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.pictures.sending.studio import Studio
from bot.replies import Note
from storage.domain.changes import PutEntity
from storage.domain.entries import EntityEntry
from storage.notifying.receipts import SentMessage
from storage.trail.audit import Actor
from tests.bot.desk import ANN, EVE, OWNER, assert_short, buttons, said
from tests.storage.making import content

STATEMENT = "a boy of 9, the only child of the ferryman, lives at 12 Mill Street in Holm"
QUOTE = "the boy from number 12"
FACT = (
    f"/add {STATEMENT}\nwho: +person A neighbour\ncue: said that\nsource: + Holm note\nquote: {QUOTE}"
    "\npublisher: Tarrow Courier"
)
# No reply may hold any of these.
HARM = ("mill street", "ferryman", "boy of 9", "number 12", "the only child")
TOMBSTONE = "taken down on 22 November 2026 (privacy)"


def clean(text: str) -> None:
    assert [each for each in HARM if each in text.casefold()] == [], text


async def on_record(desk):
    """Let Ann put the fact on record; return her and the fact's id (`F26`)."""
    ann = await desk.moderator()
    await ann.says(FACT)
    while "Confirm" not in buttons(ann.reply):
        await ann.says("/skip")
    await ann.presses("Confirm")
    (found,) = await desk.record.listings.latest(1, limit=1)
    assert STATEMENT in said(ann.reply)
    return ann, f"F{found.id}"


async def take_down(desk, what: str, ground: str = "privacy"):
    owner = desk.person(OWNER)
    await owner.tells(f"/takedown {what} {ground}", "[Confirm]")
    return owner


async def test_the_ground_is_asked_for_and_what_will_go_is_shown(desk):
    _ann, name = await on_record(desk)
    owner = desk.person(OWNER)
    before = desk.kept()
    await owner.says(f"/takedown {name}")
    assert "On which ground" in owner.seen and {"safety", "law", "privacy"} <= set(buttons(owner.reply))
    assert_short(await owner.says("/skip"), "cannot be left open")
    assert "none of these" in said(await owner.says("because"))
    await owner.says(f"/takedown {name}")
    await owner.presses("privacy")
    assert "No other fact holds E" in owner.seen and ", S13, which stay" in owner.seen
    assert "reference in sheets" not in owner.seen
    assert f"{name} will be taken down (privacy)" in owner.seen and "Revisions 1" in owner.seen
    clean(owner.seen)
    assert desk.kept() == before
    await owner.presses("Confirm")
    clean(owner.seen)
    assert f"{name} is taken down." in owner.seen
    assert (await desk.record.audit.verify()).problem is None


async def test_no_way_of_asking_shows_a_word_of_it(desk):
    ann, name = await on_record(desk)
    lines = f"material: yes\nreason: the ferryman wrote to us\nstatement: {STATEMENT}, near the ferry"
    await ann.tells(f"/correct {name}\n{lines}", "[Confirm]")
    desk.moments.pass_by(minutes=20)
    await take_down(desk, name)
    eve = desk.person(EVE)
    for person in (eve, ann, desk.person(OWNER)):
        for text in (f"/fact {name}", f"/history {name}", "/asof 2026-11-22"):
            assert TOMBSTONE in "".join([said(reply) for reply in await pages(person, text)]), text
        for text in (
            f"/fact {name}", f"/history {name}", "/asof 2026-11-22", "/latest 20", "/what",
            "/what a boy in Holm", "/when", "/about", "/who neighbour", "/who", "/sources", "/figures",
            "/disputed", "/catchup", f"/why {name}", "/where", "/start", "/stories",
            "/ask Where does the boy live?",
        ):  # fmt: skip
            for reply in await pages(person, text):
                seen = said(reply)
                clean(seen)
                assert "went wrong" not in seen, text
    for text in ("/audit", f"/audit {name}", "/review", "/unanswered"):
        for reply in await pages(ann, text):
            clean(said(reply))
            assert "went wrong" not in said(reply), text
    assert TOMBSTONE in said(await ann.says(f"/audit {name}")) and "no longer in any answer" not in ann.seen
    for typed in ("/fact mill", f"/fact {name}", "/fact the boy", "/restore "):
        clean(" ".join(await desk.dispatcher.complete(typed, request(ann))))


def request(person):
    from bot.requests import Request

    return Request("", person.chat, person.user)


async def pages(person, command):
    found = []
    while command:
        found.append(await person.says(command))
        command = next((action.command for action in found[-1].actions if action.turn == "next"), None)
    return found


async def test_nothing_brings_the_words_back(desk):
    ann, name = await on_record(desk)
    await ann.tells(f"/retract {name} It was wrong", "[Confirm]")
    eve = desk.person(EVE)
    await eve.says(f"/suggest {STATEMENT}\nwho: A neighbour\ncue: said that\nsource: S1")
    await take_down(desk, name)
    for text, word in (
        ("/undo", "nothing"),
        (f"/undo {name}", "taken down"),
        (f"/restore {name} it is right", "does not come back"),
        (f"/correct {name}\nstatement: x", "does not come back"),
        (f"/supersede F5 {name}", "does not come back"),
        (f"/relate F5 supports {name}", "does not come back"),
        (f"/takedown {name} law", "owners"),
    ):
        await ann.says(text)
        assert word in ann.seen or "undone" in ann.seen, (text, ann.seen)
        clean(ann.seen)
    await ann.says("/confirm")
    clean(ann.seen)
    await eve.says("/confirm")
    clean(eve.seen)


@pytest.mark.parametrize("way", ["correct", "retract", "restore"])
async def test_an_open_preview_is_refused(desk, way):
    ann, name = await on_record(desk)
    if way == "restore":
        await ann.tells(f"/retract {name} It was wrong", "[Confirm]")
    lines = {
        "correct": f"/correct {name}\nmaterial: yes\nreason: near\nstatement: {STATEMENT} now",
        "retract": f"/retract {name} gone",
        "restore": f"/restore {name} back",
    }
    await ann.says(lines[way])
    confirm = ann.button("Confirm")
    await take_down(desk, name)
    assert_short(await ann.says(confirm))
    assert (await desk.record.facts.find(int(name[1:]))).taken_down is not None


async def test_only_owners_may_and_bad_input_changes_nothing(desk):
    ann, name = await on_record(desk)
    eve, owner = desk.person(EVE), desk.person(OWNER)
    before = desk.kept()
    assert_short(await ann.says(f"/takedown {name} privacy"), "is for owners")
    assert_short(await eve.says(f"/takedown {name} privacy"), "no command")
    assert_short(await owner.says("/takedown"), "/takedown F7 privacy")
    assert_short(await owner.says("/takedown F999 privacy"), "not on record")
    assert_short(await owner.says("/takedown F60 privacy"), "another story")
    assert_short(await owner.says("/takedown S99 law"), "not on record")
    assert_short(await owner.says("/takedown D99 law"), "no draft")
    assert desk.kept() == before
    await owner.tells(f"/takedown {name} privacy", "[Confirm]")
    before = desk.kept()
    for again in (f"/takedown {name} privacy", f"/takedown {name}"):
        assert_short(await owner.says(again), f"{name}: {TOMBSTONE}. It does not come back")
    assert desk.kept() == before


async def test_a_message_sent_is_put_right(desk):
    _ann, name = await on_record(desk)
    eve = desk.person(EVE)
    reply = await eve.says(f"/fact {name}")
    number = int(name[1:])
    now, kept = desk.record.ledger.now(), reply.model_dump_json()
    await desk.record.receipts.keep([SentMessage(EVE, 0, (5,), reply.cited_revisions, "en", now, kept)])
    owner = desk.person(OWNER)
    await owner.says(f"/takedown {name} privacy")
    assert "Messages sent, to be put right 1" in owner.seen
    await owner.presses("Confirm")
    (amendment,) = await desk.record.receipts.take("telegram", desk.record.ledger.now(), 5)
    clean(amendment.reply)
    right = await corrected_message(desk.record, amendment, Studio(desk.record))
    clean(said(right.reply) + said(right.remark))
    assert f"{name}: {TOMBSTONE}" in said(right.reply)
    assert Note(text=f"{name}: {TOMBSTONE}") in right.remark.blocks
    assert number not in right.reply.facts


async def test_why_it_was_retracted_or_a_draft_of_it_rejected_goes_as_well(desk):
    ann, name = await on_record(desk)
    await desk.person(EVE).tells(
        f"/suggest {STATEMENT}!\nwho: A neighbour\ncue: said that\nsource: S1", "/confirm"
    )
    await ann.tells("/reject D1 the ferryman wrote to us", "/confirm")
    for fact in (name, "F5"):
        await ann.tells(f"/retract {fact} the ferryman wrote to us", "[Confirm]")
    desk.moments.pass_by(minutes=20)
    buffer, eve = ReceiptBuffer(desk.record), desk.person(EVE)
    told = [await eve.says(text) for text in (f"/fact {name}", f"/history {name}", "/fact F5")]
    told.append(await ann.says("/audit"))
    for number, reply in enumerate(told):
        assert "ferryman wrote" in said(reply)
        buffer.note(EVE, 0, (number,), reply, "en")
    await buffer.flush()
    await take_down(desk, name)
    amendments = await desk.record.receipts.take("telegram", desk.record.ledger.now(), 9)
    # F5 was retracted for the same reason: that message stays.
    assert [each.message for each in amendments] == [0, 1, 3]
    for amendment in amendments[:2]:
        clean(said((await corrected_message(desk.record, amendment, Studio(desk.record))).reply))
    assert "rejected D1:" not in said(await ann.says("/audit")) and "rejected D1" in ann.seen


async def test_a_list_of_questions_that_was_shown_is_put_right(desk):
    ann, name = await on_record(desk)
    for text in ("/ask Where does the boy live at 12 Mill Street?", "/ask Who owns the zeppelin?"):
        await desk.person(EVE).says(text)
    shown, buffer = await ann.says("/unanswered"), ReceiptBuffer(desk.record)
    assert "Mill Street" in said(shown)
    buffer.note(EVE, 0, (1,), shown, "en")
    await buffer.flush()
    await take_down(desk, name)
    (amendment,) = await desk.record.receipts.take("telegram", desk.record.ledger.now(), 9)
    right = said((await corrected_message(desk.record, amendment, Studio(desk.record))).reply)
    clean(right + amendment.reply)
    assert "(taken down)" in right and "zeppelin" in right


async def test_readers_see_of_a_retracted_fact_that_and_why_and_moderators_what_it_said(desk):
    ann, name = await on_record(desk)
    desk.moments.pass_by(days=1)
    await ann.tells(f"/retract {name} The source withdrew it", "[Confirm]")
    eve = desk.person(EVE)
    for text in (f"/fact {name}", f"/history {name}", "/asof 2026-11-22"):
        seen = "".join([said(reply) for reply in await pages(eve, text)])
        clean(seen)
        assert "The source withdrew it" in seen
    for text in ("/latest 20", "/catchup", "/what a boy in Holm", f"/why {name}", f"/history {name} >1"):
        for reply in await pages(eve, text):
            clean(said(reply))
    for text in (f"/history {name}", "/asof 2026-11-22"):
        assert STATEMENT in "".join([said(reply) for reply in await pages(ann, text)])
    clean(" ".join(await desk.dispatcher.complete("/fact mill", request(eve))))


async def named(desk, name: str, *aliases: str) -> None:
    """Put a name on record."""
    entity = EntityEntry(name=name, kind="person", aliases=aliases)
    await desk.record.ledger.make(PutEntity(story_id=1, entity=entity), by=Actor(ANN))


async def test_a_name_that_was_removed_or_merged_is_found_by_its_name(desk):
    ann, owner = await desk.moderator(), desk.person(OWNER)
    await named(desk, "Jane Millward", "Jane of Holm")
    await named(desk, "Bo Lund")
    await named(desk, "Bodo Lund")
    await ann.tells("/entity remove: Jane Millward", "[Confirm]")
    await ann.tells("/entity Bodo Lund\nmerge: Bo Lund\nreason: one man", "[Confirm]")
    for asked in ("jane millward", "Jane of Holm", "Bodo Lund", "Bo Lund"):
        await owner.says(f"/takedown {asked} privacy")
        assert "will be taken down (privacy)" in owner.seen, owner.seen
        await owner.presses("Cancel")
    await take_down(desk, "Jane of Holm")
    await take_down(desk, "Bodo Lund")
    kept = content(desk.record.database.path)
    assert [word for word in ("Millward", "Jane of Holm", "Bodo") if word in kept] == []
    for asked in ("Jane Millward", "Bodo Lund", "Bo Lund"):
        assert_short(await owner.says(f"/takedown {asked} privacy"), "not on record")


async def test_of_two_names_that_are_spelt_alike_the_removed_one_is_offered_too(desk):
    ann, owner = await desk.moderator(), desk.person(OWNER)
    await named(desk, "Jane Millward", "Jane of Holm")
    await ann.tells("/entity remove: Jane Millward", "[Confirm]")
    await named(desk, "Jane of Holm")
    await owner.says("/takedown Jane of Holm privacy")
    assert "the name of several" in owner.seen
    (removed,) = [each for each in buttons(owner.reply) if "removed" in each]
    await owner.presses(removed)
    assert f"{removed.split(',')[0]} will be taken down" in owner.seen
