"""A typed sentence taken apart by patterns, and what is left for the person to say."""

from bot.intake.finding.one_sentence import read_report

TAKEN_APART = [
    ("The harbour master denied that the gate had been left open", "The harbour master", "denied that",
     "The gate had been left open"),
    ("At least 40 boats sank, the mayor told reporters.", "the mayor", "told reporters that",
     "At least 40 boats sank"),
    ("According to the coastguard, two people drowned", "the coastguard", "", "Two people drowned"),
    ("Ann Reed, the harbour master, said the gate was shut.", "Ann Reed", "said that", "The gate was shut"),
    ("The dam will hold, said Ann Reed, an engineer.", "Ann Reed", "said that", "The dam will hold"),
    ("The report claimed that the gate was open", "The report", "claimed that", "The gate was open"),
    ("Dr. Ann Reed said the gate was shut", "Ann Reed", "said that", "The gate was shut"),
    ("“We knew nothing. It was dark,” said Ann Reed", "Ann Reed", "said:", "“We knew nothing. It was dark”"),
    ("The union called for an inquiry", "The union", "called for", "An inquiry"),
    ("Reed said nobody believes that the gate was open", "Reed", "said that",
     "Nobody believes that the gate was open"),
    ("The union accused the firm of hiding two reports", "The union", "accused the firm of",
     "Hiding two reports"),
    ("It was announced by the ministry that aid would be paid", "the ministry", "announced that",
     "Aid would be paid"),
    ("According to Ann Reed, head of the port, two of the cranes fell", "Ann Reed", "",
     "Two of the cranes fell"),
    ("The ministry denied any delay.", "The ministry", "denied", "Any delay"),
    ("The ministry has repeatedly denied having lost the file", "The ministry", "has repeatedly denied",
     "Having lost the file"),
    ("She said that the bridge was safe", None, "said that", "The bridge was safe"),
    ("“We knew nothing of it,” said Ann Reed.", "Ann Reed", "said:", "“We knew nothing of it”"),
]  # fmt: skip
LEFT = [
    "The bridge was closed at noon",
    "Police have not confirmed that anybody drowned",
    "Police did not say that the gate was open",
    "The firm refused to say that the gate was open",
    "The mayor might say that the gate was open",
    "Nobody said that the gate was open",
    "Residents were warned that the dam could fail",
    "It is said that the gate was open",
    "If the mayor says that the dam holds, they will stay",
    "The gate broke. The mayor said that it was old. Hale said that it was new.",
    "The wardens told nobody of the leak",
    "The union warned the company twice",
    "The ministry did not deny any delay",
    "The judge denied bail",
    "Reed said nothing about the leak",
    "Police said nobody was hurt. The road is closed.",
    "Reed said Hale had lied, but Hale denied any fault",
    "It was said by nobody that the gate was open",
    "The hospital admitted the patient",
]  # fmt: skip


def test_a_report_is_taken_apart(subtests) -> None:
    for text, *expected in TAKEN_APART:
        with subtests.test(text=text):
            found = read_report(text)
            assert found is not None
            assert [found.speaker, found.cue, found.statement] == expected


def test_what_is_turned_around_or_not_one_report_is_left_as_it_is(subtests) -> None:
    """A denial that "not" makes, or a report by nobody, must never become somebody's statement."""
    for text in LEFT:
        with subtests.test(text=text):
            assert read_report(text) is None


def test_a_role_a_quotation_and_when_it_was_said_are_told_apart() -> None:
    found = read_report("Ann Reed, the harbour master, said on Monday that the gate was shut.")
    assert found is not None and (found.role, found.said) == ("the harbour master", "Monday")
    found = read_report("Ann Reed said: “We knew nothing of it.”")
    assert found is not None and found.quote == "We knew nothing of it."
