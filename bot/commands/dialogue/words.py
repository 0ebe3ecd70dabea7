"""The words in which forms speak of their fields: labels, hints, and questions."""

from __future__ import annotations

from bot.texts import N_, _

# Labels for the parts of a fact and their related fields.
CALLED = {
    "statement": N_("Statement"), "who": N_("Who says so"), "cue": N_("Cue"), "source": N_("Source"),
    "at": N_("Place in the source"), "when": N_("When"), "where": N_("Where"), "figure": N_("Figures"),
    "quote": N_("Quote"), "about": N_("Who it is about"), "note": N_("Note on the date"),
    "reason": N_("Reason"), "by": N_("The fact that takes its place"),
    "title": N_("Title"), "publisher": N_("Publisher"), "published": N_("Date of publication"),
    "url": N_("Address"), "name": N_("Name"), "short": N_("Short name"), "alias": N_("Further names"),
    "role": N_("Role"), "article": N_("Article"), "stance": N_("Stance"), "said": N_("Said on"),
    "brief": N_("Brief"), "tells": N_("What /about tells"),
}  # fmt: skip
# Hints for each field when a whole form is shown; the most used come first.
EXAMPLES = {
    "statement": N_("The bridge was closed at noon"), "who": N_("Dmytro Lubinets"), "cue": N_("said that"),
    "source": N_("S1, an address or a title"), "when": "2024-05-03", "where": N_("Minsk"), "at": "¶3",
    "figure": N_("at least 2,100 children"), "about": N_("Lukashenko; PACE"),
    "quote": N_("we knew nothing of it"),
    "reason": N_("The source has it otherwise"), "by": "F12", "title": N_("Report on schools"),
    "publisher": N_("Example Press"), "published": "2024-05-03", "url": "https://example.org/report",
    "author": N_("Ann Lee"), "short": N_("Lubinets"), "alias": N_("The Commissioner; D. Lubinets"),
    "role": N_("Commissioner for Human Rights"), "brief": N_("Bridge closed at noon"), "supersedes": "F12",
    "part": N_("the number of dead"), "article": N_("the"), "question": N_("Was the bridge closed?"),
    "tells": "F1 F5 F9",
}  # fmt: skip
# What asks again for a field that is not asked on its own, where its header line is invalid.
ASKED = {
    "about": N_("Whom or what is it about? Names are parted by semicolons."),
    "alias": N_("By which further names is it known? They are parted by semicolons."),
    "article": N_("Which article does the name take in a sentence? For example: the."),
    "at": N_("Where in the source? For example 3 (the third paragraph) or page 12."),
    "author": N_("Who wrote it?"),
    "brief": N_("How does it read in lists? At most 100 characters; it may leave out, but add nothing."),
    "contradicts": N_("Which facts does it contradict? Their ids, like F7."),
    "figure": N_("Which figure? For example: at least 2,100 children."),
    "independent": N_("Is this voice independent of the others: yes or no?"),
    "kind": N_("Of what kind is it?"),
    "language": N_("In which language is it? One of en, uk, ru, be, pl, de, fr, es."),
    "merge": N_("Into which name is it merged?"),
    "name": N_("What is its name?"), "note": N_("What is to be noted?"),
    "occasion": N_("On what occasion?"), "part": N_("Which part of the other statement does it concern?"),
    "published": N_("When was it published?"),
    "publisher": N_("Who published it?"), "question": N_("Which question do the facts answer?"),
    "quote": N_("What are the exact words?"), "role": N_("What is their role?"),
    "remove": N_("Which name is to be removed?"),
    "said": N_("When was it said?"), "short": N_("What is its short name?"),
    "source": N_("Which source on record has it? Its id, like S1."),
    "stance": N_("How does the speaker stand to the statement?"),
    "supersedes": N_("Which fact's place does it take? Its id, like F7."),
    "supports": N_("Which facts does it support? Their ids, like F7."),
    "tells": N_("Which statements tell the story? Their ids in order, like F1 F5; “none” takes them away."),
    "title": N_("What is the document called?"), "url": N_("What is its address?"),
    "urgent": N_("Is it urgent: yes or no?"),
    "via": N_("Which source on record passed it on? Its id, like S1."),
    "voice": N_("Which attribution? Its number."),
}  # fmt: skip


def question_for(name: str, asks: str | None) -> str:
    """Return the question that asks for a field: its own, if it has one."""
    asks = asks or ASKED.get(name)
    return _(asks) if asks else _("Send “{name}” again.", name=name)
