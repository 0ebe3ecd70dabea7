"""Moderators keep the record in their chats, by the real process: by polling and by webhook."""

from __future__ import annotations

import re

import pytest

from tests.acceptance.conftest import Scene
from tests.acceptance.newsroom import fact_in, labels, rows

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("nothing_amiss"),
    pytest.mark.parametrize("scene", ["polling", "webhook"], indirect=True, scope="module"),
]
AT_ONCE = """/add The court confirmed that it had received the file.
who: Office of the Prosecutor
cue: confirmed that
when: 2024-02
source: https://example.org/note
at: ¶3
contradicts: F6"""
FACTS = re.compile(r"\bF\d+")
MATERIAL = "material: yes\nreason: the article has it so"


async def test_who_has_no_role_sees_no_command(scene: Scene) -> None:
    reader = scene.person("Rita")
    page = await reader.says("/help all")
    told = f"{(await reader.says('/help')).text} {page.text}"
    while "Next »" in labels(page):
        await (await scene.api.press(reader.user, page, "Next »")).answer()
        page = await reader.chat.next_edit()
        told += f" {page.text}"
    assert "/suggest" in told.split()
    for command in ("add", "correct", "retract", "review", "audit", "appoint", "moderators", "undo"):
        assert f"There is no command /{command}" in (await reader.says(f"/{command} F1 x")).text
        assert f"/{command}" not in told.split()
    assert "Nothing is being asked of you" in (await reader.says("/confirm")).text


