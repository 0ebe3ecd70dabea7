"""Each way of reporting that English has, in one sentence: who, by which cue, and what."""

from __future__ import annotations

import pytest

from bot.intake.finding.finding import find
from bot.intake.reading.plain import read_plain

pytest.importorskip("spacy")

# A sentence, then each of its reports.
WORDINGS = (
    ("The mayor's claim that the bridge had been closed was false.",
     ("The mayor's", "claim", "that the bridge had been closed")),
    ("The gate was open at night, a claim supported by the owners of the mill.",
     ("the owners of the mill", "supported", "The gate was open at night")),
    ("The bridge, he said on Friday, is safe.", ("he", "said", "The bridge / is safe")),
    ("The union was told by the police that the road was closed.",
     ("the police", "was told", "that the road was closed")),
    ("The mayor said Monday that the gate was open.", ("The mayor", "said", "that the gate was open")),
    ("The road is closed, said Ann Reed.", ("Ann Reed", "said", "The road is closed")),
    ("The council called for the bridge to be closed.",
     ("The council", "called for", "the bridge to be closed")),
    ("The union urged the council to close the bridge.", ("The union", "urged", "to close the bridge")),
    ("Reed accused the council of hiding the report.", ("Reed", "accused", "hiding the report")),
    ("Reed denied the report.", ("Reed", "denied", "the report")),
    ("Reed said the road was open, adding that the gate was closed.",
     ("Reed", "said", "the road was open"), ("Reed", "adding", "that the gate was closed")),
    ("Asked about it, the mayor said that nobody had known.", ("the mayor", "said", "that nobody had known")),
    ("Three boats sank, according to the coast guard.",
     ("the coast guard", "according to", "Three boats sank")),
    ("The report, published by the ministry, states that the dam was weak.",
     ("The report, published by the ministry", "states", "that the dam was weak")),
    ("Reed and Hale said that they had seen it.", ("Reed and Hale", "said", "that they had seen it")),
    ("The owners did not say that the gate was open.",
     ("The owners", "did not say", "that the gate was open")),
    ("The ministry warned of a second flood.", ("The ministry", "warned of", "a second flood")),
    ("Hale, who said he had seen the boats, left at noon.", ("who", "said", "he had seen the boats")),
    # By whom it was reported is not said.
    ("It was reported that the road was closed.",),
)  # fmt: skip


def test_each_way_of_reporting_is_read(subtests: pytest.Subtests) -> None:
    for text, *reports in WORDINGS:
        with subtests.test(text):
            found = find(text, read_plain(text).spans, None)
            parts = [(each.source, each.cue, each.content) for each in found.drafts]
            told = [tuple(" / ".join(span.of(text) for span in spans) for spans in each) for each in parts]
            assert told == reports
