"""Completion: what each kind of argument is offered, to whom, and how much of the record that reads."""

import pytest

from bot.answers.sentences import sentence
from bot.commands import commands
from bot.commands.core.declarations import Kind
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.requests import Request, Role
from storage.domain.changes import Appoint
from storage.record import Record
from storage.trail.audit import Actor
from tests.benchmarks import completing
from tests.bot.desk import ANN, BOB, EVE, OWNER, said
from tests.conftest import AT_LENGTH
from tests.storage.costs import sqlite_of

# Steps of SQLite's machine: some 20 to 50 ms on a slow computer.
AFFORDABLE = 2_000_000

# What is offered in the place of a date.
PICTURES = {"picture", "picture dark"}


async def offered(person, command, typed="", argument=0, given=()):
    asked = Request("", person.chat, person.user, **person.fields)
    found = await person.desk.dispatcher.offers(asked, command, argument, typed, given)
    assert len(found) <= 25 and len({offer.value for offer in found}) == len(found)
    assert all(0 < len(offer.value) <= 100 and 0 < len(offer.label) <= 100 for offer in found)
    return found


async def values(person, *asked, **more):
    return [offer.value for offer in await offered(person, *asked, **more)]


async def test_names_and_places_are_offered_by_any_of_their_forms(desk):
    bob = desk.person(BOB)
    assert await values(bob, "who", "lub") == ["Dmytro Lubinets"]
    assert await values(bob, "who", "DMYTRO L") == ["Dmytro Lubinets"]
    assert "Belarus" in await values(bob, "where", "bel")
    assert await values(bob, "where", "lub") == []
    assert await values(bob, "who", "qqq") == []
    assert len(await values(bob, "who")) > 5 and "Belarus" in await values(bob, "where")


LONG = "The Interdepartmental Committee of Inquiry into the Removal of Children, " + "third of its kind, " * 4


async def test_a_name_longer_than_a_platform_completes_is_found_by_its_beginning(desk):
    ann = await desk.moderator()
    one, other = f"{LONG}of the north", f"{LONG}of the south"
    await ann.tells(f"/add It met\nwho: +organisation {one}\nsource: S1", "[Confirm]")
    (begun,) = await values(ann, "who", "The Interdep")
    assert 90 <= len(begun) <= 100 and one.startswith(begun)
    assert one in said(await ann.says(f"/who {begun}"))
    assert one in said(await ann.says(f"/subscribe {begun}"))
    assert one in said(await ann.says(f"/entity {begun}"))
    await ann.tells(f"/add It met too\nwho: +organisation {other}\nsource: S1", "[Confirm]")
    assert await values(ann, "who", "The Interdep") == [begun]
    asked = await ann.says(f"/who {begun}")
    assert "Several on record have that name" in said(asked)
    assert [action.command for action in asked.actions] == [f"/who {one}", f"/who {other}"]
    assert other in said(await ann.says(f"/who {other}")) and one not in said(ann.reply)
    assert "not on record" in said(await ann.says(f"/who {LONG}of nowhere"))


async def test_the_names_that_most_facts_name_come_first(desk):
    bob = desk.person(BOB)
    found = await values(bob, "who")
    counts = []
    for name in found:
        (entity,) = await desk.record.entities.named(1, name)
        lists = await desk.record.listings.mentioning(
            entity, dict.fromkeys(("speaker", "about", "place"), 0), limit=100
        )
        counts.append(sum(map(len, lists.values())))
    assert counts == sorted(counts, reverse=True) and counts[0] > 1


