"""From a cue to the stance that it expresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.stances import stance_of
from storage.models import Stance


@pytest.mark.parametrize(
    ("cue", "stance"),
    [
        (None, Stance.ASSERTS),
        ("", Stance.ASSERTS),
        ("said that", Stance.ASSERTS),
        ("reminded that", Stance.ASSERTS),
        ("denied that", Stance.DENIES),
        ("has DENIED that", Stance.DENIES),
        ("denies", Stance.DENIES),
        ("rejected the claim that", Stance.DENIES),
        ("admitted that", Stance.ADMITS),
        ("acknowledges that", Stance.ADMITS),
        ("alleged that", Stance.ALLEGES),
        ("claims that", Stance.ALLEGES),
        ("accused them of", Stance.ALLEGES),
        ("confirmed that", Stance.CONFIRMS),
        ("verified that", Stance.CONFIRMS),
        ("called for", Stance.CALLS_FOR),
        ("calls on", Stance.CALLS_FOR),
        ("demanded that", Stance.CALLS_FOR),
        ("supported", Stance.SUPPORTS),
        ("backs", Stance.SUPPORTS),
        # A negated cue may mean anything: it merely asserts.
        ("did not confirm that", Stance.ASSERTS),
        ("could neither confirm nor deny that", Stance.ASSERTS),
        ("didn't deny that", Stance.ASSERTS),
        ("never admitted that", Stance.ASSERTS),
        # Only whole words tell.
        ("undenied", Stance.ASSERTS),
        ("confirmation", Stance.ASSERTS),
        ("backed away", Stance.SUPPORTS),
        ("called", Stance.ASSERTS),
    ],
)
def test_a_cue(cue, stance):
    assert stance_of(cue) is stance


@given(st.text(max_size=200))
def test_any_text_has_a_stance(cue):
    assert stance_of(cue) in Stance
    assert stance_of(f"not {cue}") is Stance.ASSERTS
