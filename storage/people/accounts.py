"""Accounts by which one person writes on several platforms, and the codes that link them.

A person is named by the address of the account that held their roles first. Linked accounts act as that one;
only `dispatch` and the ledger know of it. The account that redeems a code becomes the person who made it,
never the reverse, and an account with a role of its own redeems none: nobody can be talked into giving a role
away. The trail keeps no links of readers, as it keeps nothing of theirs; it keeps links of the people whom it
names, and an appointment lists the accounts that were linked by then.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import NamedTuple

from storage.domain.clock import Clock, moment_text
from storage.domain.folding import digits
from storage.domain.models import Action
from storage.engines.database import Database, Read, Statements, Transaction
from storage.engines.kept import Kept
from storage.notifying import listeners
from storage.people.repeats import once
from storage.trail.audit import Actor, AuditEntryWriter

# Crockford's base 32 (https://www.crockford.com/base32.html): no two of its signs look alike.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT = str.maketrans("OIL", "011", string.whitespace + "-")
# 60 bits. An attacker who guesses can send some hundreds of messages before a code expires; one who reads
# the file has to try half of 2^60 digests in that time.
LETTERS = 12
LASTS = timedelta(minutes=10)
# Linked accounts of one person at most.
MOST_ACCOUNTS = 10

_ACCOUNTS = "SELECT address, linked_at FROM account WHERE person = ? ORDER BY linked_at, address"
# What an account has begun is the person's: under the four-eyes rule a draft stays its proposer's own.
_BEGUN = (
    """
    UPDATE dialogue SET person = :person WHERE person = :address AND (aside = 1 OR NOT EXISTS (
        SELECT 1 FROM dialogue o WHERE o.chat = dialogue.chat AND o.person = :person AND o.aside = 0
    ))
    """,
    """
    UPDATE asker SET person = :person WHERE person = :address AND NOT EXISTS (
        SELECT 1 FROM asker o
        WHERE o.question_id = asker.question_id AND o.chat = asker.chat AND o.person = :person
    )
    """,
    "UPDATE draft SET proposer = :person WHERE proposer = :address",
    "UPDATE subscription SET person = :person WHERE person = :address",
)


class Account(NamedTuple):
    """An account that acts as a person, and since when."""

    address: str
    linked_at: str


class Obstacle(Enum):
    """Why an account cannot be linked by a code."""

    UNKNOWN_CODE = "the code is wrong, used or too old"
    OWN_CODE = "the code was made by this very account"
    LINKED = "the account acts as somebody already"
    KEEPS_THE_RECORD = "the account has a role of its own"
    HAS_ACCOUNTS = "others act as this account"
    TOO_MANY = "the person has as many accounts as one may have"


class Linked(NamedTuple):
    """Whom an account acts as, and whether its private chat took over their story and settings."""

    person: str
    story: bool
    settings: bool


class Accounts:
    """Know who is behind an account; make codes, link by them, and end links.

    `choose` draws one of some signs, so that nobody can guess which.
    """

    def __init__(
        self, database: Database, clock: Clock, choose: Callable[[str], str] = secrets.choice
    ) -> None:
        self._database = database
        self._clock = clock
        self._choose = choose
        self._linked = Kept(database, _linked)

    async def person_of(self, address: str) -> str:
        """Return the address of the person that an account acts as: its own, where it is not linked.

        Every message asks this, so which accounts are linked is kept in memory until the file has changed.
        That another process has ended a link must be known at once: for the few that are, the file is asked.
        """
        if address not in await self._linked.get():
            return address
        rows = await self._database.read("SELECT person FROM account WHERE address = ?", (address,))
        return str(rows[0][0]) if rows else address

    async def accounts_of(self, person: str) -> list[Account]:
        """Return the accounts that act as a person, the first linked first."""
        return [Account(*row) for row in await self._database.read(_ACCOUNTS, (person,))]

    async def issue(self, person: str, *, on_trail: bool = False) -> str:
        """Return a new code that links one account to a person, in the place of any earlier one of theirs.

        Only its digest is kept. The link that it makes stands in the trail if `on_trail`, or the person does.
        """
        letters = "".join(self._choose(ALPHABET) for _ in range(LETTERS))
        code, now = "-".join(letters[start : start + 4] for start in range(0, LETTERS, 4)), self._clock()
        async with self._database.transaction() as tx:
            await tx.run(
                "DELETE FROM link_code WHERE person = ? OR expires_at <= ?", (person, moment_text(now))
            )
            await tx.run(
                "INSERT INTO link_code (digest, person, on_trail, expires_at) VALUES (?, ?, ?, ?)",
                (digest_of(code), person, int(on_trail), moment_text(now + LASTS)),
            )
        return code

    async def void(self, code: str) -> None:
        """Make a code worthless: others have read it."""
        async with self._database.transaction() as tx:
            await tx.run("DELETE FROM link_code WHERE digest = ?", (digest_of(code),))

    async def redeem(
        self, code: str, address: str, *, chat: str, keeps_the_record: bool = False
    ) -> Linked | Obstacle:
        """Link an account to the person who was given a code, and use the code up; or return the obstacle.

        `keeps_the_record` tells that the account has a role which is not on record: an owner's.

        Who redeems a code acts as the person who made it, never the reverse. A stranger who talks a
        moderator into redeeming their code would not get a role but take one away, and is refused: what has a
        role, or others linked to it, is linked to nobody. Why an account cannot be linked is said before the
        code is looked at, so that those whom no limit slows down, moderators, learn nothing of any code.
        """
        async with self._database.transaction() as tx:
            made = await tx.fetch(
                "SELECT person, on_trail FROM link_code WHERE digest = ? AND expires_at > ?"
                " AND person NOT IN (SELECT address FROM account)",
                (digest_of(code), moment_text(self._clock())),
            )
            if made and made[0]["person"] == address:
                return Obstacle.OWN_CODE
            obstacle = await tx.work(lambda rows: _obstacle(rows, address, keeps_the_record=keeps_the_record))
            if obstacle:
                return obstacle
            if not made:
                return Obstacle.UNKNOWN_CODE
            person = str(made[0]["person"])
            if len(await tx.work(lambda rows: linked_to(rows, person))) >= MOST_ACCOUNTS:
                return Obstacle.TOO_MANY
            await once(tx)
            # Also a code of the account's own: it would link to somebody who is somebody else by now.
            await tx.run("DELETE FROM link_code WHERE person IN (?, ?)", (person, address))
            return await self._link(tx, address, Actor(person, chat), on_trail=bool(made[0]["on_trail"]))

    async def unlink(self, address: str, *, by: Actor) -> bool:
        """End an account's acting as the person who asks for it; return whether it did."""
        async with self._database.transaction() as tx:
            return await tx.work(lambda rows: self._unlink(rows, address, by))

    async def unlink_all(self, tx: Transaction, by: Actor) -> int:
        """End every link to the person who asks for it; return how many there were."""
        return await tx.work(
            lambda rows: sum(self._unlink(rows, each, by) for each in linked_to(rows, by.address))
        )

    async def _link(self, tx: Transaction, address: str, by: Actor, *, on_trail: bool) -> Linked:
        person = by.address
        trace = await tx.work(lambda rows: AuditEntryWriter.open(rows, by, self._clock))
        await tx.run("INSERT INTO account VALUES (?, ?, ?)", (address, person, trace.at))
        for statement in _BEGUN:
            await tx.run(statement, {"person": person, "address": address})
        # A private chat has the address of the account.
        story = await tx.fetch(
            "INSERT INTO chat (address, story_id) SELECT ?, story_id FROM chat WHERE address = ?"
            " ON CONFLICT DO NOTHING RETURNING 1",
            (address, person),
        )
        settings = await listeners.take_over(tx, person, address, trace.now)
        if on_trail or await tx.work(lambda rows: _in_trail(rows, person)):
            await tx.work(lambda rows: trace.close(rows, Action.LINKED, address))
        return Linked(person, bool(story), settings)

    def _unlink(self, tx: Statements, address: str, by: Actor) -> bool:
        rows = tx.fetch(
            "DELETE FROM account WHERE address = ? AND person = ? RETURNING 1", (address, by.address)
        )
        if rows and _in_trail(tx, by.address):
            AuditEntryWriter.open(tx, by, self._clock).close(tx, Action.UNLINKED, address)
        return bool(rows)


