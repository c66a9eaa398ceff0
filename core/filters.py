"""Lists narrowed by what is in their address, so that what is seen can be sent to somebody."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet


class SearchFilter(filters.FilterSet):
    """A list narrowed by words: each of them stands somewhere in the fields that are searched."""

    searched: ClassVar[tuple[str, ...]] = ()

    text = filters.CharFilter(label="Find", method="by_text")

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split():
            rows = rows.filter(
                reduce(or_, (Q(**{f"{field}__icontains": word}) for field in self.searched))
            )
        return rows

    @property
    def narrows(self) -> bool:
        """Whether the address asks for less than everything."""
        return self.form.is_valid() and any(self.form.cleaned_data.values())
