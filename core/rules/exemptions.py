"""Why something is kept from some of its readers: grounds in law, and how a withheld thing reads. Pure."""

from __future__ import annotations

from datetime import date

from core.dates import as_date
from core.words import Word


class Ground(Word):
    """A ground on which a council keeps something back.

    Paragraphs 1 to 7 are those of Part 1 of Schedule 12A to the Local Government Act 1972, as it
    stands for principal councils in England.
    """

    PERSON = "paragraph_1", "Schedule 12A, paragraph 1: about an individual"
    IDENTITY = "paragraph_2", "Schedule 12A, paragraph 2: likely to reveal who somebody is"
    BUSINESS = (
        "paragraph_3",
        "Schedule 12A, paragraph 3: somebody’s financial or business affairs",
    )
    LABOUR = "paragraph_4", "Schedule 12A, paragraph 4: consultations on labour relations"
    PRIVILEGE = "paragraph_5", "Schedule 12A, paragraph 5: legal professional privilege"
    ORDERS = "paragraph_6", "Schedule 12A, paragraph 6: a notice or order that is proposed"
    CRIME = "paragraph_7", "Schedule 12A, paragraph 7: preventing or prosecuting crime"
    FOI = "foi", "Freedom of Information Act 2000"
    DATA_PROTECTION = "data_protection", "Data protection"
    CONTRACT = "contract", "Confidential under a contract"


# The exemptions of Part II of the Act. Section 25 is about certificates, and exempts nothing.
FOI_SECTIONS = ("21", "22", "22A", "23", "24", *(str(each) for each in range(26, 45)))


def refused_section(ground: Ground, section: str) -> str:
    """What is wrong with the section given beside a ground; empty where nothing is."""
    if ground is Ground.FOI and section not in FOI_SECTIONS:
        return (
            "Enter a section of the Freedom of Information Act that exempts: 21 to 24 or 26 to 44"
        )
    if ground is not Ground.FOI and section:
        return "A section goes with the Freedom of Information Act alone: leave it empty"
    return ""


def in_words(ground: Ground, section: str = "") -> str:
    """Schedule 12A, paragraph 3: …; Freedom of Information Act 2000, section 43."""
    return f"{ground.label}, section {section}" if section else ground.label


def withheld_line(ground: Ground, section: str, review_on: date) -> str:
    """What stands in place of what is withheld."""
    return f"Exempt: {in_words(ground, section)}. To be reviewed on {as_date(review_on)}."
