"""The record as one thing: everything that is kept, over one database."""

from __future__ import annotations

from pathlib import Path

from storage.changing.drafts import Drafts
from storage.changing.ledger import Ledger
from storage.domain.clock import Clock, SharedClock, utc_now
from storage.domain.leases import DEFAULT, Leases
from storage.engines.database import Database
from storage.engines.opening import open_database
from storage.notifying.claims import Claims
from storage.notifying.listeners import Listeners
from storage.notifying.notices import Notices
from storage.notifying.outbox import Outbox
from storage.notifying.processes import Processes
from storage.notifying.quotas import Quotas
from storage.notifying.receipts import Receipts
from storage.notifying.roles import Roles
from storage.notifying.shared_moments import now_of_all
from storage.notifying.zones import Zones
from storage.people.accounts import Accounts
from storage.people.buttons import Buttons
from storage.people.desks import Desks
from storage.people.dialogues import Dialogues
from storage.people.erasure import Erasure
from storage.people.members import Members
from storage.people.questions import Questions
from storage.people.repeats import Repeats
from storage.people.spoken_of import SpokenOf
from storage.reading.entities import Entities
from storage.reading.facts import Facts
from storage.reading.listings import Listings
from storage.reading.public import Public
from storage.reading.published import Published
from storage.reading.sources import Sources
from storage.reading.stories import Stories
from storage.search.chosen import Choosing
from storage.search.embedding import Load
from storage.search.names import Names
from storage.search.search import Search
from storage.search.vectors import Vectors
from storage.snapshots.articles import Articles
from storage.snapshots.feeds import Feeds
from storage.snapshots.snapshots import Snapshots
from storage.snapshots.watches import Watches
from storage.trail.audit import Audit
from storage.trail.checkpoints import Checkpoints
from storage.trail.scrubbing import scrub
from storage.trail.stream import Stream
from storage.webhooks.webhooks import Webhooks


class Record:
    """Facts, sources, entities and stories, and the ledger through which alone they change."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        leases: Leases = DEFAULT,
        embedder: Load | None = None,
        threads: int = 1,
    ) -> None:
        self.database = database
        self.stories = Stories(database)
        self.sources = Sources(database)
        self.entities = Entities(database)
        self.facts = Facts(database)
        self.listings = Listings(database, self.facts, self.entities)
        self.published = Published(database, self.facts)
        self.public = Public(database)
        self.names = Names(database)
        self.search = Search(database)
        self.choosing = Choosing(database)
        self.vectors = Vectors(database, embedder, threads)
        self.snapshots = Snapshots(database, clock)
        self.feeds = Feeds(database, clock)
        self.watches = Watches(database, clock)
        self.buttons = Buttons(database)
        self.audit = Audit(database)
        self.members = Members(database)
        self.accounts = Accounts(database, clock)
        self.erasure = Erasure(database, self.accounts)
        self.drafts = Drafts(database)
        self.dialogues = Dialogues(database, clock)
        self.questions = Questions(database)
        self.repeats = Repeats(database, clock)
        self.spoken_of = SpokenOf(database, clock)
        self.listeners = Listeners(database)
        self.zones = Zones(database)
        self.notices = Notices(database)
        self.desks = Desks(database, clock)
        self.claims = Claims(database, leases)
        self.receipts = Receipts(database, self.claims)
        self.outbox = Outbox(database, self.claims)
        self.quotas = Quotas(database, clock)
        self.webhooks = Webhooks(database, clock)
        self.checkpoints = Checkpoints(database)
        self.stream = Stream(database)
        self.ledger = Ledger(database, clock)
        self.roles = Roles(database, self.claims, leases, clock)
        self.processes = Processes(database, self.roles, clock)
        self.articles = Articles(database, clock, self.roles.presence)

    @classmethod
    async def open(
        cls,
        path: Path,
        leases: Leases = DEFAULT,
        *,
        url: str | None = None,
        create: bool = True,
        clock: Clock = utc_now,
        embedder: Load | None = None,
        threads: int = 1,
    ) -> Record:
        """Open the record in a file, or at the URL of a PostgreSQL; raises the errors of `open_database`.

        What a kill has left of words that were taken down goes now. Without an embedder nothing is found by
        meaning; `threads` is how many texts it is given at once.
        """
        database = await open_database(path, url, create=create)
        if database.dialect == "postgres" and clock is utc_now:
            clock = SharedClock()
        record = cls(database, clock, leases, embedder, threads)
        await now_of_all(database, clock)
        await scrub(record.database)
        return record

    async def close(self) -> None:
        """Close the database."""
        await self.vectors.close()
        self.roles.close()
        await self.database.close()
