"""How a saving stands, by what was last reported of it; and money, as people write it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core.figures import as_number
from core.quarters import Quarter
from core.words import Word
from strategy.rules.plan import financial_year, read_financial_year


class SavingStatus(Word):
    """How a saving stands. It is words about money, no RAG status."""

    DELIVERED = "delivered", "Delivered"
    ON_COURSE = "on_course", "On course"
    AT_RISK = "at_risk", "At risk"
    SHORT = "short", "Forecast to fall short"
    NOT_REPORTED = "not_reported", "Nothing reported yet"

    @property
    def wants_attention(self) -> bool:
        """Whether somebody should ask about it."""
        return self in {SavingStatus.AT_RISK, SavingStatus.SHORT}


@dataclass(frozen=True, slots=True)
class SavingPosition:
    """What is reported of a saving on a day: pounds delivered so far, expected in all, and of that at risk."""

    as_at: date
    delivered: int
    forecast: int
    at_risk: int

    @property
    def fault(self) -> tuple[str, str] | None:
        """Why these sums cannot all be so, with the one to change first; None where they can."""
        if self.delivered > self.forecast:
            said = f"The forecast is for the whole saving: it is at least the {pounds(self.delivered)} delivered"
            return "forecast", said
        left = self.forecast - self.delivered
        if self.at_risk > left:
            said = f"Only {pounds(left)} of the forecast is still to be delivered: no more can be at risk"
            return "at_risk", said
        return None


def saving_status(amount: int, position: SavingPosition | None) -> SavingStatus:
    """The worst that is so of a saving: it falls short, or is at risk, or is on course, or delivered."""
    if position is None:
        return SavingStatus.NOT_REPORTED
    if position.forecast < amount:
        return SavingStatus.SHORT
    if position.delivered >= amount:
        return SavingStatus.DELIVERED
    if position.at_risk > 0:
        return SavingStatus.AT_RISK
    return SavingStatus.ON_COURSE


def saving_words(amount: int, position: SavingPosition | None) -> str:
    """How a saving stands, with the sums that bear it out."""
    status = saving_status(amount, position)
    if position is None:
        return status.label
    risky = f"{pounds(position.at_risk)} of the forecast is at risk"
    if status is SavingStatus.SHORT:
        short = f"Forecast to fall short by {pounds(amount - position.forecast)}"
        return f"{short}; {risky}" if position.at_risk else short
    if status is SavingStatus.AT_RISK:
        return f"At risk: {risky}"
    return status.label


@dataclass(frozen=True, slots=True)
class SavingsTotal:
    """Savings added up. What nothing is reported of is counted apart, and in no forecast."""

    savings: int
    amount: int
    delivered: int
    forecast: int
    at_risk: int
    short: int  # of those forecast to fall short; one that brings more makes up for no other
    not_reported: int
    amount_not_reported: int


def total_of(savings: Iterable[tuple[int, SavingPosition | None]]) -> SavingsTotal:
    """The sums over savings, each with its amount and what was last reported of it."""
    given = list(savings)
    reported = [(amount, said) for amount, said in given if said is not None]
    return SavingsTotal(
        savings=len(given),
        amount=sum(amount for amount, _ in given),
        delivered=sum(said.delivered for _, said in reported),
        forecast=sum(said.forecast for _, said in reported),
        at_risk=sum(said.at_risk for _, said in reported),
        short=sum(max(amount - said.forecast, 0) for amount, said in reported),
        not_reported=len(given) - len(reported),
        amount_not_reported=sum(amount for amount, said in given if said is None),
    )


def pounds(amount: int) -> str:
    """£250,000"""
    return as_number(str(amount), unit="£")


POUNDS = re.compile(r"£?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.0{1,2})?")
LARGEST = 10**12


def read_pounds(text: str) -> int:
    """Whole pounds: 250000, 250,000 or £250,000. Raises ValueError, saying what to write."""
    found = POUNDS.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"write whole pounds, such as 250000, not “{text[:40]}”")
    amount = int(found[1].replace(",", ""))
    if amount >= LARGEST:
        raise ValueError("write an amount below a million million pounds")
    return amount


# The profile --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Instalment:
    """How much of a saving falls into a financial year, or into one of its quarters (1 to 4; 0: the year)."""

    year: int
    quarter: int
    amount: int

    @property
    def when(self) -> str:
        return str(Quarter(self.year, self.quarter)) if self.quarter else financial_year(self.year)


PART = re.compile(r"(?:Q([1-4])\s+)?(\d{4}\s*[/–-]\s*\d{2,4})\s*[:=]?\s*£?\s*([\d,]+)(?:\.0{1,2})?")


def read_profile(text: str) -> tuple[Instalment, ...]:
    """`2011/12 250000` or `Q1 2011/12: £60,000`, one on each line or with semicolons between.

    Raises ValueError, saying what to write, for anything else, and for a time given twice.
    """
    found: dict[tuple[int, int], Instalment] = {}
    for part in (each.strip() for each in re.split(r"[;\n]", text)):
        if not part:
            continue
        read = PART.fullmatch(part)
        amount = int(read[3].replace(",", "")) if read else 0
        if read is None or not 0 < amount < LARGEST:
            raise ValueError(
                f"write each part like 2011/12 250000 or Q1 2011/12 60000, not “{part[:40]}”"
            )
        year, quarter = read_financial_year(read[2]), int(read[1] or 0)
        instalment = Instalment(year, quarter, amount)
        if (year, quarter) in found:
            raise ValueError(f"{instalment.when} stands there twice: give it one amount")
        if any(
            each.year == year and bool(each.quarter) != bool(quarter) for each in found.values()
        ):
            raise ValueError(
                f"{financial_year(year)} is given both whole and by quarter: give it in one way"
            )
        found[year, quarter] = instalment
    return tuple(sorted(found.values()))


def written_profile(profile: Sequence[Instalment]) -> str:
    """A profile as `read_profile` takes it back."""
    return "; ".join(f"{each.when} {each.amount}" for each in profile)


def profile_fault(amount: int, profile: Sequence[Instalment]) -> str:
    """Why a profile is not one of this amount, in words; empty where it is, or where there is none."""
    whole = sum(each.amount for each in profile)
    if not profile or whole == amount:
        return ""
    return f"The profile comes to {pounds(whole)}, and the saving is {pounds(amount)}: make them the same"
