"""What an import makes of an entry that others have changed since: three forms of it, field by field.

What the sheet said when it was last imported, what it says now, what stands on record: where only one of the
last two differs from the first, that one is taken. Where both do, the record stays. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from storage.domain.entries import MOST_ATTRIBUTIONS

State = dict[str, Any]
# Fields that are one thing: a brief is the statement's, a role is its source's.
_TOGETHER = (("statement", "brief"), ("role", "source", "locator"))
_RELATIONS = ("contradicts", "supports")


class Merged(NamedTuple):
    """What an entry becomes: `kept` are the fields that both changed, `agreed` those now alike in both."""

    state: State
    kept: tuple[str, ...]
    agreed: tuple[str, ...]


class Step(NamedTuple):
    """A change on record: its entry of the trail, how the fields read before and after, who made it."""

    entry: int
    before: State
    after: State
    imported: bool = False


def last_said(now: State, steps: Sequence[Step], agreed: Mapping[str, int]) -> State:
    """Return what the sheet said when it was last imported, given the changes since its entry came on record.

    `agreed` names the last entry of the trail by which the sheet and the record had a field alike. Imports
    that are among no steps show in that a field reads otherwise than the last step has left it.
    """
    said: State = {}
    for field in {*now, *(key for step in steps for key in (*step.before, *step.after))}:
        value = now.get(field)
        for step in reversed(steps):
            was, became = step.before.get(field), step.after.get(field)
            if step.entry < agreed.get(field, 0):
                break
            if was == became or (step.imported and _is_list(was, became)):
                continue
            if step.imported or (undone := _undone(was, became, value)) is None:
                break
            (value,) = undone
        if value is not None:
            said[field] = value
    return said


def _is_list(was: Any, became: Any) -> bool:
    return isinstance(was, list) or isinstance(became, list)


def _undone(was: Any, became: Any, value: Any) -> tuple[Any] | None:
    """Return how a field would read without a change; None where something else has changed it since.

    A list keeps what imports have put in it since.
    """
    if not _is_list(was, became):
        return (was,) if became == value else None
    left = _joined(became or [], was or [], value or [])
    return None if left is None else (left or None,)


def merge(base: State, sheet: State, record: State) -> Merged:
    """Return what becomes of an entry that a sheet has again: see the module."""
    fields = dict.fromkeys((*record, *sheet, *base))
    merged: State = {}
    kept: list[str] = []
    agreed: list[str] = []
    for field in fields:
        said, says, stands = (state.get(field) for state in (base, sheet, record))
        value = stands
        if says == stands:
            agreed += [field] * (says != said)
        elif says != said and not _is_changed(base, record, field):
            value = says
        elif says != said:
            both = _both(field, said, says, stands)
            kept += [field] * (both is None)
            value = both or stands
        if value is not None and value != []:
            merged[field] = value
    if record.get("retracted") and not sheet.get("retracted") and "retracted" in merged:
        # What was retracted is restored before anything else is done to it.
        kept += [field for field in fields if merged.get(field) != record.get(field) and field not in kept]
        merged = record
    return Merged(merged, tuple(kept), tuple(agreed))


def _is_changed(base: State, record: State, field: str) -> bool:
    together = next((group for group in _TOGETHER if field in group), (field,))
    return any(base.get(each) != record.get(each) for each in together)


def _both(field: str, said: Any, says: Any, stands: Any) -> list[Any] | None:
    """Return a list with what both have changed in it; None where both changed one part."""
    if not isinstance(says, list) or not isinstance(stands, list):
        return None
    joined = _joined(said or [], says, stands)
    if joined is None or len(joined) > MOST_ATTRIBUTIONS:
        return None
    if field in _RELATIONS and len({each["fact"] for each in joined}) < len(joined):
        return None
    return joined


class _Edit(NamedTuple):
    """Items of a list, from one place to another, and what stands there instead."""

    start: int
    end: int
    items: list[Any]


def _joined(said: list[Any], says: list[Any], stands: list[Any]) -> list[Any] | None:
    ours, theirs = _edits(said, stands), _edits(said, says)
    edits = [edit for edit in ours if edit not in theirs]
    for edit in theirs:
        over = next((each for each in edits if each.start < edit.end and edit.start < each.end), None)
        if over is not None:
            if (item := _one_item(said, edit, over)) is None:
                return None
            edits[edits.index(over)] = over._replace(items=[item])
        else:
            edits.append(edit)
    joined, at = [], 0
    for start, end, items in sorted(edits, key=lambda edit: edit[:2]):
        joined += [*said[at:start], *items]
        at = end
    return joined + said[at:]


def _edits(before: list[Any], after: list[Any]) -> list[_Edit]:
    """Return how one list becomes the other: item by item where items are replaced, the rest at once."""
    one, other = ([json.dumps(item, sort_keys=True) for item in items] for items in (before, after))
    edits: list[_Edit] = []
    for tag, start, end, first, last in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            both = min(end - start, last - first)
            edits += [_Edit(start + n, start + n + 1, [after[first + n]]) for n in range(both)]
            if (start + both, first + both) != (end, last):
                edits.append(_Edit(start + both, end, after[first + both : last]))
    return edits


def _one_item(said: list[Any], edit: _Edit, other: _Edit) -> State | None:
    """Return one item that both changed, if they changed different fields of it."""
    if edit[:2] != other[:2] or not len(edit.items) == len(other.items) == edit.end - edit.start == 1:
        return None
    items = (said[edit.start], edit.items[0], other.items[0])
    if not all(isinstance(item, dict) for item in items):
        return None
    merged = merge(*items)
    return None if merged.kept else merged.state
