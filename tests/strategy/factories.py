"""The strategy's rows, valid by default."""

from datetime import UTC, date, datetime, time

import factory
from factory.django import DjangoModelFactory

from strategy.models.plan import (
    Aim,
    Evaluation,
    Evidence,
    Measure,
    Milestone,
    MilestoneUpdate,
    Priority,
    Programme,
    Project,
    SuccessFactor,
    Theme,
)
from strategy.models.projects import Dependency, ProjectReport, Rebaselining
from strategy.models.risks import Risk, RiskAssessment
from strategy.models.savings import Saving, SavingUpdate
from strategy.rules.plan import Judgement, MeasureKind
from strategy.rules.projects import Confidence
from tests.factories import IndicatorFactory, UnitFactory, UserFactory


class AimFactory(DjangoModelFactory):
    class Meta:
        model = Aim

    slug = factory.Sequence(lambda n: f"aim-{n}")
    position = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"Aim {n}")


class ThemeFactory(DjangoModelFactory):
    """A theme that serves no aim yet."""

    class Meta:
        model = Theme

    slug = factory.Sequence(lambda n: f"theme-{n}")
    position = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"Theme {n}")


class PriorityFactory(DjangoModelFactory):
    """A priority that belongs to no theme, with nothing to judge it by."""

    class Meta:
        model = Priority

    slug = factory.Sequence(lambda n: f"priority-{n}")
    number = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"Priority {n}")


class SuccessFactorFactory(DjangoModelFactory):
    class Meta:
        model = SuccessFactor

    priority = factory.SubFactory(PriorityFactory)
    position = factory.Sequence(lambda n: n + 1)
    by_year = 2014
    wording = "a school place for every child"


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme

    slug = factory.Sequence(lambda n: f"programme-{n}")
    name = factory.Sequence(lambda n: f"Programme {n}")


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = Project

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"project-{n}")
    name = factory.Sequence(lambda n: f"Project {n}")


class MilestoneFactory(DjangoModelFactory):
    """A priority's milestone, due on 30 September 2011, neither forecast nor done."""

    class Meta:
        model = Milestone
        skip_postgeneration_save = True

    priority = factory.SubFactory(PriorityFactory)
    title = factory.Sequence(lambda n: f"Milestone {n}")
    due_on = date(2011, 9, 30)
    accountable_manager = factory.SubFactory(UserFactory)

    @factory.post_generation
    def said_on(milestone, create, day, **kwargs):  # noqa: N805 factory_boy's own form
        """What is given of it was said on 1 April 2011, or on the day that is given."""
        given = {name: getattr(milestone, name) for name in ("forecast_on", "done_on", "progress")}
        if create and any(given.values()):
            said = datetime.combine(day or date(2011, 4, 1), time(9), UTC)
            MilestoneUpdate.objects.create(milestone=milestone, number=1, said_at=said, **given)


class MeasureFactory(DjangoModelFactory):
    """A priority measured by an indicator."""

    class Meta:
        model = Measure

    priority = factory.SubFactory(PriorityFactory)
    position = factory.Sequence(lambda n: n + 1)
    kind = MeasureKind.INDICATOR
    indicator = factory.SubFactory(IndicatorFactory)


class EvidenceFactory(DjangoModelFactory):
    class Meta:
        model = Evidence

    priority = factory.SubFactory(PriorityFactory)
    gathered_on = date(2011, 6, 30)
    title = "Survey of tenants"
    finding = "Seven in ten were satisfied"


class EvaluationFactory(DjangoModelFactory):
    class Meta:
        model = Evaluation

    priority = factory.SubFactory(PriorityFactory)
    judged_on = date(2011, 6, 30)
    judgement = Judgement.EFFECTIVE
    finding = "It delivered what was promised"
    judged_by = "Internal audit"


class SavingFactory(DjangoModelFactory):
    """A saving of £100,000 of which nothing was reported yet."""

    class Meta:
        model = Saving

    reference = factory.Sequence(lambda n: f"MTFP-{n}")
    title = factory.Sequence(lambda n: f"Saving {n}")
    amount = 100_000
    unit = factory.SubFactory(UnitFactory)
    owner = factory.SubFactory(UserFactory)


class SavingUpdateFactory(DjangoModelFactory):
    """A report on a saving: on course."""

    class Meta:
        model = SavingUpdate

    saving = factory.SubFactory(SavingFactory)
    number = factory.Sequence(lambda n: n + 1)
    as_at = date(2011, 6, 30)
    delivered = 25_000
    forecast = 100_000
    at_risk = 0
    said_at = datetime(2011, 7, 1, 9, tzinfo=UTC)


class RiskFactory(DjangoModelFactory):
    """A risk of the corporate register that nobody has assessed yet."""

    class Meta:
        model = Risk

    reference = factory.Sequence(lambda n: f"CRR-{n}")
    title = factory.Sequence(lambda n: f"Risk {n}")
    owner = factory.SubFactory(UserFactory)


class RiskAssessmentFactory(DjangoModelFactory):
    """An assessment: 16 of 25."""

    class Meta:
        model = RiskAssessment

    risk = factory.SubFactory(RiskFactory)
    number = factory.Sequence(lambda n: n + 1)
    assessed_on = date(2011, 6, 30)
    likelihood = 4
    impact = 4
    said_at = datetime(2011, 7, 1, 9, tzinfo=UTC)


class ProjectReportFactory(DjangoModelFactory):
    """A report of a lead who is confident."""

    class Meta:
        model = ProjectReport

    project = factory.SubFactory(ProjectFactory)
    number = factory.Sequence(lambda n: n + 1)
    as_at = date(2011, 6, 30)
    confidence = Confidence.HIGH
    said_at = datetime(2011, 7, 1, 9, tzinfo=UTC)


class RebaseliningFactory(DjangoModelFactory):
    """A milestone's day that moved by half a year."""

    class Meta:
        model = Rebaselining

    milestone = factory.SubFactory(MilestoneFactory)
    number = factory.Sequence(lambda n: n + 1)
    was = date(2011, 9, 30)
    becomes = date(2012, 3, 31)
    reason = "The site was flooded"
    approved_by = "Delivery board, minute 12"
    approved_on = date(2011, 7, 1)
    said_at = datetime(2011, 7, 1, 9, tzinfo=UTC)


class DependencyFactory(DjangoModelFactory):
    class Meta:
        model = Dependency

    project = factory.SubFactory(ProjectFactory)
    what = factory.Sequence(lambda n: f"Thing {n}")
