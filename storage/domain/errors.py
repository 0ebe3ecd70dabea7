"""What can go wrong with the record, in words that may be shown and that say what to do next."""

from __future__ import annotations


class RecordError(Exception):
    """The record cannot do what was asked; the message is safe to show."""


class Refused(RecordError):
    """A change goes against what the record is; nothing was changed.

    `at` names the entry of a sheet that is at fault, if one is: a source or a fact, its ref and the field.
    """

    def __init__(self, text: str, at: tuple[str, str, str] | None = None) -> None:
        self.at = at
        super().__init__(text)


class Overtaken(Refused):
    """What was to be changed has changed since it was looked at; nothing was changed."""


class AlreadyDone(Refused):
    """Somebody did this already (or this is a second press of the same button); nothing was changed."""


class BriefDisagrees(Refused):
    """A fact's brief says what its statement does not, or leaves out what makes it less sure."""

    def __init__(self, brief: str, why: str) -> None:
        self.why = why
        super().__init__(f"The brief “{brief}” does not agree with the statement: {why}")


class UnreadableRecord(RecordError):
    """The database file is damaged, not a record, or made by a newer program; it was left as it was."""


class MovedRecord(UnreadableRecord):
    """The record was moved away: what is left is kept as it was, and says where the record is now."""


class UnwritableRecord(RecordError):
    """The disk is full or the file or folder may not be written; nothing was changed."""


class BusyRecord(RecordError):
    """Another process held the record for too long; nothing was changed."""


class UnreachableRecord(BusyRecord):
    """The server of the record does not answer, or takes no more connections; nothing was changed."""


class UnsureRecord(RecordError):
    """The connection was lost while a change was being kept: whether it was kept is not known."""


class ReplacedRecord(RecordError):
    """Another file stands where the record was opened: what this process knows is of the old one."""


class UnknownRefs(Refused):
    """Entries name sources or facts that are neither on record nor among them."""

    def __init__(self, what: str, refs: list[str]) -> None:
        self.what = what
        self.refs = refs
        super().__init__(f"No {what} has the ref {refs[0]!r}: check the spelling, or add it first")


class InvalidSheet(RecordError):
    """A fact sheet has errors; nothing was imported. `problems` names line and field of each."""

    def __init__(self, problems: list[str], total: int | None = None) -> None:
        self.problems = problems
        count = len(problems) if total is None else total
        shown = "\n".join(f"  {problem}" for problem in problems)
        more = f"\n  ... and {count - len(problems)} more" if count > len(problems) else ""
        super().__init__(f"The fact sheet has {count} error(s); nothing was imported:\n{shown}{more}")
