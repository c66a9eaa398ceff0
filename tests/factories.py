"""Rows that are valid by default. The docstrings say what a test may lean on."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from core.quarters import Quarter
from escalation.models.escalations import Explanation
from escalation.rules.explanations import ExplanationSubject, Inputs, explain
from escalation.rules.triggers import Rules
from indicators.models.definitions import Indicator, Target
from indicators.models.ratings import Rating
from indicators.models.results import Result, Revision
from indicators.models.variations import Variation
from organisation.models.people import Appointment, Post, User
from organisation.models.sights import OfficeSight
from organisation.models.units import Placement, Unit
from organisation.rules import PostKind, Sight, UnitTier
from sorp.lexicon import (
    Basis,
    Confidence,
    Frequency,
    Kind,
    Level,
    NotRated,
    Polarity,
    Rag,
    RatingMethod,
    Tier,
    Travel,
    TravelMethod,
)
from sorp.models.statement import Version
from sorp.rules.figures import Figure
from tests.escalation.conditions import trigger_of

Q1 = Quarter(2011, 1)
LONG_AGO = date(2009, 4, 1)
VALUES = {Rag.GREEN: Decimal(95), Rag.AMBER: Decimal(85), Rag.RED: Decimal(70)}


class UserFactory(DjangoModelFactory):
    """A person who can sign in with the password "correct horse battery", and holds no post."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"officer.{n}@council.example")
    name = factory.Sequence(lambda n: f"Officer {n}")
    password = factory.django.Password("correct horse battery")


class CouncilFactory(DjangoModelFactory):
    """The council, which all units are part of: one, however often it is asked for."""

    class Meta:
        model = Unit
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = "KCC"
    name = "The council"
    tier = UnitTier.COUNCIL
    parent = None

    @factory.post_generation
    def placement(unit, create, extracted, **kwargs):  # noqa: N805 factory_boy's own form
        if create and not unit.placements.exists():
            Placement.objects.create(
                unit=unit, name=unit.name, parent=unit.parent, starts_on=LONG_AGO
            )


class UnitFactory(CouncilFactory):
    """A directorate of the council, where it has stood since 2009."""

    class Meta:
        model = Unit
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"unit-{n}")
    name = factory.LazyAttribute(lambda unit: f"Unit {unit.code}")
    tier = UnitTier.DIRECTORATE
    parent = factory.SubFactory(CouncilFactory)


class PostFactory(DjangoModelFactory):
    """The post of accountable manager in a directorate."""

    class Meta:
        model = Post
        django_get_or_create = ("kind", "unit", "title")

    kind = PostKind.ACCOUNTABLE_MANAGER
    unit = factory.SubFactory(UnitFactory)
    title = factory.LazyAttribute(lambda post: f"{PostKind(post.kind).label}, {post.unit.name}")


class AppointmentFactory(DjangoModelFactory):
    """A person in a post since 2009, with no last day."""

    class Meta:
        model = Appointment

    post = factory.SubFactory(PostFactory)
    user = factory.SubFactory(UserFactory)
    starts_on = LONG_AGO


class OfficeSightFactory(DjangoModelFactory):
    """The Members of one office see results once their quarter is closed."""

    class Meta:
        model = OfficeSight
        django_get_or_create = ("office",)

    office = PostKind.MEMBER
    sight = Sight.CLOSED


def holder(kind, *, unit=None, **person):
    """A person who holds a post of this kind, in this unit or in a directorate of their own."""
    user = UserFactory(**person)
    AppointmentFactory(user=user, post=PostFactory(kind=kind, **({"unit": unit} if unit else {})))
    return user


class IndicatorFactory(DjangoModelFactory):
    """A corporate KPI in per cent, rated by target and floor standard; higher is better.

    It has no target row: `TargetFactory(indicator=...)` gives it 90, with 80 as the floor.
    """

    class Meta:
        model = Indicator

    reference = factory.Sequence(lambda n: f"PI-{n:03}")
    title = factory.LazyAttribute(lambda indicator: f"Indicator {indicator.reference}")
    unit = factory.SubFactory(UnitFactory)
    accountable_manager = factory.LazyAttribute(
        lambda indicator: holder(PostKind.ACCOUNTABLE_MANAGER, unit=indicator.unit)
    )
    tier = Tier.CORPORATE
    kind = Kind.KPI
    measure_unit = "%"
    decimals = 1
    polarity = Polarity.HIGHER
    method = RatingMethod.FLOOR
    frequency = Frequency.QUARTERLY
    basis = Basis.QUARTER
    first_quarter = Quarter(1974, 1)


