"""How firmly a fact stands, from its voices and relations alone."""

from __future__ import annotations

from storage.domain.models import (
    Attribution,
    Entity,
    Fact,
    Relation,
    RelationKind,
    Source,
    SourceKind,
    Stance,
    Standing,
)

ARTICLE = Source(id=1, story_id=1, ref="article", kind=SourceKind.ARTICLE)
RELAYED = Source(id=2, story_id=1, ref="report", kind=SourceKind.REPORT, via=ARTICLE)
STUDY = Source(id=3, story_id=1, ref="study", kind=SourceKind.STUDY, via=RELAYED)
OTHER = Source(id=4, story_id=1, ref="other", kind=SourceKind.ARTICLE)
ANN = Entity(id=1, story_id=1, ref="ann", kind=None, name="Ann")
WIRE = Source(id=5, story_id=1, ref="wire", kind=SourceKind.ARTICLE, alike=frozenset({6}))
PRINT = Source(id=6, story_id=1, ref="print", kind=SourceKind.ARTICLE, alike=frozenset({5}))
TOLD = Source(id=7, story_id=1, ref="told", kind=SourceKind.REPORT, via=PRINT)
BO = Entity(id=2, story_id=1, ref="bo", kind=None, name="Bo")


def voice(source: Source, speaker: Entity | None = None, stance: Stance = Stance.ASSERTS) -> Attribution:
    return Attribution(source=source, speaker=speaker, stance=stance)


def standing(*voices: Attribution, **fields) -> Standing:
    return Fact(id=1, story_id=1, ref="f", statement="it rained", attributions=voices, **fields).standing


def relation(kind: RelationKind, *, in_force: bool = True, outgoing: bool = True) -> tuple[Relation, ...]:
    return (Relation(kind=kind, other_id=2, outgoing=outgoing, other_in_force=in_force),)


def test_voices_alone(subtests):
    for voices, expected in [
        ([voice(ARTICLE)], Standing.ATTRIBUTED),
        ([voice(ARTICLE), voice(OTHER)], Standing.CORROBORATED),
        ([voice(ARTICLE, ANN), voice(OTHER, BO)], Standing.CORROBORATED),
        ([voice(ARTICLE, ANN), voice(OTHER, ANN)], Standing.ATTRIBUTED),
        ([voice(ARTICLE, ANN), voice(RELAYED, BO)], Standing.ATTRIBUTED),
        ([voice(RELAYED), voice(STUDY)], Standing.ATTRIBUTED),
        ([voice(STUDY), voice(OTHER)], Standing.CORROBORATED),
        ([voice(WIRE), voice(PRINT)], Standing.ATTRIBUTED),
        ([voice(WIRE, ANN), voice(TOLD, BO)], Standing.ATTRIBUTED),
        ([voice(WIRE), voice(PRINT), voice(OTHER)], Standing.CORROBORATED),
        ([voice(ARTICLE, ANN), voice(OTHER, BO, Stance.DENIES)], Standing.DISPUTED),
        ([voice(ARTICLE, ANN, Stance.DENIES)], Standing.ATTRIBUTED),
        ([voice(ARTICLE, ANN, Stance.DENIES), voice(RELAYED, BO, Stance.DENIES)], Standing.ATTRIBUTED),
        ([voice(ARTICLE, ANN), voice(OTHER, BO, Stance.RATES)], Standing.ATTRIBUTED),
        ([voice(ARTICLE, ANN, Stance.DENIES), voice(OTHER, BO, Stance.RATES)], Standing.ATTRIBUTED),
    ]:
        with subtests.test(voices=voices):
            assert standing(*voices) is expected


def test_a_contradiction_counts_from_either_side_while_the_other_is_in_force():
    for outgoing in (True, False):
        against = relation(RelationKind.CONTRADICTS, outgoing=outgoing)
        assert standing(voice(ARTICLE), voice(OTHER), relations=against) is Standing.DISPUTED
    gone = relation(RelationKind.CONTRADICTS, in_force=False)
    assert standing(voice(ARTICLE), relations=gone) is Standing.ATTRIBUTED
    assert standing(voice(ARTICLE), relations=relation(RelationKind.SUPPORTS)) is Standing.ATTRIBUTED


def test_a_later_change_outweighs_a_dispute():
    against = relation(RelationKind.CONTRADICTS)
    assert standing(voice(ARTICLE), relations=against, superseded_by=2) is Standing.SUPERSEDED
    assert (
        standing(voice(ARTICLE), relations=against, superseded_by=2, retracted="wrong") is Standing.RETRACTED
    )
