"""What was made of an object is made once, and never taken for what another one makes."""

from storage.engines.memo import Memo


def test_it_is_made_once_for_each_object_and_key():
    memo: Memo[str] = Memo(10)
    one, like = [1], [1]
    made: list[str] = []

    def make() -> str:
        made.append("made")
        return f"made {len(made)}"

    asked = [
        memo.of(*each, make) for each in ((one, "en"), (one, "en"), (like, "en"), (one, "uk"), (one, "en"))
    ]
    assert asked == ["made 1", "made 1", "made 2", "made 3", "made 1"]


def test_the_first_made_are_forgotten():
    memo: Memo[list[int]] = Memo(2)
    objects = [[number] for number in range(3)]
    for each in objects:
        memo.of(each, None, each.copy)
    assert [memo.of(each, None, list) for each in objects[1:]] == [[1], [2]]
    assert memo.of(objects[0], None, list) == []


def test_an_object_that_is_gone_is_not_taken_for_the_next_one():
    memo: Memo[list[int]] = Memo(1_000)
    for number in range(100):
        each = [number]
        assert memo.of(each, None, each.copy) == [number]
        del each
