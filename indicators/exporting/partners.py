"""partners.csv: every partner, what it may give until when, and how much of it was taken."""

from __future__ import annotations

from collections import Counter

from core.tables.writing import written
from indicators.models.partners import GivenFigure, Partner
from indicators.rules.partners import GivenState

COLUMNS = (
    *("name", "contact", "email", "indicators", "quarter", "from", "to"),
    *("withdrawn_on", "withdrawn_because", "given", "accepted", "not_accepted"),
)


def partners_csv() -> str:
    """Every partner, by name. No link is in it: none is kept."""
    given = Counter(GivenFigure.objects.order_by().values_list("partner", "state"))
    return written(
        COLUMNS,
        (
            (
                each.name,
                each.contact,
                each.email,
                " ".join(sorted(one.address for one in each.indicators.all())),
                each.quarter,
                each.starts_on,
                each.ends_on,
                each.withdrawn_at.date() if each.withdrawn_at else None,
                each.withdrawn_because,
                sum(number for (partner, _), number in given.items() if partner == each.pk),
                given[each.pk, GivenState.ACCEPTED],
                given[each.pk, GivenState.REFUSED],
            )
            for each in Partner.objects.prefetch_related("indicators")
        ),
    )
