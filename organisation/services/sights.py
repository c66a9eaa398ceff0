"""What the Members of each office see besides what is published."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from core import audit
from core.refusals import Refused
from organisation.models.people import User
from organisation.models.sights import OfficeSight
from organisation.rules import ELECTED, PostKind, Sight


@transaction.atomic
def set_sights(*, sights: Mapping[PostKind, Sight], by: User) -> list[OfficeSight]:
    """Members of these offices see results from these stages on, at their next click.

    Returns what is said otherwise than before. Raises Refused for an office that is not elected: what an
    officer sees hangs on their post alone.
    """
    held = {each.office: each for each in OfficeSight.objects.select_for_update()}
    changed = []
    for office, sight in sights.items():
        if office not in ELECTED:
            raise Refused(f"{office.label} is not an office of Members", field=office.value)
        row = held.get(office) or OfficeSight(office=office, sight=Sight.NOTHING)
        was = Sight(row.sight)
        if was is sight:
            continue
        row.sight = sight
        row.save()
        audit.record("set what Members see", row, by=by, was=was.label, becomes=sight.label)
        changed.append(row)
    return changed