async def test_facts_are_offered_by_id_and_by_their_words_on_somebodys_word(desk):
    bob = desk.person(BOB)
    newest = await desk.record.listings.latest(1, limit=25)
    for nothing in ("", "f", "F"):
        assert await values(bob, "fact", nothing) == [f"F{fact.id}" for fact in newest]
    by_id = await offered(bob, "fact", "f1")
    assert [offer.value for offer in by_id][:2] == ["F1", "F10"]
    assert all(offer.value.startswith("F1") for offer in by_id)
    assert (await values(bob, "fact", "5"))[0] == "F5"
    about = await offered(bob, "fact", "warrant")
    assert about and any("warrant" in offer.label for offer in about)
    assert all(offer.label.startswith(f"{offer.value}  ") for offer in about)
    for begun in ("lub", "lubin", "LUBINET"):
        spoken = await offered(bob, "fact", begun)
        assert spoken and all("Lubinets" in offer.label for offer in spoken[:3]), begun
    for begun in ("wa", "warr", "warran"):
        assert "warrant" in (await offered(bob, "fact", begun))[0].label, begun
    (first, *_) = await offered(bob, "fact", "Lukashenko den")
    assert "Lukashenko has denied that" in first.label
    denied = await offered(bob, "fact", "Lukashenko denied")
    assert any("denied that" in offer.label for offer in denied), denied
    for nothing in ("F999999", "F0", "F00", "f1234567890123456", "qqqq", "!\"'*()"):
        assert await values(bob, "fact", nothing) == []


async def test_a_fact_that_is_not_in_force_is_offered_by_its_id_without_what_it_said(desk):
    ann = await desk.moderator()
    await ann.tells("/retract F5 Wrong", "[Confirm]", "/supersede F6 F7", "[Confirm]")
    labels = {
        offer.value: offer.label for number in "56" for offer in await offered(ann, "fact", f"F{number}")
    }
    assert labels["F5"] == "F5  retracted" and labels["F6"] == "F6  superseded by F7"
    assert not {"F5", "F6"} & set(await values(ann, "fact"))


async def test_retracted_facts_are_offered_to_be_restored(desk):
    ann = await desk.moderator()
    assert await values(ann, "restore") == []
    await ann.tells("/retract F5 The source withdrew it", "[Confirm]", "/retract F9 Wrong", "[Confirm]")
    assert await values(ann, "restore") == await values(ann, "restore", "f") == ["F9", "F5"]
    assert [offer.label for offer in await offered(ann, "restore", "withdrew")] == [
        "F5  retracted: The source withdrew it"
    ]
    assert await values(ann, "restore", "5") == await values(ann, "restore", "F5") == ["F5"]
    assert await values(ann, "restore", "F6") == await values(desk.person(EVE), "restore") == []


async def test_a_fact_may_be_put_back_in_force_by_a_word(desk):
    ann = await desk.moderator()
    found = await offered(ann, "supersede", "", argument=1, given=["F5"])
    assert found[-1] == ("none", "none  put it back in force") and found[0].value.startswith("F")
    assert (await values(ann, "supersede", "No", argument=1, given=["F5"]))[0] == "none"
    assert "none" not in await values(ann, "supersede", "F", argument=1, given=["F5"])


async def test_labels_end_with_whole_words(desk):
    found = await offered(desk.person(BOB), "fact")
    cut = [offer.label for offer in found if offer.label.endswith("…")]
    assert cut
    for label in cut:
        fact = await desk.record.facts.find(int(label.split()[0][1:]))
        assert f"{label[:-1].partition('  ')[2]} " in sentence(fact)


async def test_a_fact_is_not_offered_beside_itself(desk):
    ann = await desk.moderator()
    assert "F5" in await values(ann, "supersede", "F5")
    assert "F5" not in await values(ann, "supersede", "F5", argument=1, given=["f5"])
    assert "F5" not in await values(ann, "relate", "", argument=2, given=["F5", "supports"])


async def test_sources_are_offered_by_id_and_by_words(desk):
    bob = desk.person(BOB)
    first = await offered(bob, "sources", "s1")
    assert first[0].value == "S1" and first[0].label.startswith("S1  ")
    everything = await values(bob, "sources")
    assert everything == sorted(everything, key=lambda value: -int(value[1:]))
    assert await values(bob, "sources", "kyiv INDEPENDENT")
    for nothing in ("%", "_", "!", "S999", "kyiv qqq"):
        assert await values(bob, "sources", nothing) == []
    ann = await desk.moderator()
    assert (await values(ann, "source", "S1"))[0] == "S1"
    assert await values(ann, "entity", "lub") == ["Dmytro Lubinets"]


