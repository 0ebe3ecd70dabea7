"""Every reply as each front end shows it, compared with what was looked at and found right.

After a change of wording: `python -m pytest tests/goldens --snapshot-update`, and read the difference.
"""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.goldens.conftest import Answer
from tests.goldens.golden import Golden, shown

# The file that shows a reply, and what was asked for it.
ASKED = {
    "start": "/start",
    "help": "/help",
    "help_when": "/help when",
    "help_unknown": "/help wen",
    "story": "/story",
    "story_other": "/story ferry",
    "story_unknown": "/story moon landing",
    "stories": "/stories",
    "about": "/about",
    "who": "/who",
    "who_next_page": "/who >8",
    "who_lubinets": "/who lubinets",
    "who_misspelt": "/who lukashenka",
    "who_several": "/who children",
    "who_nobody": "/who xyz",
    "when": "/when",
    "when_day_without_year": "/when 18 July",
    "when_month": "/when March 2023",
    "when_range": "/when 2023..2024",
    "when_words": "/when arrest warrant",
    "when_impossible": "/when 2024-02-30",
    "when_nothing": "/when 1999",
    "where": "/where",
    "where_belarus": "/where belarus",
    "where_unknown": "/where Paris",
    "what": "/what",
    "what_warrant": "/what warrant",
    "what_nothing": "/what zeppelin",
    "ask_who": "/ask Who denied that children came to Belarus?",
    "ask_when": "/ask When was the warrant for Putin issued?",
    "ask_how_many": "/ask How many children were taken to Belarus?",
    "ask_whether": "/ask Did Lukashenko's office admit that Ukrainian children were there?",
    "ask_where": "/ask Where were the children taken?",
    "ask_unanswerable": "/ask What is the capital of France?",
    "ask_compound": "/ask Who is Lubinets and what did he say about Belarus?",
    "ask_nothing": "/ask",
    "plain_question": "who denied it?",
    "sources": "/sources",
    "sources_one": "/sources S1",
    "sources_unknown": "/sources S99",
    "fact": "/fact F5",
    "fact_with_relations": "/fact F9",
    "fact_unknown": "/fact F99",
    "fact_of_another_story": "/fact F60",
    "disputed": "/disputed",
    "figures": "/figures",
    "latest": "/latest",
    "latest_wrong": "/latest many",
    "history": "/history F5",
    "asof": "/asof 2026-11-22",
    "asof_before": "/asof 2020",
    "unknown_command": "/whoo",
    "empty": "",
    "too_long": "x" * 4001,
}


async def test_golden(answer: Answer, snapshot: SnapshotAssertion, subtests: pytest.Subtests) -> None:
    for name, text in ASKED.items():
        with subtests.test(name):
            replied = f"> {text[:80]}\n{shown(await answer(text))}"
            assert replied == snapshot(name=name, extension_class=Golden)
