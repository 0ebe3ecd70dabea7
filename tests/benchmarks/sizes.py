"""How much each benchmark does: the full run, a quick one, and a tiny one for the tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Facts on record, repetitions, and seconds for each measurement of throughput."""

    records: tuple[int, ...]  # facts, smallest first; goals are held against the last two
    samples: int  # calls of each indexed query
    searches: int  # free-text queries
    starts: int  # of each kind
    rounds: int  # of each bot
    seconds: float  # of answering updates
    chats: int
    imported: int  # facts
    changes: int  # by moderators at once
    revisions: int  # of the fact with the longest history
    broadcasts: tuple[int, ...]  # chats; other bots are measured on the first of these
    peer_seconds: float  # for which another bot's broadcast is watched at most
    deliveries: int  # of one fan-out
    waiting: int  # deliveries that wait while memory is measured

    @property
    def largest(self) -> int:
        """Return the size of the largest record."""
        return self.records[-1]


FULL = Sizes((10_000, 100_000, 1_000_000), 300, 40, 12, 3, 2.5, 500, 100_000, 1_000, 1_000,
             (600, 5_000), 60.0, 100_000, 1_000_000)  # fmt: skip
QUICK = Sizes((2_000, 10_000, 50_000), 60, 15, 4, 1, 1.0, 100, 5_000, 200, 200,
              (150, 300), 15.0, 20_000, 100_000)  # fmt: skip
TINY = Sizes((200, 1_000, 2_000), 10, 5, 1, 1, 0.3, 20, 500, 60, 30,
             (15, 30), 3.0, 2_000, 2_000)  # fmt: skip
