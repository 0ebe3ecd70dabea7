"""Header lines complete as they are typed: their names, and then what they name."""

from bot.requests import Request, Role
from tests.bot.desk import ANN

HEADER_LINES = {
    ("add", "who: lub"): ["who: Dmytro Lubinets"],
    ("add", "Who:lub"): ["who: Dmytro Lubinets"],
    ("add", "about: PACE; lub"): ["about: PACE; Dmytro Lubinets"],
    ("add", "where: belar"): ["where: Belarus"],
    ("add", "source: S1"): ["source: S1"],
    ("add", "contradicts: F3, F2"): ["contradicts: F3, F2"],
    ("add", "supersedes: F5"): ["supersedes: F5"],
    ("add", "cue: den"): ["cue: denied that"],
    ("add", "kind: stu"): ["kind: study"],
    ("add", "wh"): ["who: ", "when: ", "where: "],
    ("add", "when: 20"): [],
    ("add", "nothing: lub"): [],
    ("correct", "mat"): ["material: "],
    ("correct", "material: y"): ["material: yes"],
    ("relate", "source: S1"): ["source: S1"],
    ("entity", "merge: lub"): ["merge: Dmytro Lubinets"],
    ("source", "via: S1"): ["via: S1"],
    ("who", "who: lub"): [],
}


async def test_header_lines_complete_their_names_and_then_what_they_name(desk, subtests):
    for (command, line), wanted in HEADER_LINES.items():
        with subtests.test(command=command, line=line):
            begun = f"/{command} F5 It rained\nat: ¶3\n"
            found = await desk.dispatcher.complete(f"{begun}{line}", Request("", ANN, ANN, role=Role.OWNER))
            assert found[: len(wanted) or None] == [f"{begun}{each}" for each in wanted]


async def test_where_a_text_is_header_lines_alone_it_completes_like_them(desk):
    async def values(command: str, typed: str, argument: int = 1, **asker) -> list[str]:
        offered = await desk.dispatcher.offers(Request("", ANN, ANN, **asker), command, argument, typed)
        return [offer.value for offer in offered]

    for command in ("correct", "attribute", "edit"):
        assert await values(command, "who: lub", role=Role.OWNER) == ["who: Dmytro Lubinets"], command
        assert await values(command, "sour", role=Role.OWNER) == ["source: "]
        assert await values(command, "who: lub") == [], "who may not use it"
    assert await values("add", "who: lub", 0, role=Role.OWNER) == [], "first comes the statement"
