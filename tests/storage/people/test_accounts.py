"""Accounts: linked by a code that is used once and kept by nobody, and known at once to all who ask."""

from __future__ import annotations

import asyncio
from itertools import cycle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.changing import drafts
from storage.domain.changes import Appoint, Dismiss, Publish
from storage.domain.models import Action, DraftKind
from storage.people.accounts import ALPHABET, LETTERS, MOST_ACCOUNTS, Accounts, Linked, Obstacle, digest_of
from storage.record import Record
from storage.trail.audit import Actor
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import ANN, Still, content, entry, publish

CY, DEE, EVE = "telegram:5", "telegram:6", "telegram:66"
HERE, THERE = "discord:55", "discord:56"
OWNER = Actor("telegram:1", "telegram:1")


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    await put(record, tmp_path, fact("a"))
    await put(record, tmp_path, fact("b"), story="storm")
    return record


async def linked(record: Record, address: str = HERE, person: str = CY, **how) -> Linked | Obstacle:
    """Link an account by a new code."""
    return await record.accounts.redeem(await record.accounts.issue(person, **how), address, chat=address)


async def people(record: Record, *addresses: str) -> list[str]:
    return [await record.accounts.person_of(address) for address in addresses]


async def actions(record: Record) -> list[tuple[Action, str, str, str | None]]:
    """Return what the trail tells of links, oldest first."""
    entries = await record.audit.listed(after=0, limit=100)
    return [
        (each.action, each.actor, each.subject, each.chat)
        for each in entries
        if each.action in (Action.LINKED, Action.UNLINKED)
    ]


async def test_an_account_acts_as_a_person_until_that_is_ended(flood):
    assert await people(flood, CY, HERE) == [CY, HERE]
    assert await linked(flood) == Linked(CY, story=False, settings=False)
    assert await people(flood, CY, HERE, THERE) == [CY, CY, THERE]
    assert [each.address for each in await flood.accounts.accounts_of(CY)] == [HERE]
    assert not await flood.accounts.unlink(HERE, by=Actor(DEE))
    assert await flood.accounts.unlink(HERE, by=Actor(CY))
    assert not await flood.accounts.unlink(HERE, by=Actor(CY))
    assert await people(flood, CY, HERE) == [CY, HERE]
    assert await flood.accounts.accounts_of(CY) == []


async def test_of_a_code_only_its_digest_is_kept_and_it_is_used_once(flood, path):
    code = await flood.accounts.issue(CY)
    letters = code.replace("-", "")
    assert len(letters) == LETTERS and set(letters) <= set(ALPHABET) and len(set(ALPHABET)) == 32
    kept = content(path)
    assert code not in kept and letters not in kept and digest_of(code) in kept
    assert isinstance(await flood.accounts.redeem(code, HERE, chat=HERE), Linked)
    assert await flood.accounts.redeem(code, THERE, chat=THERE) is Obstacle.UNKNOWN_CODE
    assert digest_of(code) not in content(path)


async def test_two_who_send_a_code_at_the_same_time_are_not_both_linked(flood):
    code = await flood.accounts.issue(CY)
    done = await asyncio.gather(*(flood.accounts.redeem(code, each, chat=each) for each in (HERE, THERE)))
    assert sorted(str(type(each).__name__) for each in done) == ["Linked", "Obstacle"]
    assert len(await flood.accounts.accounts_of(CY)) == 1


async def test_a_newer_code_takes_the_place_of_a_persons_older_one_and_of_nobody_elses(flood):
    others, older = await flood.accounts.issue(DEE), await flood.accounts.issue(CY)
    newer = await flood.accounts.issue(CY)
    assert await flood.accounts.redeem(older, HERE, chat=HERE) is Obstacle.UNKNOWN_CODE
    assert (await flood.accounts.redeem(newer, HERE, chat=HERE)).person == CY
    assert (await flood.accounts.redeem(others, THERE, chat=THERE)).person == DEE


