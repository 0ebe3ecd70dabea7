"""Claims of the first story with one thing altered: none of them is told to be on record."""

from __future__ import annotations

from tests.bot.desk import EVE, said

# Each claim that a fact says, and the same with one word, number, negation, name or tense altered.
ALTERED = {
    "Lukashenko was the organiser of a children's New Year's Eve party": (
        "Putin was the organiser of a children's New Year's Eve party",
        "Lukashenko was not the organiser of a children's New Year's Eve party",
        "Lukashenko will be the organiser of a children's New Year's Eve party",
        "Lukashenko was the organiser of a children's Christmas party",
        "Lukashenko was the organiser of two children's New Year's Eve parties",
        "Lukashenko was the opponent of a children's New Year's Eve party",
        "Lubinets was the organiser of a children's New Year's Eve party",
    ),
    "NAM submitted evidence to the ICC": (
        "NAM never submitted evidence to the ICC",
        "NAM will submit evidence to the ICC",
        "NAM withheld evidence from the ICC",
        "PACE submitted evidence to the ICC",
        "NAM submitted evidence to PACE",
        "NAM submitted evidence to the ICC three times",
        "NAM submitted no evidence to the ICC",
        "The ICC submitted evidence to NAM",
        "NAM submits evidence to the ICC",
        "Only NAM submitted evidence to the ICC",
        "NAM submitted evidence to the ICC again",
        "NAM almost submitted evidence to the ICC",
        "It is false that NAM submitted evidence to the ICC",
        "NAM submitted evidence against the ICC",
        "NAM submitted evidence to the ICC before Putin",
        "Nobody but NAM submitted evidence to the ICC",
        "NAM is said to have submitted evidence to the ICC",
        "NAM submitted all evidence to the ICC",
    ),
    "The ICC issued a warrant for Putin in March 2023": (
        "The ICC issued a warrant for Lukashenko in March 2023",
        "The ICC issued a warrant for Putin in March 2022",
        "The ICC issued a warrant for Putin in May 2023",
        "The ICC issued no warrant for Putin in March 2023",
        "The ICC withdrew a warrant for Putin in March 2023",
        "The ICC will issue a warrant for Putin in March 2023",
        "PACE issued a warrant for Putin in March 2023",
        "The ICC issued two warrants for Putin in March 2023",
        "The ICC may have issued a warrant for Putin in March 2023",
        "The ICC issued a warrant for Putin on 17 March 2023",
        "The ICC refused to issue a warrant for Putin in March 2023",
        "The ICC did not issue a warrant for Putin in March 2023",
    ),
    "Putin is charged with kidnapping children from Ukraine": (
        "Putin was charged with kidnapping children from Ukraine",
        "Putin is not charged with kidnapping children from Ukraine",
        "Putin is charged with killing children from Ukraine",
        "Putin is charged with kidnapping children from Belarus",
        "Putin is charged with kidnapping soldiers from Ukraine",
        "Lukashenko is charged with kidnapping children from Ukraine",
        "Putin is acquitted of kidnapping children from Ukraine",
        "Putin is charged with kidnapping 2,100 children from Ukraine",
        "Putin is no longer charged with kidnapping children from Ukraine",
        "Putin is charged with kidnapping all children from Ukraine",
        "Putin is wrongly charged with kidnapping children from Ukraine",
        "Few believe that Putin is charged with kidnapping children from Ukraine",
        "Putin is charged with kidnapping children to Ukraine",
        "Putin's wife is charged with kidnapping children from Ukraine",
        "The ICC has charged Putin with kidnapping children from Ukraine",
    ),
    "Lukashenko has denied that any children have come to Belarus": (
        "Lukashenko has admitted that any children have come to Belarus",
        "Lukashenko has not denied that any children have come to Belarus",
        "Children have come to Belarus, says Lukashenko",
        "Putin has denied that any children have come to Belarus",
        "Lukashenko has denied that any children have come to Russia",
        "Lukashenko has denied that any soldiers have come to Belarus",
    ),
    "Russia deports Ukrainian children": (
        "Russia does not deport Ukrainian children",
        "Russia deported Ukrainian children",
        "Belarus deports Ukrainian children",
        "Russia deports Belarusian children",
        "Russia deports Ukrainian soldiers",
        "Russia may deport Ukrainian children",
        "Russia deports 500 Ukrainian children",
    ),
    "Over 2,400 Ukrainian children have been brought from occupied regions of Ukraine to Belarus": (
        "2,400 Ukrainian children have been brought from occupied regions of Ukraine to Belarus",
        "Over 2,500 Ukrainian children have been brought from occupied regions of Ukraine to Belarus",
        "At least 2,400 Ukrainian children have been brought from occupied regions of Ukraine to Belarus",
        "Over 2,400 Ukrainian children have been brought from Belarus to occupied regions of Ukraine",
        "Over 2,400 Ukrainian children have not been brought from occupied regions of Ukraine to Belarus",
        "Over 2,400 Ukrainian children will be brought from occupied regions of Ukraine to Belarus",
        "Over 2,400 Russian children have been brought from occupied regions of Ukraine to Belarus",
        "Over 2,400 Ukrainian soldiers have been brought from occupied regions of Ukraine to Belarus",
        "Over 2,400 Ukrainian children have been brought from occupied regions of Ukraine to Russia",
        "Under 2,400 Ukrainian children have been brought from occupied regions of Ukraine to Belarus",
    ),
    "PACE has called for an ICC warrant for the arrest of Lukashenko": (
        "PACE has called for an ICC warrant for the arrest of Putin",
        "PACE has not called for an ICC warrant for the arrest of Lukashenko",
        "NAM has called for an ICC warrant for the arrest of Lukashenko",
        "PACE will call for an ICC warrant for the arrest of Lukashenko",
        "PACE has issued an ICC warrant for the arrest of Lukashenko",
        "The ICC has called for a warrant for the arrest of Lukashenko",
        "PACE has called for an ICC warrant for the release of Lukashenko",
        "PACE has voted against an ICC warrant for the arrest of Lukashenko",
    ),
    "Belarus might serve as a staging point for the Ukrainian children": (
        "Belarus serves as a staging point for the Ukrainian children",
        "Belarus served as a staging point for the Ukrainian children",
        "Belarus might not serve as a staging point for the Ukrainian children",
        "Russia might serve as a staging point for the Ukrainian children",
        "Belarus might serve as a refuge for the Ukrainian children",
        "Belarus might serve as a staging point for the Russian soldiers",
    ),
    # Told as it happened, but nowhere on record.
    "Putin has an arrest warrant": (
        "Putin has been arrested",
        "Putin was arrested in March 2023",
        "The ICC arrested Putin",
        "Putin has been kidnapped",
        "Путин арестован",
        "Путін не заарештований",
        "Putin wurde verhaftet",
        "Poutine a été arrêté",
    ),
}


async def test_no_altered_claim_is_told_to_be_on_record(desk, subtests):
    altered = [each for claims in ALTERED.values() for each in claims]
    assert len(altered) >= 60
    eve = desk.person(EVE)
    for claim in altered:
        with subtests.test(claim=claim):
            reply = await eve.says(claim, forwarded=True)
            assert reply.verdict in ("close", "not on record"), said(reply)
    # Nor among others.
    for first, second in zip(altered[::2], altered[1::2], strict=False):
        with subtests.test(claim=f"{first}. {second}."):
            reply = await eve.says(f"/check {first}. {second}.")
            assert "On record\n" not in said(reply), said(reply)


async def test_what_they_were_altered_from_is_on_record(desk):
    eve = desk.person(EVE)
    found = [(await eve.says(claim, forwarded=True)).verdict == "on record" for claim in list(ALTERED)[:9]]
    assert sum(found) >= 8, list(zip(ALTERED, found, strict=False))
