"""Cutting words out of replies that were kept as JSON: what a sent message said, what waits to be sent.

What is cut leaves a note that holds nothing but the id, such as `F7`: whoever shows the reply again puts the
tombstone in its place. Knows of a reply only that it has blocks and actions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from storage.takedown.needles import Needles, texts_in

Block = dict[str, Any]
_ID = re.compile(r"\b[FSED]\d++\b")


def names(reply: str, subject: str) -> bool:
    """Tell whether a reply (JSON) names an id, such as `F7`."""
    return subject in reply and subject in _ID.findall(reply)


def cut(reply: str, subject: str, needles: Needles | None = None, *, named: bool = False) -> str:
    """Return a reply (JSON) without the blocks that state a fact (`F7`) or hold the words; itself if none do.

    A line without a fact of its own, or a note, belongs to the fact that the heading above it names. Lines of
    other facts stay, but for those that hold a name. With `named`, words count only beside the fact's id.
    """
    stated = subject[0] == "F" and (f'"fact":{subject[1:]},' in reply or names(reply, subject))
    if not stated and not (needles and needles.held(reply)):
        return reply
    data = json.loads(reply)
    blocks = _without(data["blocks"], subject, needles, named=named)
    actions = [each for each in data.get("actions", ()) if not _held(each, needles)]
    if blocks == data["blocks"] and actions == data.get("actions", []):
        return reply
    return json.dumps(
        data | {"blocks": blocks, "actions": actions}, ensure_ascii=False, separators=(",", ":")
    )


def _without(blocks: list[Block], subject: str, needles: Needles | None, *, named: bool) -> list[Block]:
    fact_id = int(subject[1:]) if subject.startswith("F") else None
    left: list[Block] = []
    headed = following = False
    for block in blocks:
        heading, fact = "level" in block, block.get("fact")
        if heading:
            headed = following = fact_id is not None and subject in _ID.findall(block["text"])
        elif fact is not None:
            following = fact == fact_id
        elif "citations" not in block and not headed:
            following = False
        if fact is not None and subject[0] != "E":
            gone = fact == fact_id
        else:
            counts = not named or subject in _ID.findall(block.get("text", ""))
            gone = (following and not heading) or (counts and _held(block, needles))
        if not gone:
            left.append(block)
        elif not left or left[-1] != {"text": subject}:
            left.append({"text": subject})
    return left


def without_questions(reply: str, ids: Collection[int]) -> str:
    """Return a reply (JSON) without the items that tell what others asked; itself if it lists none."""
    labels = {f"Q{number}" for number in ids}
    if not any(f'"label":"{label}"' in reply for label in labels):
        return reply
    data = json.loads(reply)
    data["blocks"] = [
        {"text": block["label"]} if block.get("label") in labels else block for block in data["blocks"]
    ]
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def without_source(reply: str, source_id: int) -> str:
    """Return a reply (JSON) whose citations of a source do not tell what it is; itself if it cites none."""
    if f'"source":{source_id},' not in reply:
        return reply
    data = json.loads(reply)
    for block in data["blocks"]:
        for citation in block.get("citations", ()):
            if citation["source"] == source_id:
                citation |= {"entry": f"S{source_id}", "url": None}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _held(part: Block, needles: Needles | None) -> bool:
    return needles is not None and any(needles.held(text) for text in texts_in(part))
