"""An auditor's sample: drawn by lots, judged result by result, ended, and told to the register."""

from datetime import date
from hashlib import sha256

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from core.tables.spreadsheets import as_csv
from indicators.models.data_quality import DataQualityEntry
from indicators.models.results import Result, Revision
from indicators.models.samples import AuditSample, SampledResult
from indicators.queries.samples import Drawable, lines_of, population, would_be_drawn_again
from indicators.rules.data_quality import Risk
from indicators.rules.samples import (
    Candidate,
    Finding,
    Found,
    Method,
    draw,
    fingerprint,
    in_proportion,
    risk_found,
    told,
)
from indicators.services.data_quality import CannotWriteEntry, DataQualityGiven, bring_finding
from indicators.services.samples import draw_sample, end_sample, say_what_was_found
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Rag, Tier
from tests.factories import (
    IndicatorFactory,
    RatingFactory,
    RevisionFactory,
    UnitFactory,
    holder,
)
from tests.indicators.factories import DataQualityEntryFactory

Q1, Q2, Q3 = Quarter(2011, 1), Quarter(2011, 2), Quarter(2011, 3)
TODAY = date(2012, 3, 1)


# Drawing -----------------------------------------------------------------------------------------


def candidates(**by_rag):
    """`candidates(Green=6, Red=3)`: six green results and three red ones."""
    rags = [rag for rag, number in by_rag.items() for _ in range(number)]
    return [
        Candidate(place, f"PI-{place:03}", Q1, rag, "Corporate", "Highways")
        for place, rag in enumerate(rags)
    ]


def references(strata):
    return [each.reference for stratum in strata for each in stratum.drawn]


def test_the_same_seed_draws_the_same_in_whatever_order_results_come():
    found = candidates(Green=30)

    drawn = references(draw(found, size=5, method=Method.SIMPLE, seed="dice"))

    assert drawn == references(draw(reversed(found), size=5, method=Method.SIMPLE, seed="dice"))
    assert drawn != references(draw(found, size=5, method=Method.SIMPLE, seed="other dice"))
    by_hand = sorted(
        (each.reference for each in found),
        key=lambda each: sha256(f"dice:{each}:2011-Q1".encode()).hexdigest(),
    )
    assert drawn == by_hand[:5]


@pytest.mark.parametrize(
    ("counts", "size", "shares"),
    [
        ({"Green": 6, "Red": 3}, 3, {"Green": 2, "Red": 1}),
        ({"Green": 6, "Red": 3}, 4, {"Green": 3, "Red": 1}),
        ({"Green": 5, "Red": 5}, 3, {"Green": 2, "Red": 1}),
        ({"Green": 98, "Red": 1, "Amber": 1}, 10, {"Green": 10, "Red": 0, "Amber": 0}),
        ({"Green": 2, "Red": 1}, 3, {"Green": 2, "Red": 1}),
    ],
)
def test_each_part_has_its_share(counts, size, shares):
    assert in_proportion(counts, size) == shares


@given(st.dictionaries(st.text(min_size=1), st.integers(1, 300), min_size=1, max_size=8), st.data())
def test_shares_sum_to_the_size_and_none_is_more_than_there_is(counts, data):
    size = data.draw(st.integers(1, sum(counts.values())))

    shares = in_proportion(counts, size)

    assert sum(shares.values()) == size
    assert all(0 <= shares[name] <= counts[name] for name in counts)


def test_parts_are_drawn_from_each_status():
    drawn = draw(candidates(Green=8, Red=4), size=3, method=Method.BY_RAG, seed="s")

    assert [(each.name, each.population, len(each.drawn)) for each in drawn] == [
        ("Green", 8, 2),
        ("Red", 4, 1),
    ]


@pytest.mark.parametrize(
    ("number", "size", "says"),
    [
        (3, 4, "There are 3 such results: draw between 1 and 3"),
        (3, 0, "draw between 1 and 3"),
        (300, 201, "draw between 1 and 200"),
        (0, 1, "There is no such result"),
    ],
)
def test_no_more_is_drawn_than_there_is(number, size, says):
    with pytest.raises(ValueError, match=says):
        draw(candidates(Green=number), size=size, method=Method.SIMPLE, seed="s")


def test_a_population_is_told_apart_by_its_results_and_not_by_their_order():
    found = candidates(Green=3)

    assert fingerprint(found) == fingerprint(reversed(found))
    assert fingerprint(found) != fingerprint(found[1:])