class TargetFactory(DjangoModelFactory):
    """A target of 90 with a floor standard of 80, in force from Q1 2010/11."""

    class Meta:
        model = Target

    indicator = factory.SubFactory(IndicatorFactory)
    from_quarter = Quarter(2010, 1)
    target = Decimal(90)
    floor = Decimal(80)
    reason = "Set in the business plan"
    approved_by = "Cabinet"


class ResultFactory(DjangoModelFactory):
    """The place of a result in Q1 2011/12; what was said of it is in its revisions."""

    class Meta:
        model = Result

    indicator = factory.SubFactory(IndicatorFactory)
    quarter = Q1


class RevisionFactory(DjangoModelFactory):
    """The first and latest saying of a result: 95, final, by its accountable manager."""

    class Meta:
        model = Revision

    result = factory.SubFactory(ResultFactory)
    number = 1
    value = VALUES[Rag.GREEN]
    confidence = Confidence.FINAL
    submitted_by = factory.SelfAttribute("result.indicator.accountable_manager")
    submitted_at = datetime(2011, 7, 15, 9, tzinfo=UTC)


class RatingFactory(DjangoModelFactory):
    """The latest rating in Q1 2011/12: a colour, and a value and limits that agree with it.

    Needs a SORP version (the fixture `sorp_in_force`). Give `rag=""` and `not_rated=...` for a
    quarter that is not rated; it then has no value.
    """

    class Meta:
        model = Rating

    indicator = factory.SubFactory(IndicatorFactory)
    quarter = Q1
    rag = Rag.GREEN
    value = factory.LazyAttribute(lambda rating: VALUES.get(rating.rag))
    target = Decimal(90)
    floor = Decimal(80)
    method = RatingMethod.FLOOR
    polarity = Polarity.HIGHER
    travel = Travel.NOT_ENOUGH_DATA
    travel_method = TravelMethod.REGRESSION
    confidence = factory.LazyAttribute(lambda rating: Confidence.FINAL if rating.rag else "")
    sorp_version = factory.LazyFunction(lambda: Version.objects.latest("from_quarter"))
    rated_at = datetime(2011, 7, 15, 9, tzinfo=UTC)


class VariationFactory(DjangoModelFactory):
    """A floor standard of 75, proposed for Q1 to Q4 2023/24 and not decided on."""

    class Meta:
        model = Variation

    indicator = factory.SubFactory(IndicatorFactory)
    what = "Judged by an easier floor standard while the depot moves"
    reason = "Rounds start late until it has moved"
    from_quarter = Quarter(2023, 1)
    until_quarter = Quarter(2023, 4)
    proposed_by = factory.SelfAttribute("indicator.accountable_manager")
    floor = Decimal(75)


class ExplanationFactory(DjangoModelFactory):
    """Why a corporate indicator that was red in Q1 2011/12, for the first time, was not referred up.

    It bears being worked out again: by one trigger, red for two quarters, to PAT.
    """

    class Meta:
        model = Explanation

    class Params:
        told = factory.LazyAttribute(
            lambda row: explain(
                Inputs(
                    history=(Figure(row.quarter, Rag.RED),),
                    rules=Rules((trigger_of("Red for two quarters", Rag.RED, 2, 2, Level.PAT),)),
                    tier=Tier.CORPORATE,
                ),
                ExplanationSubject(row.indicator.reference, row.indicator.title, "1"),
            )
        )

    indicator = factory.SubFactory(IndicatorFactory)
    quarter = Q1
    outcome = factory.LazyAttribute(lambda row: row.told.outcome)
    sentence = factory.LazyAttribute(lambda row: row.told.sentence)
    document = factory.LazyAttribute(lambda row: row.told.document)


def rated(indicator, picture, *, since=Q1):
    """Give an indicator a rating a quarter: `rated(indicator, "RAG-")`; "-" is no result.

    Returns the last quarter of the picture.
    """
    colours = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}
    quarter = since
    for letter in picture:
        verdict = (
            {"rag": "", "not_rated": NotRated.NO_RESULT}
            if letter == "-"
            else {"rag": colours[letter]}
        )
        RatingFactory(indicator=indicator, quarter=quarter, **verdict)
        quarter = quarter.next()
    return quarter.previous()
