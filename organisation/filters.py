"""Lists of who we are, narrowed by what is in their address."""

from __future__ import annotations

import django_filters as filters

from core.filters import SearchFilter
from organisation.models.units import Unit
from organisation.rules import UnitTier


class UnitFilter(SearchFilter):
    """Units by words of their name or code, and by tier."""

    searched = ("name", "code", "parent__name")

    tier = filters.ChoiceFilter(label="Tier", choices=UnitTier.choices, empty_label="Every tier")

    class Meta:
        model = Unit
        fields = ["text", "tier"]
