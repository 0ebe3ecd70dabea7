"""Check the processes that serve the record: which roles each holds, and whether their clocks agree."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from bot.doctor.findings import Finding, Verdict
from storage.domain.clock import TOLERATED
from storage.domain.errors import RecordError
from storage.notifying.processes import Process
from storage.notifying.roles import Holder

if TYPE_CHECKING:
    from bot.config import Settings


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Yield which process holds which roles, and, on several machines, how far their clocks are off."""
    from bot.wiring import open_record

    try:
        async with open_record(settings, create=False) as opened:
            living = await opened.processes.living()
            held = await opened.roles.all_held()
            one_machine = opened.roles.one_machine
    except RecordError:
        yield Finding(Verdict.SKIPPED, "roles", "cannot be looked at before the record is sound")
        return
    yield _roles(held, living)
    if not one_machine and living:
        yield _clocks(living)


def _roles(held: Sequence[Holder], living: Sequence[Process]) -> Finding:
    names = {process.id: process.name for process in living}
    told = [
        f"{', '.join(each.role for each in held if each.holder == holder)}"
        f"{f' by {names[holder]}' if holder in names else ''}"
        for holder in dict.fromkeys(each.holder for each in held)
    ]
    idle = [process.name for process in living if process.id not in {each.holder for each in held}]
    beside = f"; beside: {', '.join(idle)}" if idle else ""
    if told:
        return Finding(Verdict.OK, "roles", f"held now: {'; '.join(told)}{beside}")
    if idle:
        return Finding(Verdict.OK, "roles", f"none is held; running: {', '.join(idle)}")
    return Finding(Verdict.SKIPPED, "roles", "nobody polls or sends: 'onrecord run' does not run here")


def _clocks(living: Sequence[Process]) -> Finding:
    wrong = [process for process in living if abs(process.ahead) > TOLERATED]
    if not wrong:
        least, most = min(each.ahead for each in living), max(each.ahead for each in living)
        return Finding(
            Verdict.OK, "clocks", f"those of all processes are within {most - least:.1f} s of each other"
        )
    told = ", ".join(
        f"{process.name}'s is {abs(process.ahead):,.0f} s {'ahead of' if process.ahead > 0 else 'behind'} the"
        " server's"
        for process in wrong
    )
    advice = (
        "set them, for example with: timedatectl set-ntp true. Until then the bot goes by the server's clock"
    )
    return Finding(Verdict.WARN, "clocks", f"{told}: {advice}")
