"""Words that report speech or writing, and what may follow each. Pure; English.

Only what somebody has said or written is looked for: not what people think, want or do. A verb is listed with
the kinds of content that it takes: `c` a clause ("said that"), `q` a quotation, `i` an infinitive
("promised to"), `o` an object ("denied the report"), and prepositions before content ("called for").
"""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """A reporting verb: its base form, and what it takes."""

    base: str
    takes: str
    prepositions: frozenset[str] = frozenset()


_VERBS = """
say cq|tell cqi|add cq|write cq|ask cqi|note cqo|report cq|announce cqo|argue cq|claim cqio|state cq
explain cq|tweet cq|insist cq on|warn cqi of against about|suggest cq|reply cq|respond cq
acknowledge cqo|deny cqo|declare cqo|confirm cqo|admit cqo to|allege cqo|remind cqi|recall cq|stress cqo
emphasize cqo|emphasise cqo|assert cqo|contend cq|maintain cq|concede cqo|testify cq to|recount cq
mention cqo|observe cq|remark cq|comment q|complain cq of about|boast cq of about|joke cq|quip cq
shout cq|yell cq|exclaim cq|whisper cq|mutter cq|continue q|conclude cq|predict cqo|promise cqio
pledge cqio|vow cqio|propose cqo|recommend cqo|urge cqio|demand cqio|accuse . of|reveal cqo|disclose cqo
caution cqi against|reiterate cqo|repeat cqo|post cq|charge cq|counter cq|retort q|agree cq|inform cq of
assure cq of|advise cqi against|estimate cq|describe . as|denounce qo|condemn qo|dispute cqo|reject o
refute o|dismiss o|threaten cqi|lament cqo|hint cq at|imply cq|indicate cq|swear cqi|plead cqi for with
object cq to|protest cqo|rebut o|quote cq|certify cq|call . for on upon|appeal qi for to|apologize q for
apologise q for|confess cqi to|criticize qo for|criticise qo for|praise o for|blame o for on
attribute . to|cite o|publish o|reassure cq|specify cq|clarify cq|elaborate q on|chant q|tout o|relate c
speculate cq|summarize cq|proclaim cqo|profess c|brief cq on|chide q for|scoff q at|vouch . for|order io
support o|endorse o|read q|begin q|go q|chime q|interject q|muse cq|opine cq
"""
_IRREGULAR = {
    "say": "says said saying",
    "tell": "tells told telling",
    "write": "writes wrote written writing",
    "swear": "swears swore sworn swearing",
    "read": "reads read reading",
    "begin": "begins began begun beginning",
    "go": "goes went going",
}
_DOUBLED = frozenset("admit refer rebut quip chat regret".split())
# "The mayor's claim that": nouns that report.
SPEECH_NOUNS = frozenset(
    "claim claims statement statements report reports allegation allegations accusation accusations"
    " assertion announcement warning warnings admission denial suggestion argument complaint promise"
    " pledge remark comment".split()
)
# After these a clause may follow without "that".
SAYING = frozenset("say state note insist argue claim".split())
# Beside a quotation these are cues; with a clause they tell of much else.
ONLY_BESIDE_QUOTATIONS = frozenset("continue read begin go comment elaborate chant post".split())


def _forms(base: str) -> list[str]:
    if base in _IRREGULAR:
        return [base, *_IRREGULAR[base].split()]
    if base.endswith("y") and base[-2] not in "aeiou":
        return [base, f"{base[:-1]}ies", f"{base[:-1]}ied", f"{base}ing"]
    if base.endswith("e"):
        return [base, f"{base}s", f"{base}d", f"{base[:-1]}ing"]
    stem = base + base[-1] if base in _DOUBLED else base
    return [
        base,
        f"{base}{'es' if base.endswith(('s', 'sh', 'ch', 'x')) else 's'}",
        f"{stem}ed",
        f"{stem}ing",
    ]


def _read(spec: str) -> Verb:
    base, takes, *prepositions = spec.split()
    return Verb(base, takes.strip("."), frozenset(prepositions))


VERBS = {verb.base: verb for verb in map(_read, _VERBS.replace("\n", "|").strip("|").split("|"))}
# Every form of every verb, and the verb.
FORMS = {form: verb for verb in VERBS.values() for form in _forms(verb.base)}
# Verbs that do little but report: their subject is whoever stands beside them.
PLAIN = frozenset(
    "say tell add write note reply respond explain tweet argue insist warn state announce claim acknowledge"
    " declare recall remark quip joke testify allege contend assert maintain observe recount".split()
)
