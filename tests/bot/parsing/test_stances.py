"""From a cue to the stance that it expresses."""

from hypothesis import given
from hypothesis import strategies as st

from bot.parsing.stances import stance_of
from storage.domain.models import Stance


def test_a_cue(subtests):
    for cue, stance in [
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
        ("recommended that", Stance.CALLS_FOR),
        ("predicted that", Stance.ASSERTS),
        ("supported", Stance.SUPPORTS),
        ("backs", Stance.SUPPORTS),
        ("according to", Stance.ASSERTS),
        ("has it that", Stance.ASSERTS),
        ("backed away", Stance.SUPPORTS),
        # The first verb that takes a stance tells, whatever is said beside it.
        ("said it denied that", Stance.DENIES),
        ("has confirmed and reported that", Stance.CONFIRMS),
        ("denied what others confirmed, that", Stance.DENIES),
        # What is negated or taken back may mean anything: it is in doubt.
        ("did not confirm that", None),
        ("could neither confirm nor deny that", None),
        ("didn't deny that", None),
        ("didn’t say that", None),
        ("never admitted that", None),
        ("said it was not true that", None),
        ("dismissed as false that", None),
        ("called it a lie that", None),
        ("declined to say that", None),
        ("refused to confirm that", None),
        ("says no to", None),
        # So is what has no verb that is known, and only whole words tell.
        ("whispered that", None),
        ("undenied", None),
        ("confirmation", None),
        ("called", None),
        ("!?", None),
    ]:
        with subtests.test(cue=cue):
            assert stance_of(cue) is stance


@given(st.text(max_size=200))
def test_any_text_has_a_stance_or_is_in_doubt(cue):
    found = stance_of(cue)
    assert found is None or isinstance(found, Stance)
    assert stance_of(f"not {cue}") is None