def test_what_was_found_is_told_in_order_with_the_worst_risk():
    findings = [
        Finding(Q2, Found.NOT_EVIDENCED, "No count sheet."),
        Finding(Q1, Found.AGREED, ""),
    ]

    assert told(findings) == "Q1 2011/12: agreed. Q2 2011/12: not evidenced. No count sheet."
    assert risk_found(findings) is Risk.MEDIUM
    assert risk_found([*findings, Finding(Q3, Found.NOT_AGREED, "9, not 6")]) is Risk.HIGH


# The population ----------------------------------------------------------------------------------

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel("2012-03-01T10:00:00+00:00", tick=False):
        yield


@pytest.fixture
def auditor():
    return holder(PostKind.AUDITOR, name="Ada Auditor")


@pytest.fixture
def quarters(sorp_in_force):
    for quarter in (Q1, Q2):
        ReportingQuarter.objects.create(
            quarter=quarter, state="closed", closed_at="2012-01-01T09:00:00Z"
        )
    ReportingQuarter.objects.create(quarter=Q3, state="open")


def result(reference, quarter=Q1, rag=Rag.GREEN, **known):
    indicator = IndicatorFactory(reference=reference, **known)
    revision = RevisionFactory(result__indicator=indicator, result__quarter=quarter)
    if rag:
        RatingFactory(indicator=indicator, quarter=quarter, rag=rag, revision=revision)
    return revision


def drawn(auditor, size=2, **said):
    return draw_sample(
        **{
            "of": Drawable(Q1, Q2),
            "size": size,
            "method": Method.SIMPLE,
            "seed": "dice",
            "purpose": "First visit",
            "by": auditor,
        }
        | said
    )


@pytest.mark.usefixtures("quarters")
def test_results_of_closed_quarters_are_drawn_from_as_narrowed():
    directorate = UnitFactory(name="Highways")
    division = UnitFactory(parent=directorate, tier=UnitTier.DIVISION)
    result("A", unit=division, tier=Tier.TEAM)
    result("B", rag=Rag.RED)
    result("C", Q2, rag=None)
    result("D", Q3)

    def found(**narrowed):
        return [each.reference for each in population(Drawable(Q1, Q3, **narrowed))]

    assert found() == ["A", "B", "C"]
    assert found(unit=directorate) == ["A"]
    assert found(tier=Tier.TEAM) == ["A"]
    assert found(rag="Red") == ["B"]
    assert found(rag="Not rated") == ["C"]
    assert [each.reference for each in population(Drawable(Q2, Q2))] == ["C"]
    (first, *_) = population(Drawable(Q1, Q1))
    assert (first.directorate, first.tier, first.rag) == ("Highways", "Team", "Green")


@pytest.mark.usefixtures("quarters")
@pytest.mark.parametrize("how_many", [1, 20])
def test_a_sample_takes_as_many_queries_for_many_as_for_one(
    how_many, auditor, django_assert_max_num_queries
):
    for number in range(how_many):
        result(f"PI-{number}")
    sample = drawn(auditor, size=how_many)

    with django_assert_max_num_queries(4):
        population(Drawable(Q1, Q2))
    with django_assert_max_num_queries(4):
        assert len(lines_of(sample)) == how_many


# A sample and its end ----------------------------------------------------------------------------


@pytest.mark.usefixtures("quarters")
def test_a_sample_keeps_what_was_said_when_it_was_drawn(auditor):
    revision = result("A")
    result("B", rag=Rag.RED)
    sample = drawn(auditor, method=Method.BY_RAG)
    assert would_be_drawn_again(sample)
    assert sample.strata == [
        {"name": "Green", "population": 1, "drawn": 1},
        {"name": "Red", "population": 1, "drawn": 1},
    ]

    Revision.objects.filter(pk=revision.pk).update(is_latest=False)
    RevisionFactory(result=revision.result, number=2, value=50, reason="Counted twice")

    line = next(each for each in lines_of(sample) if each.item.revision_id == revision.pk)
    assert line.item.revision.value == 95
    assert line.was_revised_since
    assert not would_be_drawn_again(sample)
    assert drawn(auditor).number == sample.number + 1


@pytest.mark.usefixtures("quarters")
def test_what_was_found_is_said_anew_until_the_sample_ends(auditor):
    result("A")
    result("B")
    sample = drawn(auditor)
    one, two = sample.results.all()

    with pytest.raises(Refused, match="Say what is wrong"):
        say_what_was_found(item=one, found=Found.NOT_AGREED, note=" ", by=auditor)
    say_what_was_found(item=one, found=Found.AGREED, note="", by=auditor)
    say_what_was_found(item=one, found=Found.NOT_AGREED, note="It is 9, not 6", by=auditor)
    with pytest.raises(Refused, match="1 result is not judged yet"):
        end_sample(sample=sample, conclusion="Fair", today=TODAY, by=auditor)
    say_what_was_found(item=two, found=Found.AGREED, note="", by=auditor)
    ended = end_sample(sample=sample, conclusion="Fair", today=TODAY, by=auditor)

    assert ended.has_ended
    with pytest.raises(Refused, match="has ended"):
        say_what_was_found(item=two, found=Found.NOT_EVIDENCED, note="No file", by=auditor)
    with pytest.raises(Refused, match="has ended already"):
        end_sample(sample=sample, conclusion="Fair", today=TODAY, by=auditor)
    acts = AuditEvent.objects.filter(subject_kind=sample._meta.label).order_by("pk")
    assert [each.act for each in acts] == [
        "drew sample",
        *["said what was found of a result"] * 3,
        "ended sample",
    ]