async def test_a_source_is_found_by_capitals_of_any_alphabet(desk):
    ann = await desk.moderator()
    await ann.tells("/source + https://example.org/z\ntitle: Звіт про мости", "[Confirm]")
    (made,) = await values(ann, "sources", "звіт")
    assert await values(ann, "sources", "ЗВІТ мости") == [made]


async def test_only_drafts_that_wait_are_offered_and_only_to_moderators(desk):
    for words in ("The bridge is closed", "The ferry is late"):
        await desk.person(BOB).tells(f"/suggest {words}\nsource: S1", "[Confirm]")
    ann = await desk.moderator()
    assert [offer.label for offer in await offered(ann, "approve")] == [
        "D1  “The bridge is closed”", "D2  “The ferry is late”",
    ]  # fmt: skip
    assert await values(ann, "reject", "FERRY late") == ["D2"]
    assert await values(ann, "edit", "d1") == ["D1"]
    await ann.tells("/reject D1 No", "[Confirm]")
    assert await values(ann, "approve") == ["D2"]
    assert await values(desk.person(EVE), "approve") == []


async def test_stories_commands_and_people_are_offered(desk):
    await desk.record.ledger.make(Appoint(address=ANN, handle="ann", name="Ann Lee"), by=Actor(OWNER))
    await desk.record.ledger.make(Appoint(address=BOB), by=Actor(OWNER))
    bob, owner = desk.person(EVE), desk.person(OWNER)
    assert (await values(bob, "story"))[0] == "belarus"
    title = (await desk.record.stories.find("tarrow-ferry")).title
    assert [offer.label for offer in await offered(bob, "story", "tar")] == [title]
    assert await values(bob, "story", title.split()[-1]) == ["tarrow-ferry"]
    assert await values(bob, "help", "/di") == ["disputed"]
    assert "appoint" not in await values(bob, "help", "app") and "appoint" in await values(
        owner, "help", "app"
    )
    assert await values(owner, "appoint", "an") == await values(owner, "dismiss", "@a") == ["@ann"]
    assert await values(owner, "dismiss", "lee") == ["@ann"] and BOB in await values(owner, "dismiss")
    assert (await values(owner, "appoint", "", argument=1))[0] == "belarus"
    assert await values(bob, "appoint") == []


async def test_subscriptions_are_offered_by_number(desk):
    bob = desk.person(BOB)
    assert await values(bob, "unsubscribe") == []
    await bob.tells("/subscribe belarus", "/subscribe lubinets")
    found = await offered(bob, "unsubscribe")
    assert [offer.value for offer in found] == ["1", "2", "all"] and "Lubinets" in found[1].label
    assert await values(bob, "unsubscribe", "lubinets") == ["2"]
    assert await values(desk.person(EVE), "unsubscribe") == []


SETTINGS = [
    ("cadence", "", ["at once", "hourly", "daily", "weekly"]), ("cadence", "da", ["daily"]),
    ("weekday", "mon", ["Monday"]), ("sound", "", ["on", "off"]), ("which", "m", ["material"]),
    ("zone", "kyiv", ["Europe/Kyiv"]), ("zone", "new york", ["America/New_York"]),
    ("quiet", "o", ["off"]), ("time", "", []), ("nope", "", []),
]  # fmt: skip


async def test_settings_and_their_values_are_offered(desk, subtests):
    bob = desk.person(BOB)
    assert await values(bob, "settings", "ca") == ["cadence"]
    for setting, typed, found in SETTINGS:
        with subtests.test(setting=setting, typed=typed):
            assert await values(bob, "settings", typed, argument=1, given=[setting]) == found
            if found:
                assert "went wrong" not in str(await bob.says(f"/settings {setting} {found[0]}"))


