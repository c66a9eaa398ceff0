"""Parts of figures: saying which there are, giving them, and what is kept of it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.quarters import NotOpen
from indicators.models.parts import Breakdown, Dimension, Part, PartResult, PartsRevision
from indicators.models.ratings import Rating
from indicators.models.results import Result
from indicators.queries.parts import breakdown_histories, breakdowns_of, parts_sheet, whole_of
from indicators.rules.parts import PartFigure, Withheld
from indicators.rules.returns import ResultState
from indicators.services.parts import (
    CannotGiveParts,
    ChangedMeanwhile,
    PartNamed,
    break_down,
    give_parts,
    save_dimension,
    set_part_target,
)
from indicators.services.results import Locked
from sorp.lexicon import Basis, NotRated, Polarity, Rag
from tests.factories import (
    Q1,
    IndicatorFactory,
    RatingFactory,
    ResultFactory,
    RevisionFactory,
    UserFactory,
)
from tests.indicators.factories import (
    BreakdownFactory,
    DimensionFactory,
    PartTargetFactory,
    districts,
)

TODAY = date(2011, 7, 20)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]


def share(numerator, denominator):
    return PartFigure.of(
        None, Decimal(numerator), Decimal(denominator), measure_unit="%", decimals=1
    )


def close(quarter=Q1):
    ReportingQuarter.objects.update_or_create(
        quarter=quarter,
        defaults={"state": "closed", "closed_at": datetime(2011, 8, 1, tzinfo=UTC)},
    )


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def breakdown():
    districts("Ashford", "Dover", "Swale")
    return BreakdownFactory(indicator__reference="PI-1")


def give(breakdown, by, *figures, **more):
    parts = list(breakdown.dimension.parts.all())
    figures = {part: each for part, each in zip(parts, figures, strict=False) if each is not None}
    return give_parts(
        **{"breakdown": breakdown, "quarter": Q1, "figures": figures, "today": TODAY, "by": by}
        | more
    )


def history_of(breakdown):
    return breakdown_histories([breakdown.indicator_id])[breakdown.indicator_id][0]


# Dimensions


def test_a_dimension_is_added_and_changed_and_its_parts_are_kept(by):
    names = [PartNamed("ashford", "Ashford"), PartNamed("dover", "Dover")]
    said = {"key": "district", "name": "District", "each_case_once": True, "withheld_below": 5}

    dimension, is_new = save_dimension(**said, parts=names, by=by)
    again = save_dimension(**said, parts=names, by=by)
    swapped = [PartNamed("dover", "Ashford"), PartNamed("ashford", "Dover")]
    changed = save_dimension(**said, parts=swapped, by=by)
    save_dimension(**said, parts=swapped[:1], by=by)

    assert (is_new, again, changed) == (True, (dimension, False), (dimension, True))
    assert list(dimension.parts.values_list("key", "name", "is_used")) == [
        ("dover", "Ashford", True),
        ("ashford", "Dover", False),
    ]
    assert [
        each.act for each in AuditEvent.objects.filter(subject_kind="indicators.Dimension")
    ] == [
        "changed dimension",
        "changed dimension",
        "added dimension",
    ]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([("a", "A"), ("a", "B")], "a is there twice"),
        ([("a", "A"), ("b", "A")], "A is there twice"),
        ([], "from 1 to 60 parts"),
        ([("A b", "A")], "small letters"),
        ([("a", "")], "cannot be blank"),
    ],
)
def test_a_dimension_that_cannot_be_is_told(by, parts, told):
    with pytest.raises(ValueError, match=told):
        save_dimension(
            key="district",
            name="District",
            each_case_once=True,
            withheld_below=5,
            parts=[PartNamed(*each) for each in parts],
            by=by,
        )

    assert not Dimension.objects.exists()


def test_an_indicator_is_broken_down_by_what_is_said_and_nothing_else(by):
    indicator, district = IndicatorFactory(), DimensionFactory()
    age = DimensionFactory(key="age", name="Age", position=2)

    assert break_down(indicator=indicator, dimensions={district: False, age: False}, by=by)
    assert not break_down(indicator=indicator, dimensions={district: False, age: False}, by=by)
    assert break_down(indicator=indicator, dimensions={district: True}, by=by)

    assert [each.dimension for each in breakdowns_of(indicator)] == [district]
    assert Breakdown.objects.get(dimension=district).values_add_up
    assert AuditEvent.objects.filter(act="broke down indicator").count() == 2


# Giving parts


def test_parts_are_given_once_and_then_left_as_they_are(breakdown, by):
    revision, is_new = give(breakdown, by, share(8, 10), share(9, 12))

    assert is_new
    assert list(revision.results.values_list("part__key", "value", "denominator")) == [
        ("ashford", 80, 10),
        ("dover", 75, 12),
    ]
    assert give(breakdown, by, share(8, 10), share(9, 12)) == (revision, False)
    assert PartsRevision.objects.count() == 1
    event = AuditEvent.objects.get(act="gave parts")
    assert event.detail["changed"] == ["ashford", "dover"]


def test_parts_given_again_supersede_those_that_stood_and_keep_them(breakdown, by):
    give(breakdown, by, share(8, 10), share(9, 12))

    revision, _ = give(breakdown, by, share(8, 10), None, share(3, 4))

    assert (revision.number, revision.reason) == (2, "Given: Swale; Taken away: Dover")
    assert PartResult.objects.filter(revision__number=1).count() == 2
    assert AuditEvent.objects.get(act="revised parts").detail["changed"] == ["dover", "swale"]


def test_in_a_closed_quarter_parts_are_revised_with_the_reason(breakdown, by):
    give(breakdown, by, share(8, 10))
    close()

    with pytest.raises(CannotGiveParts, match="Say why the parts are revised"):
        give(breakdown, by, share(9, 10))
    revision, _ = give(breakdown, by, share(9, 10), reason="One was counted late")

    assert (revision.after_close, revision.reason) == (True, "One was counted late")
    assert history_of(breakdown).parts[0].points[0].figure.revised


def test_parts_leave_the_result_its_rating_and_its_sign_off_as_they_are(breakdown, by):
    result = ResultFactory(indicator=breakdown.indicator, state=ResultState.SUBMITTED)
    revision = RevisionFactory(result=result)
    RatingFactory(indicator=breakdown.indicator, revision=revision)
    before = list(Rating.objects.values()), list(Result.objects.values())

    give(breakdown, by, share(1, 100))

    assert (list(Rating.objects.values()), list(Result.objects.values())) == before


def test_nobody_changes_the_parts_of_an_approved_result_without_an_unlock(breakdown, by):
    RevisionFactory(result__indicator=breakdown.indicator, result__state=ResultState.APPROVED)

    with pytest.raises(Locked):
        give(breakdown, by, share(8, 10))

    assert not PartsRevision.objects.exists()


def test_what_was_typed_over_an_older_version_is_not_kept(breakdown, by):
    give(breakdown, by, share(8, 10), seen=0)

    with pytest.raises(ChangedMeanwhile):
        give(breakdown, by, share(9, 10), seen=0)


@pytest.mark.parametrize(
    ("changes", "refusal", "told"),
    [
        ({"today": date(2011, 6, 30)}, NotOpen, "has not ended"),
        ({"quarter": Quarter(2010, 4)}, NotOpen, "is not measured in"),
        ({"quarter": Quarter(2012, 2), "today": date(2013, 1, 1)}, NotOpen, "is not measured in"),
    ],
)
def test_parts_of_a_quarter_that_takes_none_are_refused(breakdown, by, changes, refusal, told):
    indicator = breakdown.indicator
    indicator.first_quarter, indicator.last_quarter = Quarter(2011, 1), Quarter(2012, 1)

    with pytest.raises(refusal, match=told):
        give(breakdown, by, share(8, 10), **changes)


def test_parts_of_another_dimension_or_one_no_longer_used_are_refused(breakdown, by):
    other = Part.objects.create(
        dimension=DimensionFactory(key="age", name="Age"), key="old", name="Old"
    )
    with pytest.raises(CannotGiveParts, match="Old is not a part of district"):
        give(breakdown, by, figures={other: share(1, 2)})

    breakdown.is_used = False
    with pytest.raises(CannotGiveParts, match="not broken down by district any longer"):
        give(breakdown, by, share(8, 10))


def test_the_grid_asks_about_parts_that_are_more_than_the_whole(breakdown, by):
    give(breakdown, by, share(80, 100), share(90, 100), share(50, 60))
    RevisionFactory(
        result__indicator=breakdown.indicator,
        value=Decimal(85),
        numerator=Decimal(170),
        denominator=Decimal(200),
    )

    sheet = parts_sheet(breakdown=breakdown, quarter=Q1, whole=whole_of(breakdown.indicator, Q1))

    assert len(sheet.questions) == 2
    assert "add up to 220, and the whole’s is 170" in sheet.questions[0]


# Rating and showing


def verdicts(breakdown, quarter=Q1):
    return {part.key: part.in_quarter(quarter).figure.rag for part in history_of(breakdown).parts}


def test_only_a_part_with_a_target_of_its_own_is_rated(breakdown, by):
    ashford, *_ = breakdown.dimension.parts.all()
    set_part_target(
        indicator=breakdown.indicator,
        part=ashford,
        from_quarter=Q1,
        target=Decimal(70),
        floor=Decimal(60),
        reason="Fewest are served there",
        approved_by="Cabinet",
        by=by,
    )
    give(breakdown, by, share(65, 100), share(10, 100))

    assert verdicts(breakdown) == {"ashford": Rag.AMBER, "dover": None}


def test_history_keeps_its_colour_when_the_indicator_is_defined_otherwise(breakdown, by):
    indicator = breakdown.indicator
    PartTargetFactory(indicator=indicator, part=breakdown.dimension.parts.first())
    RatingFactory(indicator=indicator)
    give(breakdown, by, share(65, 100))

    indicator.polarity = Polarity.LOWER
    indicator.save()

    assert verdicts(breakdown)["ashford"] == Rag.AMBER


def test_a_total_since_april_has_a_target_for_each_quarter_or_none(breakdown, by):
    breakdown.indicator.basis = Basis.YEAR_TO_DATE
    breakdown.indicator.save()
    PartTargetFactory(indicator=breakdown.indicator, part=breakdown.dimension.parts.first())
    give(breakdown, by, share(65, 100))
    give(breakdown, by, share(65, 100), quarter=Q1.next(), today=date(2011, 11, 1))

    assert verdicts(breakdown)["ashford"] == Rag.AMBER
    assert verdicts(breakdown, Q1.next())["ashford"] is None


def test_what_is_withheld_has_no_figure_and_no_colour_wherever_it_is_shown(breakdown, by):
    PartTargetFactory(indicator=breakdown.indicator, part=breakdown.dimension.parts.first())
    give(breakdown, by, share(3, 50), share(60, 90), share(45, 60))

    points = [part.points[0] for part in history_of(breakdown).parts]

    assert [each.withheld for each in points] == [Withheld.TOO_FEW, None, Withheld.PROTECTING]
    assert points[0].figure.value is points[0].numerator is points[0].denominator is None
    assert (points[0].figure.rag, points[0].figure.not_rated) == (None, NotRated.WITHHELD)
    assert points[1].figure.value is not None


@pytest.mark.parametrize("how_many", [1, 5])
def test_parts_of_many_indicators_take_as_many_queries_as_of_one(
    how_many, by, django_assert_max_num_queries
):
    districts("Ashford", "Dover")
    breakdowns = [BreakdownFactory() for _ in range(how_many)]
    for each in breakdowns:
        give(each, by, share(80, 100), share(60, 100))
        PartTargetFactory(indicator=each.indicator, part=each.dimension.parts.first())

    with django_assert_max_num_queries(6):
        found = breakdown_histories([each.indicator_id for each in breakdowns])

    assert len(found) == how_many


# Targets of parts


def test_a_target_of_a_part_is_set_once_and_not_in_a_closed_quarter(breakdown, by):
    part = breakdown.dimension.parts.first()
    said = {
        "indicator": breakdown.indicator,
        "part": part,
        "from_quarter": Q1,
        "target": Decimal(70),
        "floor": Decimal(60),
        "reason": "Fewest are served there",
        "approved_by": "Cabinet",
        "by": by,
    }
    target, is_new = set_part_target(**said)

    assert is_new
    assert set_part_target(**said) == (target, False)
    assert set_part_target(**said | {"target": Decimal(75)}) == (target, True)
    close()
    assert set_part_target(**said | {"target": Decimal(75)}) == (target, False)
    with pytest.raises(ValueError, match="is closed"):
        set_part_target(**said | {"target": Decimal(80)})
    with pytest.raises(ValueError, match="no better than the target"):
        set_part_target(**said | {"from_quarter": Q1.next(), "floor": Decimal(90)})
    with pytest.raises(ValueError, match="not broken down by"):
        set_part_target(**said | {"indicator": IndicatorFactory(), "from_quarter": Q1.next()})
