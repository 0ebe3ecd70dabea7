"""A speaker who is new: the article that a name takes, the role, and what they are part of, asked once."""

from tests.bot.commands.editing.test_add import newest
from tests.bot.desk import assert_short, buttons


async def test_a_name_takes_the_article_that_it_was_typed_with(desk):
    ann = await desk.moderator()
    await ann.says("/add The Port Guild denied that the gate was open\nsource: S1")
    assert buttons(ann.reply)[:3] == [
        "New person “the Port Guild”",
        "New organisation “the Port Guild”",
        "New group “the Port Guild”",
    ]
    await ann.tells("[New organisation]", "[Confirm]")
    speaker = (await newest(desk)).attributions[0].speaker
    assert (speaker.name, speaker.article) == ("Port Guild", "the")
    await ann.says("/add The Port Guild said that the lock was shut\nsource: S1")
    assert "The Port Guild said that the lock was shut" in ann.seen and "Confirm" in buttons(ann.reply)


async def test_role_and_article_are_asked_once(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The gate was open", "Port Guild", "[New organisation]")
    assert "Their role, or part of what" in ann.seen
    await ann.says("PACE")
    assert "stand in a sentence" in ann.seen
    assert buttons(ann.reply)[:2] == ["the Port Guild", "Port Guild"]
    await ann.tells("[the Port Guild]", "[said that]", "S1", "2", "[Skip]", "[Skip]")
    assert "part of PACE" in ann.seen
    await ann.presses("Confirm")
    speaker = (await newest(desk)).attributions[0].speaker
    assert (speaker.name, speaker.article, speaker.role) == ("Port Guild", "the", "part of PACE")
    await ann.tells("/add", "The lock was shut", "Port Guild")
    assert "In which words" in ann.seen


async def test_an_article_may_be_answered_with_the_whole_name(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The gate was open", "Port Guild", "[New group]", "[Skip]", "The Port Guild")
    assert "In which words" in ann.seen
    await ann.tells("[Skip]", "S1", "[Skip]", "[Skip]", "[Skip]", "[Confirm]")
    assert (await newest(desk)).attributions[0].speaker.article == "the"


async def test_a_further_voice_may_be_new_as_well(desk):
    ann = await desk.moderator()
    await ann.tells("/attribute F7", "Ann Reed", "[New person]", "harbour master", "[said that]", "S1")
    await ann.tells("[Skip]", "[Confirm]")
    speaker = (await desk.record.facts.find(7)).attributions[-1].speaker
    assert (speaker.name, speaker.role) == ("Ann Reed", "harbour master")


async def test_a_role_and_the_article_can_be_changed_where_they_are_shown(desk):
    ann = await desk.moderator()
    await ann.says("/add The harbour master said that the gate was open\nsource: S1")
    await ann.tells("[New person]", "[Change something]", "[Role]", "warden of the quay")
    assert "warden of the quay" in ann.seen
    await ann.says("/add Lubinets said that the gate was open\nsource: S1")
    await ann.presses("Change something")
    assert "Role" not in buttons(ann.reply) and "Cue" in buttons(ann.reply)


async def test_what_goes_with_nothing_is_said_to_be_left_out(desk, subtests):
    ann = await desk.moderator()
    for text, told in [
        ("/add Lubinets said that the gate was open\nrole: Mayor\nsource: S1", "“role: Mayor”"),
        ("/add The gate was open\nsource: S1\npublisher: Coast Press", "“publisher: Coast Press”"),
        ("/add Lubinets, the mayor, said that the gate was open\nsource: S1", "“role: mayor”"),
        ("/attribute F7\nwho: Putin\nsource: S1\nkind: study", "“kind: study”"),
    ]:
        with subtests.test(text=text):
            await ann.says(text)
            assert "Left out" in ann.seen and told in ann.seen


async def test_a_role_that_is_on_record_is_not_told_again(desk):
    ann = await desk.moderator()
    told = "/add Lubinets, Ukraine's Commissioner for Human Rights, said that the gate was open\nsource: S1"
    await ann.says(told)
    assert "Confirm" in buttons(ann.reply) and "Left out" not in ann.seen


async def test_where_a_role_is_from_is_refused_without_the_role(desk):
    ann = await desk.moderator()
    assert_short(await ann.says("/entity Putin\nshort: V.\nat: 3"), "add “role:”")
    await ann.says("/relate F9 unrelated F5\npart: the children")
    assert "“part: the children”" in ann.seen


async def test_an_honorific_that_is_typed_is_a_role_or_left_out_and_no_part_of_the_name(desk, subtests):
    ann = await desk.moderator()
    cases = [("Dr Samir Patel", "Samir Patel", "Dr"), ("Mr Tom Hale", "Tom Hale", None)]
    for typed, name, role in cases:
        for turns in (
            (f"/add It rained at Olm for {typed}.\nwho: {typed}\ncue: said that\nsource: S1",),
            ("/add", f"It snowed at Olm for {typed}", typed),
        ):
            with subtests.test(typed, turns=len(turns)):
                await ann.tells(*turns)
                assert f"“{name}” is not on record yet" in ann.seen
                await ann.presses(f"New person “{name}”")
                while "Confirm" not in buttons(ann.reply):
                    # Of mere courtesy no role is known: it is asked.
                    assert role is None or "Their role" not in ann.seen
                    await ann.says("S1" if "Which source" in ann.seen else "/skip")
                assert (f"New name: {name} {role}" in ann.seen) is (role is not None)
                await ann.presses("Cancel")


async def test_one_on_record_is_meant_with_and_without_an_honorific(desk):
    ann = await desk.moderator()
    await ann.says("/add The gate was shut.\nwho: Dr Dmytro Lubinets\ncue: said that\nsource: S1")
    assert "Lubinets said that the gate was shut" in ann.seen and "Left out" not in ann.seen
