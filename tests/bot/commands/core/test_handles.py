"""Whom the bot has met: an @name is told from an address, and forgotten when asked to."""

from bot.commands.core import handles
from bot.commands.core.handles import KnownHandles
from bot.requests import Identity, Request


def wrote(user, handle, **fields):
    return Request("x", "telegram:-1", user, handle=handle, **fields)


def test_whoever_wrote_is_known_by_their_name_whatever_its_case():
    met = KnownHandles()
    met.meet(wrote("telegram:7", "Ann", name="Ann B."))
    for name in ("@ann", "ANN", "@Ann"):
        assert met.find(name, "telegram:-1") == Identity("telegram:7", "Ann", "Ann B.")
    assert met.find("@bob", "telegram:-1") is None
    assert met.find("", "telegram:-1") is None


def test_those_a_message_replies_to_or_names_are_met_too():
    met = KnownHandles()
    bob, eve = Identity("telegram:8", "bob"), Identity("telegram:9", "eve")
    met.meet(wrote("telegram:7", None, replied_to=bob, mentioned=(eve,)))
    assert met.find("bob", "telegram:-1") == bob
    assert met.find("eve", "telegram:-1") == eve


def test_who_is_no_person_or_has_no_name_is_not_met(subtests):
    for fields in [{"is_person": False}, {}]:
        with subtests.test(fields=fields):
            met = KnownHandles()
            met.meet(wrote("telegram:-7", "group" if fields else None, **fields))
            met.meet(
                wrote("telegram:7", None, replied_to=Identity("telegram:-5", "channel", is_person=False))
            )
            assert met.find("group", "telegram:-1") is None
            assert met.find("channel", "telegram:-1") is None


def test_a_name_that_has_gone_to_somebody_else_means_them():
    met = KnownHandles()
    met.meet(wrote("telegram:7", "ann"))
    met.meet(wrote("telegram:8", "ann"))
    assert met.find("ann", "telegram:-1").address == "telegram:8"


def test_a_person_is_forgotten_under_all_their_names():
    met = KnownHandles()
    for handle in ("ann", "ann2"):
        met.meet(wrote("telegram:7", handle))
    met.meet(wrote("telegram:8", "bob"))
    met.forget("telegram:7")
    assert [met.find(name, "telegram:-1") is None for name in ("ann", "ann2", "bob")] == [True, True, False]


def test_the_one_longest_silent_is_forgotten_first(monkeypatch):
    monkeypatch.setattr(handles, "MOST", 3)
    met = KnownHandles()
    for number in range(3):
        met.meet(wrote(f"telegram:{number}", f"name{number}"))
    met.meet(wrote("telegram:0", "name0"))
    met.meet(wrote("telegram:3", "name3"))
    assert [met.find(f"name{number}", "telegram:-1") is not None for number in range(4)] == [
        True,
        False,
        True,
        True,
    ]


def test_a_name_is_somebody_elses_on_another_platform():
    met = KnownHandles()
    met.meet(wrote("telegram:7", "ann"))
    assert met.find("ann", "discord:#5") is None
    met.meet(wrote("discord:9", "ann"))
    found = [met.find("ann", chat) for chat in ("telegram:-1", "discord:#5")]
    assert [each.address for each in found] == ["telegram:7", "discord:9"]