def digest_of(code: str) -> str:
    """Return what is kept of a code, however it was typed: without dashes, in small letters, with O for 0."""
    # A code that may stand for nothing but itself for ten minutes needs no slow digest.
    return hashlib.sha256(digits(code).upper().translate(_MEANT).encode()).hexdigest()


def person_behind(tx: Statements, address: str) -> str:
    """Return the address of the person that an account acts as, as a transaction sees it."""
    rows = tx.fetch("SELECT person FROM account WHERE address = ?", (address,))
    return str(rows[0][0]) if rows else address


def linked_to(tx: Statements, person: str) -> list[str]:
    """Return the addresses of the accounts that act as a person, as a transaction sees them."""
    return [str(row[0]) for row in tx.fetch(_ACCOUNTS, (person,))]


def _obstacle(tx: Statements, address: str, *, keeps_the_record: bool) -> Obstacle | None:
    """Return why an account cannot act as another person, None if it can."""
    if person_behind(tx, address) != address:
        return Obstacle.LINKED
    in_office = "SELECT 1 FROM member WHERE address = ? AND dismissed_at IS NULL LIMIT 1"
    if keeps_the_record or tx.fetch(in_office, (address,)):
        return Obstacle.KEEPS_THE_RECORD
    return Obstacle.HAS_ACCOUNTS if linked_to(tx, address) else None


def _in_trail(tx: Statements, person: str) -> bool:
    """Tell whether the trail names a person.

    Of readers it says nothing: what it holds can never be removed, and their accounts are nobody's business.
    """
    rows = tx.fetch(
        "SELECT 1 FROM audit WHERE actor = :person"
        " UNION ALL SELECT 1 FROM audit WHERE subject = :person LIMIT 1",
        {"person": person},
    )
    return bool(rows)


def _linked(read: Read) -> frozenset[str]:
    return frozenset(row[0] for row in read("SELECT address FROM account"))
