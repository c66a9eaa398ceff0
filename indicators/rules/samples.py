"""Drawing an auditor's sample, so that anybody can draw it again; what an audit's findings come to. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from core.quarters import Quarter
from core.words import Word
from indicators.rules.data_quality import Risk

MOST_DRAWN = 200


class Method(Word):
    """How a sample is drawn."""

    SIMPLE = "simple", "Every result with the same chance"
    BY_RAG = "by_rag", "From each RAG status, in proportion"
    BY_TIER = "by_tier", "From each level of indicator, in proportion"
    BY_DIRECTORATE = "by_directorate", "From each directorate, in proportion"


class Found(Word):
    """What an auditor says of one result."""

    AGREED = "agreed", "Agreed"
    NOT_AGREED = "not_agreed", "Not agreed"
    NOT_EVIDENCED = "not_evidenced", "Not evidenced"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One result that may be drawn."""

    revision: int
    reference: str
    quarter: Quarter
    rag: str  # Green, Amber, Red or Not rated
    tier: str
    directorate: str

    @property
    def name(self) -> str:
        """By which it is drawn and counted: `PI-001 2011-Q1 revision 42`."""
        return f"{self.reference} {self.quarter.key} revision {self.revision}"


STRATA: Mapping[Method, Callable[[Candidate], str]] = {
    Method.SIMPLE: lambda each: "All results",
    Method.BY_RAG: lambda each: each.rag,
    Method.BY_TIER: lambda each: each.tier,
    Method.BY_DIRECTORATE: lambda each: each.directorate,
}


@dataclass(frozen=True, slots=True)
class Stratum:
    """One part of the population, how many results it has, and which were drawn, in their order."""

    name: str
    population: int
    drawn: tuple[Candidate, ...]


def draw(
    population: Iterable[Candidate], *, size: int, method: Method, seed: str
) -> tuple[Stratum, ...]:
    """So many results, the same ones for the same seed and population, whoever draws and on whatever machine.

    Each result has a lot: the SHA-256 of the seed and its name. The lowest lots of each stratum are
    drawn. Raises ValueError for a size that is none, or is more than there is.
    """
    strata: dict[str, list[Candidate]] = defaultdict(list)
    for each in population:
        strata[STRATA[method](each)].append(each)
    total = sum(map(len, strata.values()))
    if not 1 <= size <= min(total, MOST_DRAWN):
        most = min(total, MOST_DRAWN)
        raise ValueError(
            f"There are {total} such results: draw between 1 and {most}"
            if most
            else "There is no such result: ask for other quarters, units or statuses"
        )
    shares = in_proportion({name: len(each) for name, each in strata.items()}, size)
    return tuple(
        Stratum(
            name,
            len(strata[name]),
            tuple(sorted(strata[name], key=lambda each: lot(seed, each))[: shares[name]]),
        )
        for name in sorted(strata)
    )


def lot(seed: str, candidate: Candidate) -> str:
    """What decides whether a result is drawn: anybody can work it out."""
    return sha256(f"{seed}:{candidate.reference}:{candidate.quarter.key}".encode()).hexdigest()


def in_proportion(counts: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each, in proportion to how many there are; what is left goes to the largest remainders.

    `in_proportion({"Green": 6, "Red": 3}, 4)` is `{"Green": 3, "Red": 1}`.
    """
    total = sum(counts.values())
    shares = {name: size * count // total for name, count in counts.items()}
    left = size - sum(shares.values())
    by_remainder = sorted(counts, key=lambda name: (-(size * counts[name] % total), name))
    for name in by_remainder[:left]:
        shares[name] += 1
    return shares


def fingerprint(population: Iterable[Candidate]) -> str:
    """A digest that two populations share only if they are of the same results, said the same."""
    return sha256("\n".join(sorted(each.name for each in population)).encode()).hexdigest()


# What the register of data quality is told -----------------------------------------------------------


RISK_FOUND = {
    Found.AGREED: Risk.LOW,
    Found.NOT_EVIDENCED: Risk.MEDIUM,
    Found.NOT_AGREED: Risk.HIGH,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one result of an indicator."""

    quarter: Quarter
    found: Found
    note: str

    def __str__(self) -> str:
        said = f"{self.quarter}: {self.found.label.lower()}"
        return f"{said}. {self.note}" if self.note else f"{said}."


def risk_found(findings: Sequence[Finding]) -> Risk:
    """The risk that the worst finding speaks of."""
    return min((RISK_FOUND[each.found] for each in findings), key=lambda each: each.rank)


def told(findings: Sequence[Finding]) -> str:
    """All that was found of an indicator, in order of quarters."""
    return " ".join(str(each) for each in sorted(findings, key=lambda each: each.quarter))
