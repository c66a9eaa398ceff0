"""What a team receives besides its agenda: customers and staff, risks; projects, savings and demand on support.

PAT receives complaints and customer engagement, staff information and the red risks of corporate and
directorate registers; DAT the delivery of projects, the savings of the Medium Term Financial Plan, the
demand on support services, and the same risks (Cabinet paper of 20 June 2011, section 3c). A council's
one team receives all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assurance.models.meetings import Meeting
from assurance.queries.seats import looks_at_delivery
from assurance.rules import TeamCode
from core.dates import as_date
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.queries.parts import breakdown_histories
from indicators.rules.parts import BreakdownHistory
from sorp.lexicon import Topic
from strategy.models.risks import Risk
from strategy.models.savings import Saving
from strategy.queries.projects import ProjectPage, project_pages
from strategy.rules.projects import Confidence
from strategy.rules.risks import Score
from strategy.rules.savings import SavingPosition, pounds, saving_words, total_of


@dataclass(frozen=True, slots=True)
class TopicLine:
    """An indicator that tells of customers, staff or support, in the meeting's quarter, and its parts then."""

    indicator: Indicator
    rating: Rating | None
    before: Rating | None
    breakdowns: tuple[BreakdownHistory, ...]


@dataclass(frozen=True, slots=True)
class RiskSaid:
    """A risk as it had been assessed by a day."""

    risk: Risk
    score: Score

    @property
    def is_over_appetite(self) -> bool:
        return self.risk.appetite is not None and self.score.value > self.risk.appetite


@dataclass(frozen=True, slots=True)
class SavingSaid:
    """A saving as it had been reported by a day."""

    saving: Saving
    position: SavingPosition | None

    @property
    def stands(self) -> str:
        return saving_words(self.saving.amount, self.position)


@dataclass(frozen=True, slots=True)
class Received:
    """What a team receives besides its agenda, as on a day."""

    topics: tuple[tuple[Topic, tuple[TopicLine, ...]], ...]
    risks: tuple[RiskSaid, ...]  # red or over appetite, the highest first
    projects: tuple[ProjectPage, ...]
    savings: tuple[SavingSaid, ...]

    @property
    def savings_in_words(self) -> str:
        """What the savings come to; empty where there is none."""
        if not self.savings:
            return ""
        total = total_of((each.saving.amount, each.position) for each in self.savings)
        if total.not_reported == total.savings:
            return f"Nothing is reported yet of {pounds(total.amount)}."
        return (
            f"{pounds(total.delivered)} delivered and {pounds(total.forecast)} forecast, of "
            f"{pounds(total.amount - total.amount_not_reported)} that is reported on"
            + (f"; {pounds(total.at_risk)} of the forecast is at risk." if total.at_risk else ".")
        )


def received_by(meeting: Meeting, *, day: date) -> Received:
    """The same few queries for any number of things. Whatever there is none of is empty."""
    for_performance = meeting.team.code == TeamCode.PAT
    for_delivery = looks_at_delivery(meeting.team)
    wanted = [
        *((Topic.CUSTOMERS, Topic.STAFF) if for_performance else ()),
        *((Topic.SUPPORT,) if for_delivery else ()),
    ]
    return Received(
        topics=_topics(meeting, wanted),
        risks=_risks(day),
        projects=project_pages(day=day) if for_delivery else (),
        savings=_savings(day) if for_delivery else (),
    )


def _topics(
    meeting: Meeting, wanted: list[Topic]
) -> tuple[tuple[Topic, tuple[TopicLine, ...]], ...]:
    quarter = meeting.quarter
    rows = list(
        Indicator.objects.in_use(quarter)
        .filter(topic__in=wanted)
        .select_related("unit", "accountable_manager")
        .order_by("reference")
    )
    keys = [each.pk for each in rows]
    ratings = {
        (each.indicator_id, each.quarter): each
        for each in Rating.objects.latest_ones().filter(
            indicator__in=keys, quarter__in=(quarter, quarter.previous())
        )
    }
    parts = breakdown_histories(keys, until=quarter) if keys else {}
    found = []
    for topic in wanted:
        lines = tuple(
            TopicLine(
                each,
                ratings.get((each.pk, quarter)),
                ratings.get((each.pk, quarter.previous())),
                tuple(parts.get(each.pk, ())),
            )
            for each in rows
            if each.topic == topic
        )
        if lines:
            found.append((topic, lines))
    return tuple(found)


def _risks(day: date) -> tuple[RiskSaid, ...]:
    rows = Risk.objects.standing_on(day).select_related("owner", "unit")
    said = (
        (each, each.known_on(day))
        for each in rows.prefetch_related("assessments").order_by("reference")
    )
    told = [RiskSaid(risk, assessed.score) for risk, assessed in said if assessed]
    high = [each for each in told if each.is_over_appetite or each.score.level.colour == "red"]
    return tuple(sorted(high, key=lambda each: -each.score.value))


def _savings(day: date) -> tuple[SavingSaid, ...]:
    rows = Saving.objects.standing_on(day).select_related("owner", "unit")
    found = []
    for row in rows.prefetch_related("updates"):
        said = row.known_on(day)
        found.append(SavingSaid(row, said.position if said else None))
    return tuple(found)


def project_in_words(page: ProjectPage) -> str:
    """How a project stands by its lead and by the rule, side by side."""
    if page.report and page.report.finished_on:
        return f"Finished on {as_date(page.report.finished_on)}"
    lead = Confidence(page.said).label.lower() if page.said else "nothing"
    return f"Its lead says {lead}, the rule {page.rule.words.lower()}"
