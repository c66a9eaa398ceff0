"""Where a person's own work is: the unit that lists begin with."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from indicators.models.definitions import Indicator
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import units_directed_by
from organisation.rules import UnitTier


def own_unit(reader: User, *, on: date) -> Unit | None:
    """The unit that a person directs; else the one that holds most of what they answer for.

    None for whoever directs the whole council, and for whoever answers for nothing: theirs is all of it.
    Of several units, the one that stands highest, then by name.
    """
    directed = list(Unit.objects.filter(pk__in=units_directed_by(reader, on=on)))
    if directed:
        highest = min(directed, key=lambda each: (UnitTier(each.tier).depth, each.name))
        return None if highest.tier == UnitTier.COUNCIL else highest
    own = Indicator.objects.own_of(reader).values_list("unit", flat=True)
    counted: dict[int, int] = {}
    for unit in own:
        counted[unit] = counted.get(unit, 0) + 1
    if not counted:
        return None
    found = Unit.objects.get(pk=min(counted, key=lambda each: (-counted[each], each)))
    return None if found.tier == UnitTier.COUNCIL else found


NO_FILTER = frozenset({"page", "print"})


def beginning_with_own(query: QueryDict, reader: User, *, on: date) -> QueryDict:
    """What an address asks for; where it narrows by nothing, by the unit of the reader: `?unit=HW`.

    `?unit=` asks for the whole council.
    """
    asked = query.copy()
    if "directorate" in query and "unit" not in query:  # as the address once had it
        asked["unit"] = str(query["directorate"])
    elif not query.keys() - NO_FILTER and (own := own_unit(reader, on=on)) is not None:
        asked["unit"] = own.code
    return asked