@pytest.mark.usefixtures("quarters")
def test_the_database_refuses_to_change_how_a_sample_was_drawn_or_what_it_found(auditor):
    result("A")
    sample = drawn(auditor, size=1)
    item = sample.results.get()

    def refused(act):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()

    refused(lambda: AuditSample.objects.update(seed="a better one"))
    refused(lambda: SampledResult.objects.update(position=7))
    refused(lambda: SampledResult.objects.all()._raw_delete(connection.alias))
    say_what_was_found(item=item, found=Found.NOT_AGREED, note="It is 9", by=auditor)
    end_sample(sample=sample, conclusion="Poor", today=TODAY, by=auditor)
    refused(lambda: SampledResult.objects.update(note="It is 6"))
    refused(lambda: AuditSample.objects.update(conclusion="Good"))


@pytest.mark.usefixtures("quarters")
@pytest.mark.parametrize(
    ("before", "found", "risk"),
    [
        (None, Found.AGREED, Risk.LOW),
        (None, Found.NOT_AGREED, Risk.HIGH),
        (Risk.HIGH, Found.AGREED, Risk.HIGH),
        (Risk.LOW, Found.NOT_EVIDENCED, Risk.MEDIUM),
        (Risk.MEDIUM, Found.NOT_EVIDENCED, Risk.MEDIUM),
    ],
)
def test_the_register_is_told_and_a_risk_only_rises(auditor, before, found, risk):
    indicator = result("A").result.indicator
    if before:
        DataQualityEntryFactory(indicator=indicator, risk=before, source="The ledger")
    sample = drawn(auditor, size=1)
    say_what_was_found(item=sample.results.get(), found=found, note="Looked", by=auditor)

    end_sample(sample=sample, conclusion="Done", today=TODAY, by=auditor)

    entry = DataQualityEntry.objects.get(indicator=indicator, is_latest=True)
    assert entry.risk == risk
    assert entry.checked_on == TODAY
    assert entry.checked_by == "Ada Auditor, auditor"
    assert f"Sample {sample.number}. Q1 2011/12: {found.label.lower()}. Looked" in entry.finding
    assert entry.source == ("The ledger" if before else "Not said yet")


@pytest.mark.usefixtures("quarters")
def test_nobody_but_an_auditor_draws_judges_or_ends(auditor):
    indicator = result("A").result.indicator
    sample = drawn(auditor, size=1)
    item = sample.results.get()
    entry = DataQualityGiven(source="The ledger", risk=Risk.LOW, why="Counted")
    for kind in PostKind:
        if kind is PostKind.AUDITOR:
            continue
        person = holder(kind)
        with pytest.raises(PermissionDenied):
            drawn(person, size=1)
        with pytest.raises(PermissionDenied):
            say_what_was_found(item=item, found=Found.AGREED, note="", by=person)
        with pytest.raises(PermissionDenied):
            end_sample(sample=sample, conclusion="Done", today=TODAY, by=person)
        with pytest.raises(CannotWriteEntry, match="Only an auditor"):
            bring_finding(indicator=indicator, given=entry, today=TODAY, by=person)


@pytest.mark.usefixtures("quarters")
def test_an_auditor_whose_post_has_ended_judges_nothing_more(auditor):
    result("A")
    sample = drawn(auditor, size=1)
    auditor.appointments.update(ends_on=date(2012, 2, 29))
    later = type(auditor).objects.get(pk=auditor.pk)

    with pytest.raises(PermissionDenied):
        say_what_was_found(item=sample.results.get(), found=Found.AGREED, note="", by=later)


# Pages -------------------------------------------------------------------------------------------


def asked(**said):
    return {
        "purpose": "First visit",
        "from_quarter": "2011-Q1",
        "until_quarter": "2011-Q2",
        "unit": "",
        "tier": "",
        "rag": "",
        "method": "by_rag",
        "size": "2",
        "seed": "dice",
    } | said


