"""A person may ask so often and no more, is told so once, and holds up nobody else."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.commands.core import message_limit
from bot.commands.core.message_limit import Limiter, Verdict


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_answered_then_warned_of_once_then_ignored():
    limiter = Limiter(30, 10, Clock())
    verdicts = [limiter.judge("ann") for _ in range(200)]
    assert verdicts == [Verdict.ANSWER] * 10 + [Verdict.WARN] + [Verdict.IGNORE] * 189


def test_processes_that_count_for_themselves_let_a_person_have_as_many_times_the_limit(subtests):
    # A webhook that several processes stand behind hands each message to one of them.
    for processes in (1, 2, 5):
        clock = Clock()
        limiters = [Limiter(30, 10, clock) for _ in range(processes)]
        with subtests.test(processes=processes):
            answered = 0
            for number in range(600):
                clock.now += 0.1
                answered += limiters[number % processes].judge("ann") is Verdict.ANSWER
            assert answered <= processes * (10 + 30)


def test_two_hundred_messages_of_one_person_do_not_hold_up_another():
    limiter = Limiter(30, 10, Clock())
    for _ in range(200):
        limiter.judge("ann")
    assert [limiter.judge("bob") for _ in range(10)] == [Verdict.ANSWER] * 10


def test_waiting_earns_answers_at_the_rate_given():
    clock = Clock()
    limiter = Limiter(30, 1, clock)
    assert limiter.judge("ann") is Verdict.ANSWER
    clock.now += 1.9
    assert limiter.judge("ann") is Verdict.WARN
    clock.now += 0.2
    assert limiter.judge("ann") is Verdict.ANSWER


def test_one_who_keeps_on_is_not_warned_again_until_rested():
    clock = Clock()
    limiter = Limiter(60, 10, clock)
    seen = Counter()
    for _ in range(600):
        seen[limiter.judge("ann")] += 1
        clock.now += 0.1
    assert seen[Verdict.WARN] == 1
    clock.now += 60
    verdicts = [limiter.judge("ann") for _ in range(12)]
    assert verdicts == [Verdict.ANSWER] * 10 + [Verdict.WARN, Verdict.IGNORE]


def test_a_clock_set_back_neither_gives_nor_takes():
    clock = Clock()
    limiter = Limiter(30, 2, clock)
    assert limiter.judge("ann") is Verdict.ANSWER
    clock.now -= 500
    assert limiter.judge("ann") is Verdict.ANSWER
    assert limiter.judge("ann") is Verdict.WARN


def test_the_person_longest_silent_is_forgotten_first(monkeypatch):
    monkeypatch.setattr(message_limit, "MOST_PEOPLE", 2)
    limiter = Limiter(30, 1, Clock())
    limiter.judge("ann")
    limiter.judge("bob")
    assert limiter.judge("ann") is Verdict.WARN
    limiter.judge("cem")
    assert limiter.judge("ann") is Verdict.IGNORE
    assert limiter.judge("bob") is Verdict.ANSWER


@given(
    per_minute=st.integers(1, 600),
    burst=st.integers(1, 20),
    gaps=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=80),
)
def test_no_window_holds_more_answers_than_burst_and_rate_allow(per_minute, burst, gaps):
    clock = Clock()
    limiter = Limiter(per_minute, burst, clock)
    answered = []
    for gap in gaps:
        clock.now += gap
        if limiter.judge("ann") is Verdict.ANSWER:
            answered.append(clock.now)
    for first, start in enumerate(answered):
        for count, end in enumerate(answered[first:], 1):
            assert count <= burst + (end - start) * per_minute / 60 + 1e-6


@given(gaps=st.lists(st.floats(0, 5, allow_nan=False), min_size=1, max_size=80), burst=st.integers(1, 8))
def test_the_first_message_over_the_limit_is_never_ignored_silently(gaps, burst):
    clock = Clock()
    limiter = Limiter(30, burst, clock)
    verdicts = []
    for gap in gaps:
        clock.now += gap
        verdicts.append(limiter.judge("ann"))
    refused = [verdict for verdict in verdicts if verdict is not Verdict.ANSWER]
    assert not refused or refused[0] is Verdict.WARN