@pytest.mark.parametrize(("seconds", "good"), [(0, True), (599, True), (600, False), (10**6, False)])
async def test_a_code_is_good_for_ten_minutes(path, seconds, good):
    clock = Still()
    record = await Record.open(path, clock=clock)
    try:
        code = await record.accounts.issue(CY)
        clock.moment = clock.moment.fromtimestamp(clock.moment.timestamp() + seconds, clock.moment.tzinfo)
        done = await record.accounts.redeem(code, HERE, chat=HERE)
        assert isinstance(done, Linked) if good else done is Obstacle.UNKNOWN_CODE
        await record.accounts.issue(DEE)
        assert len(await record.database.read("SELECT * FROM link_code")) == 1
    finally:
        await record.close()


async def test_a_code_that_others_have_read_is_worth_nothing(flood):
    code = await flood.accounts.issue(CY)
    await flood.accounts.void(code.lower())
    assert await flood.accounts.redeem(code, HERE, chat=HERE) is Obstacle.UNKNOWN_CODE


@pytest.mark.parametrize(
    "typed",
    [
        "0123-4567-89AB",
        "0123456789ab",
        "O123 4567 89aB",
        "oI23-4567-89Ab",
        "0L2345-6789-AB",
        "oi23\t4567 89ab ",
    ],
)
async def test_a_code_is_read_however_it_is_typed(flood, typed):
    signs = cycle(ALPHABET)
    accounts = Accounts(flood.database, Ticking(), lambda _signs: next(signs))
    assert await accounts.issue(CY) == "0123-4567-89AB"
    assert isinstance(await accounts.redeem(typed, HERE, chat=HERE), Linked)


@given(st.text(max_size=80))
@example("")
@example("ſ123-4567-89AB")
@example("\ud7ff\U0010ffff")
def test_nothing_but_the_code_has_its_digest(text):
    plain = text.upper().replace("O", "0").replace("I", "1").replace("L", "1").replace("-", "")
    same = "".join(plain.split()) == "0123456789AB"
    assert (digest_of(text) == digest_of("0123-4567-89AB")) == same


async def test_whoever_sends_their_own_code_is_not_linked_to_themselves(flood):
    code = await flood.accounts.issue(CY)
    assert await flood.accounts.redeem(code, CY, chat=CY) is Obstacle.OWN_CODE
    assert (await flood.accounts.redeem(code, HERE, chat=HERE)).person == CY


async def test_a_role_is_never_given_away_by_sending_somebodys_code(flood, path):
    """What a stranger would have of talking a moderator, an owner or a linked account into it: nothing."""
    await flood.ledger.make(Appoint(address=CY), by=ANN)
    await linked(flood)
    await linked(flood, THERE, DEE)
    code = await flood.accounts.issue(EVE)
    before = content(path)
    asked = {CY: Obstacle.KEEPS_THE_RECORD, HERE: Obstacle.LINKED, DEE: Obstacle.HAS_ACCOUNTS}
    for address, obstacle in asked.items():
        for sent in (code, "a wrong one"):
            assert await flood.accounts.redeem(sent, address, chat=address) is obstacle
    owner = await flood.accounts.redeem(code, OWNER.address, chat=OWNER.address, keeps_the_record=True)
    assert owner is Obstacle.KEEPS_THE_RECORD
    assert content(path) == before
    # Who was dismissed has nothing to lose any more.
    await flood.accounts.unlink(HERE, by=Actor(CY))
    await flood.ledger.make(Dismiss(address=CY), by=ANN)
    assert (await flood.accounts.redeem(code, CY, chat=CY)).person == EVE


async def test_an_account_that_was_linked_meanwhile_links_nobody_to_itself(flood):
    """Else a third would act as an account that acts as a person: never more than one step."""
    code = await flood.accounts.issue(DEE)
    await linked(flood, DEE, CY)
    assert await flood.accounts.redeem(code, HERE, chat=HERE) is Obstacle.UNKNOWN_CODE
    # Nor by a code that was being made at that moment.
    late = await flood.accounts.issue(DEE)
    assert await flood.accounts.redeem(late, HERE, chat=HERE) is Obstacle.UNKNOWN_CODE
    assert await people(flood, HERE, DEE) == [HERE, CY]


