"""Conditions of every kind, and histories for them to be held against."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from core.quarters import Quarter
from sorp.lexicon import (
    ComparedWith,
    ForecastBy,
    Level,
    Movement,
    NotRated,
    Polarity,
    Rag,
    Tier,
)
from sorp.rules.conditions.aggregate import UNIT_TIERS
from sorp.rules.conditions.base import EVERY_TIER
from sorp.rules.conditions.kinds import condition, every_kind
from sorp.rules.figures import Figure
from tests.escalation.pictures import FIRST, LETTERS


def trigger_of(
    name, status=None, at_least=1, within=1, level=Level.PAT, tiers=EVERY_TIER, kind="", **asked
):
    """A trigger of a kind; without one, it is what its status says."""
    return condition(
        kind or ("no_result" if status is NotRated.NO_RESULT else "status"),
        name=name,
        status=status,
        at_least=at_least,
        within=within,
        level=level,
        tiers=tiers,
        **asked,
    )


def trigger(name="Any", status=None, at_least=1, within=1, level=Level.PAT, **asked):
    """A trigger by its fields; a run of one, to PAT, unless said otherwise."""
    return trigger_of(name, status, at_least, within, level, **asked)


def worsening(at_least, within, compared_with=ComparedWith.PREVIOUS, **asked):
    return trigger(
        at_least=at_least,
        within=within,
        kind="worsening",
        movement=Movement.WORSE,
        compared_with=compared_with,
        **asked,
    )


def variance(percent, at_least=1, within=1, **asked):
    return trigger(
        at_least=at_least,
        within=within,
        kind="variance",
        percent=Decimal(percent),
        **asked,
    )


def positive(percent, at_least=1, within=1, **asked):
    return trigger(
        at_least=at_least,
        within=within,
        kind="positive",
        percent=Decimal(percent),
        **asked,
    )


def by_manager(status=Rag.RED, **asked):
    return trigger(status=status, kind="forecast", forecast_by=ForecastBy.MANAGER, **asked)


def by_system(percent, status=Rag.RED, **asked):
    return trigger(
        status=status,
        kind="forecast",
        forecast_by=ForecastBy.SYSTEM,
        percent=Decimal(percent),
        **asked,
    )


def silence(at_least=1, within=1, **asked):
    return trigger(
        status=NotRated.NO_RESULT,
        at_least=at_least,
        within=within,
        kind="no_result",
        **asked,
    )


def aggregate(count, unit_tier="division", status=Rag.RED, **asked):
    return trigger(status=status, kind="aggregate", count=count, unit_tier=unit_tier, **asked)


def measured(cells, *, polarity=Polarity.HIGHER, first=FIRST, **known):
    """A quarter for each cell: a letter of a picture, and a value where one follows it.

    "G95 R70 |R60 x" is green at 95, red at 70, then red at 60 after a break, then no result.
    """
    found = []
    for place, cell in enumerate(cells.split()):
        is_break = cell.startswith("|")
        letter, value = cell.removeprefix("|")[0], cell.removeprefix("|")[1:]
        quarter = Quarter.from_ordinal(first.ordinal + place)
        found.append(
            Figure(
                quarter,
                *LETTERS[letter],
                definition_break=is_break,
                value=Decimal(value) if value else None,
                polarity=polarity,
                **known,
            )
        )
    return found


PERCENTS = st.decimals(0, 100, places=2, allow_nan=False, allow_infinity=False)
TIERS = st.frozensets(st.sampled_from(Tier), min_size=1)
RAGS = st.sampled_from([Rag.RED, Rag.AMBER])


KINDS_THERE_ARE = tuple(each.kind for each in every_kind())


@st.composite
def triggers(draw, kinds=KINDS_THERE_ARE, within=16, tiers=TIERS, levels=tuple(Level)):
    """A trigger of any kind that is not nonsense."""
    kind = draw(st.sampled_from(kinds))
    asked = {
        "name": draw(st.sampled_from(["Red", "“Amber”", "Far from target", "Late"])),
        "status": None,
        "at_least": draw(st.integers(1, within)),
        "within": within,
        "level": draw(st.sampled_from(levels)),
        "tiers": draw(tiers),
        "kind": kind,
        "clause": draw(st.sampled_from(["", "4.1", "4.10"])),
    }
    asked["within"] = draw(st.integers(asked["at_least"], within))
    asked |= draw(KINDS[kind])
    return trigger_of(**asked)


def _status(movement):
    compared = (
        st.fixed_dictionaries(
            {
                "movement": st.sampled_from(Movement),
                "compared_with": st.sampled_from(ComparedWith),
            }
        )
        if movement
        else st.just({})
    )
    return st.tuples(RAGS, compared).map(lambda both: {"status": both[0], **both[1]})


KINDS = {
    "status": st.booleans().flatmap(_status),
    "worsening": st.fixed_dictionaries(
        {
            "status": st.one_of(st.none(), RAGS),
            "movement": st.just(Movement.WORSE),
            "compared_with": st.sampled_from([ComparedWith.PREVIOUS, ComparedWith.YEAR_BEFORE]),
        }
    ),
    "variance": st.fixed_dictionaries({"status": st.one_of(st.none(), RAGS), "percent": PERCENTS}),
    "forecast": st.one_of(
        st.fixed_dictionaries({"status": RAGS, "forecast_by": st.just(ForecastBy.MANAGER)}),
        st.fixed_dictionaries(
            {"status": RAGS, "forecast_by": st.just(ForecastBy.SYSTEM), "percent": PERCENTS}
        ),
    ),
    "no_result": st.fixed_dictionaries(
        {"status": st.just(NotRated.NO_RESULT), "or_late": st.booleans()}
    ),
    "positive": st.fixed_dictionaries(
        {"status": st.sampled_from([None, Rag.GREEN]), "percent": PERCENTS}
    ),
    "aggregate": st.fixed_dictionaries(
        {
            "status": st.sampled_from([Rag.RED, Rag.AMBER, NotRated.NO_RESULT]),
            "at_least": st.just(1),
            "count": st.integers(2, 40),
            "unit_tier": st.sampled_from(UNIT_TIERS),
        }
    ),
}