async def test_words_that_are_few_are_offered(desk):
    ann = await desk.moderator()
    assert await values(ann, "relate", "", argument=1, given=["F5"]) == [
        "contradicts",
        "supports",
        "unrelated",
    ]
    assert await values(ann, "mute", "of") == ["off"]


async def test_what_to_hear_of_is_a_story_or_a_name(desk):
    assert (await values(desk.person(BOB), "subscribe", "tarr"))[0] == "tarrow-ferry"
    assert await values(desk.person(BOB), "subscribe", "lub") == ["Dmytro Lubinets"]


async def test_hostile_typing_is_survived_and_no_role_is_overstepped(desk, subtests):
    eve, ann = desk.person(EVE), desk.person(ANN, role=Role.OWNER)
    for command in commands:
        with subtests.test(command.name):
            for number, argument in enumerate(command.arguments):
                for typed in (
                    "",
                    "x" * 5000,
                    "F9" * 60,
                    "\x00\n%_!'\"*()",
                    "１２",
                    "²",
                    "@",
                    "/",
                    "+person x",
                    "F-1",
                    "\nwho: " + "; " * 3000,
                    "contradicts: " + "F1, " * 3000 + "x",
                ):
                    found = await offered(
                        ann, command.name, typed, argument=number, given=["F5", "zone"][:number]
                    )
                    assert not found or argument.kind is not Kind.TOKEN
                    assert argument.kind is not Kind.DATE or {each.value for each in found} <= PICTURES
                    if command.role > Role.READER:
                        assert await offered(eve, command.name, typed, argument=number) == []
            assert await offered(ann, command.name, argument=len(command.arguments)) == []
            assert await offered(ann, command.name, argument=-1) == []


async def test_nothing_of_a_record_is_offered_without_a_story(tmp_path):
    record = await Record.open(tmp_path / "empty.db")
    asker, own = Request("", ANN, ANN, role=Role.OWNER), {}
    try:
        dispatcher = Dispatcher(record, commands, Settings())
        for command in commands:
            for number, argument in enumerate(command.arguments):
                assert await dispatcher.offers(asker, command.name, number, "x1") == []
                found = await dispatcher.offers(asker, command.name, number, "")
                # What a command itself knows needs no record.
                if found and argument.kind not in (Kind.COMMAND, Kind.WORDS, Kind.TEXT):
                    own[command.name, number] = [offer.value for offer in found]
    finally:
        await record.close()
    assert own == {("supersede", 1): ["none"]}


async def test_lines_of_the_terminal_complete_every_argument_that_is_one_word(desk):
    async def completed(text):
        return await desk.dispatcher.complete(text, Request(text, ANN, ANN, role=Role.OWNER))

    assert await completed("/settings sound ") == ["/settings sound on", "/settings sound off"]
    assert (await completed("/relate F5 contradicts F6"))[0] == "/relate F5 contradicts F6"
    assert await completed("/appoint @ann tar") == ["/appoint @ann tarrow-ferry"]
    assert await completed("/who dmytro lub") == ["/who Dmytro Lubinets"]
    assert await completed("/relate F5 supports F6 x") == []


# How much is read


@pytest.mark.at_length
async def test_of_ten_thousand_names_facts_and_sources_little_is_read(tmp_path):
    path, done = completing.crowded(tmp_path / "crowded.db", 10_000 if AT_LENGTH else 2_000), 0
    record = await Record.open(path)

    def count():
        nonlocal done
        done += 1

    try:
        dispatcher = Dispatcher(record, commands, Settings())
        await sqlite_of(record)._reader.set_progress_handler(count, 1000)
        for kind, (command, argument, texts) in completing.typed(path, 40).items():
            for text in {
                *texts,
                "",
                "s",
                "p",
                "f1",
                "s1",
                "1",
                "desk",
                "stranger",
                "pe",
                "repxxxx",
                "desk re",
            }:
                done = 0
                await dispatcher.offers(completing.ASKER, command, argument, text)
                assert 1000 * done < AFFORDABLE, (kind, text, done)
    finally:
        await record.close()