async def test_a_fact_is_added_step_by_step(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    assert "What is the statement?" in (await mona.says("/add")).text
    who = await mona.says("The depot at Narva was emptied in one night")
    assert "Who says so?" in who.text and {"Skip", "Back", "Cancel"} <= set(labels(who))
    again = await mona.presses(who, "Back")
    assert "What is the statement?" in again.text and "Skip" not in labels(again)
    await mona.says("The depot at Narva was cleared in one night")
    cue = await mona.says("Lubinets")
    assert "In which words" in cue.text
    source = await mona.presses(cue, "said that")
    assert "Which source" in source.text and "Skip" not in labels(source)
    assert "Where in the source?" in (await mona.says("S1")).text
    assert "When did it happen?" in (await mona.says("¶11")).text
    assert "no day that exists" in (await mona.says("2024-02-30")).text
    where = await mona.says("2024-02-03")
    assert "Where did it happen?" in where.text
    shown = await mona.presses(where, "Skip")
    assert shown.text.startswith("Readers will see")
    sentence = "Lubinets said that the depot at Narva was cleared in one night [1 ¶11]"
    assert sentence in shown.text and "When: 3 February 2024" in shown.text
    done = await mona.presses(shown, "Confirm")
    assert f"{fact_in(done)} is on record." in done.text and sentence in done.text
    assert sentence in (await scene.person("Rita").says(f"/fact {fact_in(done)}")).text


async def test_a_required_question_is_not_skipped(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    await mona.says("/add")
    assert "This cannot be left open" in (await mona.says("/skip")).text
    assert "first question" in (await mona.says("/back")).text
    assert "nothing was changed" in (await mona.says("/cancel")).text


async def test_a_cancelled_dialogue_changes_nothing(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    before = rows(scene.record, "SELECT count(*) FROM fact")
    reply = await mona.does("/add Nobody will ever read this\nsource: S1", "Cancel")
    assert "Ended: nothing was changed." in reply.text
    assert rows(scene.record, "SELECT count(*) FROM fact") == before
    assert "Nothing is being asked" in (await mona.says("/confirm")).text


async def test_a_fact_is_added_at_once(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    who = await mona.says(AT_ONCE)
    assert "“Office of the Prosecutor” is not on record by that name" in who.text
    assert "New organisation “Office of the Prosecutor”" in labels(who)
    source = await mona.presses(who, "Ukraine's Prosecutor General's Office")
    assert "That source is not on record" in source.text
    title = await mona.presses(source, "New source “https://example.org/note”")
    assert "What is the document called?" in title.text
    shown = await mona.says("Note on the file")
    assert "Stands against F6." in shown.text and "against it" in shown.text
    assert {"Confirm", "Change something", "Back", "Cancel"} <= set(labels(shown))
    which = await mona.presses(shown, "Change something")
    assert "What is to be changed?" in which.text
    await mona.presses(which, "Place in the source")
    shown = await mona.says("page 2")
    done = await mona.presses(shown, "Confirm")
    assert "Ukraine's Prosecutor General's Office confirmed that" in done.text and "[1 page 2]" in done.text
    links = [entity["url"] for entity in done.entities if "url" in entity]
    assert links == ["https://example.org/note"]
    assert fact_in(done) in (await scene.person("Rita").says("/fact F6")).text
    assert "Undone." in (await mona.presses(done, "Undo")).text


async def test_what_is_alike_takes_the_word_as_a_further_attribution(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    done = await mona.does("/add The ferry office was sealed on Monday\nwho: Lubinets\nsource: S1")
    fact = fact_in(done)
    shown = await mona.says("/add The ferry office was sealed on a Monday\nwho: Putin\nsource: S2\nat: p. 4")
    assert "On record already, and like it" in shown.text and fact in shown.text
    offered = await mona.presses(shown, f"Same as {fact}")
    assert f"{fact} reads now" in offered.text and "It will read" in offered.text
    assert "revision 2" in (await mona.presses(offered, "Confirm")).text
    reply = await scene.person("Rita").says(f"/fact {fact}")
    assert "Putin" in reply.text and "Lubinets" in reply.text and "p. 4" in reply.text
    assert rows(scene.record, "SELECT count(*) FROM fact WHERE statement LIKE '%ferry office%'") == [(1,)]


async def test_html_of_a_moderator_is_shown_as_it_was_written(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    lines = (
        '/add <b>The</b> quay & <script>pier</script>\nwho: Lubinets\nsource: + <i>Daily</i> "News"\nat: <¶1>'
    )
    done = await mona.does(lines)
    assert "<b>The</b> quay & <script>pier</script>" in done.text
    assert "&lt;script&gt;" in done.html and "<script>" not in done.html
    assert "<i>Daily</i>" in done.text and "[1 <¶1>]" in done.text
    kinds = {entity["type"] for entity in done.entities}
    assert "italic" not in kinds
    reason = "/retract {} <a href='https://x.invalid'>x</a> </b>"
    await mona.does(reason.format(fact_in(done)))
    assert "<a href='https://x.invalid'>x</a> </b>" in (await mona.says(f"/fact {fact_in(done)}")).text


async def test_two_moderators_correct_the_same_fact(scene: Scene) -> None:
    mona, nils = await scene.moderator("Mona"), await scene.moderator("Nils")
    shown = await mona.says(f"/correct F8\nwhen: 2024-01-09\nnote: none\n{MATERIAL}")
    assert "F8 reads now" in shown.text and "When: 9 January 2024" in shown.text
    other = await nils.says("/correct F8\nwhere: Belarus\nmaterial: yes\nreason: the place was left out")
    assert "revision 2" in (await mona.presses(shown, "Confirm")).text
    asked = await nils.presses(other, "Confirm")
    assert "F8 has changed in the meantime; your change has not been made yet." in asked.text
    assert f"by @{mona.user.username}" in asked.text and "When: 9 January 2024" in asked.text
    asked = await nils.presses(other, "Confirm")
    assert "answered already" in asked.text, "the old question's yes is none to the new one"
    assert "revision 3" in (await nils.presses(asked, "Confirm")).text
    reply = await scene.person("Rita").says("/fact F8")
    assert "9 January 2024" in reply.text and "the place was left out" in reply.text


async def test_a_retracted_fact_is_a_tombstone_and_in_no_list(scene: Scene) -> None:
    mona, reader = await scene.moderator("Mona"), scene.person("Rita")
    assert "Why?" in (await mona.says("/retract F7")).text
    shown = await mona.says("The article was withdrawn")
    assert "no longer in any answer" in shown.text
    await mona.presses(shown, "Confirm")
    for command in ("/fact F7", "/history F7"):
        assert "The article was withdrawn" in (await reader.says(command)).text
    for command in ("/what alien children", "/who lukashenko", "/disputed", "/where belarus", "/latest"):
        page = await reader.says(command)
        assert "F7" not in FACTS.findall(page.text), command
        while "Next »" in labels(page):
            await (await scene.api.press(reader.user, page, "Next »")).answer()
            page = await reader.chat.next_edit()
            assert "F7" not in FACTS.findall(page.text), command
    assert "retracted already" in (await mona.says("/retract F7 again")).text
    assert "not retracted" in (await mona.says("/restore F5 why not")).text
    await mona.does("/restore F7 It was published again")
    assert "alien children" in (await reader.says("/fact F7")).text


async def test_undo_takes_back_ones_own_last_change_once(scene: Scene) -> None:
    mona, nils = await scene.moderator("Mona"), await scene.moderator("Nils")
    assert "changed nothing yet" in (await mona.says("/undo")).text
    await mona.does(f"/correct F13\nwhen: 2023-03-17\nnote: none\n{MATERIAL}")
    assert "changed nothing yet" in (await nils.says("/undo")).text
    undone = await mona.says("/undo")
    assert "Undone." in undone.text and "F13 read" in undone.text
    assert "undone already" in (await mona.says("/undo")).text
    history = await mona.says("/history F13")
    assert "Revision 3" in history.text


async def test_the_trail_tells_who_did_what(scene: Scene) -> None:
    user = scene.api.user("Vera", username="vera_desk")
    await scene.owner.does(f"/appoint {user.id}")
    vera = scene.owner._replace(user=user, chat=scene.api.private(user))
    await vera.does(f"/correct F14\nat: ¶88\n{MATERIAL}")
    trail = await vera.says("/audit F14")
    assert "corrected F14" in trail.text and "¶88" in trail.text
    assert "before" in trail.text and "after" in trail.text
    assert "corrected F14" in (await vera.says(f"/audit {vera.address}")).text
    assert "corrected F14" in (await vera.says("/audit since 2024-01-01")).text
    assert "corrected F14" in (await vera.says("/audit since yesterday")).text
    assert "is no day" in (await vera.says("/audit since the flood")).text
    assert "no moderator here" in (await vera.says("/audit @nobody_at_all")).text
    assert "/moderators is for owners." in (await vera.says("/moderators")).text