async def test_a_person_has_so_many_accounts_and_no_more(flood):
    for number in range(MOST_ACCOUNTS):
        assert isinstance(await linked(flood, f"discord:{number}"), Linked)
    assert await linked(flood, "discord:99") is Obstacle.TOO_MANY
    await flood.accounts.unlink("discord:3", by=Actor(CY))
    assert isinstance(await linked(flood, "discord:99"), Linked)


async def test_an_appointed_account_is_the_person_behind_it(flood):
    await linked(flood)
    made = await flood.ledger.make(Appoint(address=HERE, handle="cy"), by=ANN)
    assert made.subject == CY
    assert [each.address for each in await flood.members.page(limit=9)] == [CY]
    assert await flood.members.moderates(CY, 1) and not await flood.members.moderates(HERE, 1)
    (appointed,) = await flood.audit.page(subject=CY, limit=9)
    assert appointed.after == {"handle": "cy", "accounts": [HERE]}
    assert (await flood.ledger.make(Dismiss(address=HERE), by=ANN)).subject == CY
    assert not await flood.members.moderates(CY, 1)


async def test_links_of_moderators_are_on_the_trail_and_those_of_readers_are_not(flood):
    await linked(flood, "discord:1", EVE)
    await flood.accounts.unlink("discord:1", by=Actor(EVE, EVE))
    assert await actions(flood) == []
    await flood.ledger.make(Appoint(address=CY), by=ANN)
    await linked(flood)
    await flood.accounts.unlink(HERE, by=Actor(CY, CY))
    assert await actions(flood) == [
        (Action.LINKED, CY, HERE, HERE), (Action.UNLINKED, CY, HERE, CY),
    ]  # fmt: skip
    # An owner may have done nothing yet that the trail tells of.
    await linked(flood, THERE, OWNER.address, on_trail=True)
    await flood.accounts.unlink(THERE, by=OWNER)
    assert [each[:3] for each in await actions(flood)][2:] == [
        (Action.LINKED, OWNER.address, THERE), (Action.UNLINKED, OWNER.address, THERE),
    ]  # fmt: skip
    assert (await flood.audit.verify()).problem is None


async def test_a_private_chat_takes_over_the_story_and_how_it_hears(flood):
    await flood.stories.use(CY, 2)
    await flood.listeners.change(
        CY, 0, {"cadence": "daily", "time": "07:30", "zone": "Europe/Kyiv", "words": "dam"}
    )
    await flood.listeners.change(CY, 0, {"muted_until": "2030", "language": "uk"})
    await flood.listeners.pause(CY, "blocked", "2024-01-04", "2024-01-05")
    await flood.listeners.subscribe(CY, 0, 2, person=CY, language="uk", at=flood.ledger.now())
    assert await linked(flood) == Linked(CY, story=True, settings=True)
    assert (await flood.stories.in_use(HERE)).id == 2
    there, here = await flood.listeners.find(CY), await flood.listeners.find(HERE)
    own = {"id", "chat", "open_at", "seen", "muted_until", "paused", "paused_at"}
    assert here.model_dump(exclude=own) == there.model_dump(exclude=own)
    assert (here.language, here.muted_until, here.paused) == ("uk", None, None)
    assert await flood.listeners.subscriptions(HERE) == []


async def test_what_the_new_chat_has_set_for_itself_stays(flood):
    for chat, story, cadence in ((CY, 2, "daily"), (HERE, 1, "weekly")):
        await flood.stories.use(chat, story)
        await flood.listeners.change(chat, 0, {"cadence": cadence})
    assert await linked(flood) == Linked(CY, story=False, settings=False)
    assert (await flood.stories.in_use(HERE)).id == 1
    assert (await flood.listeners.find(HERE)).cadence == "weekly"


