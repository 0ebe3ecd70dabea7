"""Every example of every command, over a record that holds what it speaks of, and over an empty one."""

from bot.commands import commands
from bot.requests import Role
from storage.record import Record
from tests.bot.desk import ANN, Desk, Moments

SUGGESTED = ("/suggest The bridge was closed.\nsource: S1", "[Confirm]") * 3
# What has to have happened before an example of a command makes sense.
BEFORE = {
    "tellme": ("What is the capital of France?",),
    **dict.fromkeys(("answer", "confirm", "cancel"), ("/suggest The bridge was closed.\nsource: S1",)),
    **dict.fromkeys(("skip", "back"), ("/suggest The bridge was closed.",)),
    "answer": ("/suggest",),
    "choose": ("/suggest The bridge was closed.", "/skip"),
    "resume": ("/suggest The bridge was closed.",),
    "back": ("/suggest The bridge was closed.", "/skip"),
    "corrections": ("/retract F7 The source withdrew it", "[Confirm]"),
    "restore": ("/retract F7 The source withdrew it", "[Confirm]"),
    "undo": ("/retract F7 The source withdrew it", "[Confirm]"),
    **dict.fromkeys(("review", "approve", "reject", "same", "edit"), SUGGESTED),
    "moderators": ("/appoint 7", "[Confirm]"),
    "unanswered": ("What is the capital of France?",),
    "dismiss": ("/appoint @ann belarus", "[Confirm]"),
    "unsubscribe": ("/subscribe",),
    "subscriptions": ("/subscribe",),
    "webhook": ("/public on",),
    "catchup": ("/settings", "/retract F7 The source withdrew it", "[Confirm]"),
}


async def test_every_example_of_every_command_is_answered(desks, subtests):
    for command in commands:
        with subtests.test(command.name):
            async with desks() as desk:
                await assert_answered(desk, command)


async def assert_answered(desk, command):
    await desk.person(ANN, handle="ann").says("/start")
    asker = desk.person("telegram:1", role=Role.OWNER)
    await asker.tells(*BEFORE.get(command.name, ()))
    # What is kept under a button cannot be known beforehand.
    example = asker.button("Tell me") if command.name == "tellme" else command.example
    assert example.startswith(f"/{command.name}")
    reply = await asker.says(example)
    # No webhook's address is reached here.
    only_says = command.name in ("confirm", "cancel", "unsubscribe", "catchup", "webhook")
    assert len(reply.blocks) > 1 or reply.actions or only_says, command.example
    for refusal in (
        "There is no",
        "Nothing is being asked",
        "not on record",
        "I have not met",
        "no moderator",
    ):
        # An article is not fetched here.
        assert refusal not in asker.seen.replace("There is no host", "")


# What does not speak of a story, or of what stands in its record.
WITHOUT_STORY = frozenset(
    "start help privacy forgetme link newstory moderators appoint dismiss tellme approve reject edit same"
    " answer choose skip back confirm cancel resume settings subscriptions unsubscribe mute desk".split()
)


async def test_an_empty_record_is_told_as_such_by_every_command(tmp_path):
    empty = await Record.open(tmp_path / "empty.db")
    try:
        desk = Desk(empty, Moments())
        before = desk.kept()
        for command in commands:
            asker = desk.person(f"telegram:{command.name}", role=Role.OWNER)
            await asker.says(command.example)
            assert "went wrong" not in asker.seen, command.name
            assert command.name in WITHOUT_STORY or "on record" in asker.seen, command.name
        assert desk.kept() == before
    finally:
        await empty.close()


async def test_a_story_can_be_opened_and_filled_where_nothing_is_on_record(tmp_path):
    empty = await Record.open(tmp_path / "empty.db")
    try:
        owner = Desk(empty, Moments()).person("telegram:1", role=Role.OWNER)
        await owner.tells("/newstory flood The flood", "[Confirm]", "[Use it here]")
        await owner.tells("/add The dam broke.\nsource: A report", "[New source]", "[Confirm]")
        assert "F1" in owner.seen
    finally:
        await empty.close()