@pytest.mark.usefixtures("quarters")
def test_an_auditor_draws_judges_and_ends_a_sample_on_pages(client, auditor):
    first = result("A", numerator_name="Repaired", denominator_name="Reported")
    Revision.objects.filter(pk=first.pk)
    result("B", rag=Rag.RED)
    client.force_login(auditor)
    assert reverse("samples") in client.get(reverse("home")).content.decode()

    shown = client.post(reverse("draw_sample"), asked())
    page = " ".join(shown.content.decode().split())
    assert "2 of 2 results are drawn by the seed “dice”" in page
    assert not AuditSample.objects.exists()
    digest = shown.context["preview"].digest
    there = client.post(reverse("draw_sample"), asked() | {"confirmed": digest})
    sample = AuditSample.objects.get()
    assert there.url == reverse("sample", args=[sample.number])

    one = client.get(reverse("sampled_result", args=[1, 1])).content.decode()
    assert "95.0%" in one
    assert "Signed off" in one
    refused = client.post(reverse("sampled_result", args=[1, 1]), {"found": "not_agreed"})
    assert "Say what is wrong" in refused.content.decode()
    said = {"found": "not_agreed", "note": "The sheet says 9"}
    assert client.post(reverse("sampled_result", args=[1, 1]), said).url.endswith("/2/")
    last = client.post(reverse("sampled_result", args=[1, 2]), {"found": "agreed", "note": ""})
    assert last.url == there.url

    end = client.post(reverse("end_sample", args=[1]), {"conclusion": "One in two is wrong"})
    confirmed = {"conclusion": "One in two is wrong", "confirmed": end.context["preview"].digest}
    client.post(reverse("end_sample", args=[1]), confirmed)
    told_page = client.get(there.url).content.decode()
    assert "One in two is wrong" in told_page
    assert "Say what you found" not in told_page
    assert "The sheet says 9" in client.get(reverse("sample_history", args=[1])).content.decode()
    assert "Printed on" in client.get(there.url + "?print").content.decode()


@pytest.mark.usefixtures("quarters")
def test_a_sample_is_taken_as_a_workbook_and_as_csv(client, auditor):
    result("A")
    drawn(auditor, size=1)
    client.force_login(auditor)

    as_text = client.get(reverse("sample_file", args=[1, "csv"])).content
    workbook = client.get(reverse("sample_file", args=[1, "xlsx"]))

    header, row = as_text.decode().splitlines()
    assert header.startswith("position,reference,title")
    assert row.startswith("1,A,Indicator A")
    assert workbook["Content-Disposition"] == 'attachment; filename="sample-1.xlsx"'
    assert as_csv(workbook.content, file="sample-1.xlsx").decode().splitlines()[0] == header


@pytest.mark.usefixtures("quarters")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"size": "3"}, "There are 2 such results: draw between 1 and 2"),
        ({"size": "0"}, "Draw at least one result"),
        ({"size": "many"}, "Enter how many as a whole number"),
        ({"seed": ""}, "Enter a seed"),
        ({"from_quarter": "2011-Q2", "until_quarter": "2011-Q1"}, "not before the first"),
        ({"from_quarter": "2011-Q3"}, "Choose a quarter that is closed"),
        ({"rag": "Amber"}, "There is no such result"),
        ({"purpose": ""}, "Say what the sample is for"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_what_was_typed_comes_back(client, auditor, wrong, says):
    result("A")
    result("B", Q2)
    client.force_login(auditor)

    page = client.post(reverse("draw_sample"), asked(**wrong))

    assert says in page.content.decode()
    assert page.context["form"]["method"].value() == "by_rag"
    assert not AuditSample.objects.exists()


@pytest.mark.usefixtures("quarters")
def test_who_reads_samples_and_who_draws_them(client, auditor):
    result("A")
    drawn(auditor, size=1)
    people = {
        "an auditor": auditor,
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "a manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "a Member": holder(PostKind.MEMBER),
    }
    reads = [("samples", []), ("sample", [1]), ("sample_history", [1])]
    writes = [("draw_sample", []), ("sampled_result", [1, 1]), ("end_sample", [1])]

    answers = {}
    for who, person in people.items():
        client.force_login(person)
        answers[who] = tuple(
            {client.get(reverse(name, args=args)).status_code for name, args in names}
            for names in (reads, writes)
        )

    assert answers == {
        "an auditor": ({200}, {200}),
        "a performance officer": ({200}, {403}),
        "a manager": ({403}, {403}),
        "a Member": ({403}, {403}),
    }
    assert Result.objects.count() == 1


def test_without_a_closed_quarter_there_is_nothing_to_draw_from(client, auditor):
    client.force_login(auditor)

    assert "No sample yet" in client.get(reverse("samples")).content.decode()
    page = client.post(reverse("draw_sample"), asked()).content.decode()
    assert "<title>Error: " in page
