"""A call is repeated as long as the policy and the decision allow, with the pauses that they name."""

from __future__ import annotations

import pytest

from bot.retrying import Backoff, retry


class Calls:
    """A call that fails a number of times, and the sleep between its attempts."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.made = 0
        self.slept: list[float] = []

    async def __call__(self) -> str:
        self.made += 1
        if self.made <= self.failures:
            raise OSError(self.made)
        return "done"

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def as_due(_error: Exception, pause: float) -> float:
    return pause


async def test_pauses_double_up_to_the_longest():
    calls = Calls(6)
    assert await retry(calls, Backoff(first=1.0, longest=10.0), as_due, sleep=calls.sleep) == "done"
    assert calls.slept == [1, 2, 4, 8, 10, 10]
    assert Backoff(first=0.5, longest=600.0).pause(10_000) == 600.0


async def test_the_last_attempt_raises_its_error():
    calls = Calls(9)
    with pytest.raises(OSError, match="4"):
        await retry(calls, Backoff(first=0.5, attempts=4), as_due, sleep=calls.sleep)
    assert calls.slept == [0.5, 1, 2]


async def test_the_decision_sets_the_pause_or_gives_up(subtests):
    for decide, slept in [
        (lambda error, pause: 7.0, [7, 7, 7]),  # what a 429 asks for
        (lambda error, pause: None, []),
        (lambda error, pause: 0.0 if error.args[0] < 3 else None, [0, 0]),
    ]:
        with subtests.test(decide=decide):
            calls = Calls(3)
            if len(slept) == 3:
                assert await retry(calls, Backoff(first=1.0), decide, sleep=calls.sleep) == "done"
            else:
                with pytest.raises(OSError, match=str(len(slept) + 1)):
                    await retry(calls, Backoff(first=1.0), decide, sleep=calls.sleep)
                assert calls.made == len(slept) + 1
            assert calls.slept == slept