async def test_a_chat_that_only_listens_has_set_nothing_yet(flood):
    await flood.listeners.change(CY, 0, {"quiet_from": "22:00", "quiet_until": "07:00"})
    await flood.listeners.subscribe(HERE, 0, 1, person=HERE, language="en", at=flood.ledger.now())
    now = await linked(flood)
    assert isinstance(now, Linked) and now.settings
    assert (await flood.listeners.find(HERE)).quiet_from == "22:00"
    assert len(await flood.listeners.subscriptions(HERE)) == 1
    (row,) = await flood.database.read("SELECT person FROM subscription")
    assert row["person"] == CY


async def test_what_an_account_has_begun_is_the_persons(flood):
    await flood.dialogues.begin(HERE, HERE, "suggest", {})
    number = await flood.questions.keep(1, "why", "Why?", flood.ledger.now())
    await flood.questions.await_answer(number, HERE, HERE, "en")
    async with flood.database.transaction() as tx:
        change = Publish(story_id=1, fact=entry("mine"))
        given = {"proposer": HERE, "chat": HERE, "language": "en", "at": flood.ledger.now()}
        await drafts.propose(tx, change, kind=DraftKind.SUGGESTION, **given)
    await linked(flood)
    assert await flood.dialogues.find(HERE, CY) is not None
    # Under the four-eyes rule it stays their own.
    assert (await flood.drafts.find(1)).proposer == CY
    assert [tuple(row) for row in await flood.database.read("SELECT chat, person FROM asker")] == [(HERE, CY)]


async def test_a_person_is_forgotten_by_all_their_accounts(flood, path):
    for chat in (CY, HERE, DEE):
        await flood.stories.use(chat, 2)
        await flood.listeners.change(chat, 0, {"cadence": "daily"})
    await linked(flood)
    await linked(flood, THERE, DEE)
    await flood.accounts.issue(CY)
    forgotten = await flood.erasure.forget(Actor(CY, HERE))
    assert {kind: count for kind, count in forgotten.removed.items() if count} == {
        "settings": 2, "listening": 2, "codes": 1, "links": 1,
    }  # fmt: skip
    assert CY not in content(path) and HERE not in content(path)
    assert await people(flood, HERE, THERE) == [HERE, DEE]


async def test_a_moderator_who_is_forgotten_leaves_the_ends_of_their_links_on_the_trail(flood):
    await flood.ledger.make(Appoint(address=CY), by=ANN)
    await linked(flood)
    await publish(flood, "c", by=Actor(CY, HERE))
    assert (await flood.erasure.forget(Actor(CY, CY), may_approve=True)).in_trail
    assert [each[0] for each in await actions(flood)] == [Action.LINKED, Action.UNLINKED]
    assert (await flood.audit.verify()).problem is None


async def test_that_another_process_ended_a_link_is_known_at_once(flood, path):
    await linked(flood)
    beside = await Record.open(path, clock=Ticking())
    try:
        assert await people(flood, HERE) == await people(beside, HERE) == [CY]
        await flood.accounts.unlink(HERE, by=Actor(CY))
        assert await people(beside, HERE) == [HERE]
    finally:
        await beside.close()


async def _counted(plain, asked, *given):
    asked.append(given)
    return await plain(*given)


async def test_who_is_asked_for_again_and_again_is_read_from_the_file_once(flood, monkeypatch):
    await linked(flood)
    await people(flood, EVE)
    asked = []

    def counted(plain):
        def read(*given):
            asked.append(given)
            return plain(*given)

        return read

    for name in ("read", "reading"):
        monkeypatch.setattr(flood.database, name, counted(getattr(flood.database, name)))
    await people(flood, EVE, CY, "telegram:12")
    assert asked == []
    assert await people(flood, HERE) == [CY]
    assert len(asked) == 1
