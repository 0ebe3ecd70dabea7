"""A name in another script or case form, behind each command that takes one: it is found or offered."""

from __future__ import annotations

from tests.bot.desk import ANN, EVE, said

# Two people of the first story, as Ukrainian, Polish and French sentences have them.
FORMS = {
    "Лукашенку": "Alexander Lukashenko", "Łukaszenki": "Alexander Lukashenko",
    "Loukachenko": "Alexander Lukashenko", "Лубінець": "Dmytro Lubinets", "Лубінця": "Dmytro Lubinets",
}  # fmt: skip


async def test_readers_find_a_name_or_are_offered_it(desk, subtests):
    eve = desk.person(EVE)
    for form, name in FORMS.items():
        for text in (f"/who {form}", f"/when {form}", f"/where {form}", f"/subscribe {form}", form):
            with subtests.test(text=text):
                reply = await eve.says(text)
                assert name in said(reply) + " ".join(action.label for action in reply.actions)
                assert "That is not on record" not in said(reply)
        with subtests.test(words=form):
            assert f"On record is {name}." in said(await eve.says(f"/settings words {form}"))


async def test_moderators_find_a_name_or_are_offered_it(desk, subtests):
    ann = await desk.moderator(ANN)
    for form, name in FORMS.items():
        for text in (f"/entity {form}", f"/add A flag was raised\nwho: {form}\nsource: S1\ncue: said"):
            with subtests.test(text=text):
                reply = await ann.says(text)
                assert name in [action.label for action in reply.actions]
                await ann.says("/cancel")


async def test_a_nasal_letter_is_found_as_others_tell_it_and_a_likeness_alone_is_offered(desk, subtests):
    ann, eve = await desk.moderator(ANN), desk.person(EVE)
    for name in ("Lech Wałęsa", "Jan Dąbrowski", "Ewa Kowalczyk"):
        about = name.split()[0]
        await ann.tells(
            f"/add A flag was raised before {about}\nwho: {name}\nsource: S1\nat: ¶2",
            "[New person]",
            "[Confirm]",
        )
    for typed, name in [
        ("Валенса", "Lech Wałęsa"),
        ("Валенсы", "Lech Wałęsa"),
        ("Walensa", "Lech Wałęsa"),
        ("Домбровский", "Jan Dąbrowski"),
    ]:
        with subtests.test(typed=typed):
            assert said(await eve.says(f"/who {typed}")).startswith(name)
    for typed, name in [("Ковальчук", "Ewa Kowalczyk"), ("Ковальчука", "Ewa Kowalczyk")]:
        with subtests.test(typed=typed):
            reply = await eve.says(f"/who {typed}")
            assert "Did you mean" in said(reply) and [a.label for a in reply.actions] == [name]
