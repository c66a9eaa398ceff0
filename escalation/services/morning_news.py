"""The morning's news of an open quarter: who is told what stands otherwise than it did yesterday."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse

from core import audit
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import waiting_for_undo
from core.services.notices import owe_notice
from escalation.models.close_previews import ClosePreview, UnitClosePreview
from escalation.queries.close_previews import quarter_previewed
from indicators.queries.outstanding import post_holders_on
from indicators.rules.sign_off import COUNCILS_OWN, DIRECTORS
from organisation.models.people import User
from sorp.lexicon import NotRated, Rag

MOST_TOLD = 20  # in one notice; the page has all of them
NOT_GIVEN: Mapping[str, Any] = {"status": "not given", "follows": []}


@transaction.atomic
def owe_morning_news(*, today: date) -> int:
    """Each manager and director is owed one notice of what stands otherwise than it did the last morning.

    Nobody is told where nothing changed, nor twice on one day: what comes later in a day is the next
    morning's news. What was not given, and still is not, is no news. While the last close can still be
    taken back nobody is told what rests on it: the next look, an hour later, makes up for it. Returns
    how many are owed one.
    """
    quarter = quarter_previewed()
    if quarter is None or waiting_for_undo():
        return 0
    rows = list(
        ClosePreview.objects.select_for_update(of=("self",))
        .filter(quarter=quarter)
        .select_related("indicator__unit", "indicator__accountable_manager")
    )
    if any(each.told_on == today for each in rows):
        return 0
    units = list(
        UnitClosePreview.objects.select_for_update(of=("self",))
        .filter(quarter=quarter)
        .select_related("unit")
    )
    news = _news_by_person(rows, units, today)
    for person, sentences in sorted(news.items(), key=lambda each: each[0].pk):
        _owe(person, sentences, quarter, today)
    for row in rows:
        row.told, row.told_on = row.gist, today
    for unit in units:
        unit.told = unit.gist
    ClosePreview.objects.bulk_update(rows, ["told", "told_on"], batch_size=500)
    UnitClosePreview.objects.bulk_update(units, ["told"], batch_size=500)
    if news:
        opened = ReportingQuarter.objects.get(quarter=quarter)
        audit.record("owed the morning’s news", opened, by=None, people=len(news))
    return len(news)


def _news_by_person(
    rows: Iterable[ClosePreview], units: Iterable[UnitClosePreview], today: date
) -> Mapping[User, list[str]]:
    """What is news, by whom it concerns: who answers for it, and who directs the units it stands in."""
    offices = post_holders_on(today)
    found: dict[User, list[str]] = defaultdict(list)

    def directors_over(unit: int) -> Iterator[User]:
        for above in offices.tree.above(unit):
            for kind in (*DIRECTORS, *COUNCILS_OWN):
                yield from offices.holders.get((kind, above), ())

    for each in units:
        if each.follows and (each.told or {}).get("follows") != each.gist["follows"]:
            told = ". ".join(each.gist["follows"])
            for person in {*directors_over(each.unit_id)}:
                found[person].append(f"{each.unit.name}: {told}.")
    for row in rows:
        if (sentence := _change(row)) is not None:
            concerned = {row.indicator.accountable_manager, *directors_over(row.indicator.unit_id)}
            for person in concerned:
                found[person].append(sentence)
    return found


def _change(row: ClosePreview) -> str | None:
    """What of one indicator is otherwise than it was told of last; None where nothing is."""
    now, before = row.gist, row.told
    if now == before or (before is None and row.is_silent):
        return None
    was = before or NOT_GIVEN
    indicator = row.indicator
    status = (
        f"{_in_words(now['status'])}"
        if was["status"] == now["status"]
        else f"{_in_words(now['status'])}, was {_in_words(was['status'])}"
    )
    follows = ". ".join(now["follows"])
    if not follows:
        follows = "Nothing is referred up" + (" any more" if was["follows"] else "")
    return f"{indicator.title} ({indicator.reference}): {status}. {follows}."


def _in_words(status: str) -> str:
    if status in list(Rag):
        return Rag(status).label.lower()
    if status in list(NotRated):
        return NotRated(status).label.lower()
    return status or "no longer measured"


def _owe(person: User, sentences: list[str], quarter: Quarter, today: date) -> None:
    many = len(sentences)
    shown = sentences[:MOST_TOLD]
    if many > MOST_TOLD:
        shown.append(f"And {many - MOST_TOLD} more.")
    owe_notice(
        key=f"as-it-stands-{today:%Y-%m-%d}-{person.pk}",
        recipient=person,
        subject=f"{quarter} as it stands: {many} change{'' if many == 1 else 's'} since your "
        f"last notice",
        body="\n\n".join((f"{quarter} is not closed. If it closed now:", *shown)),
        address=reverse("as_it_stands"),
    )
