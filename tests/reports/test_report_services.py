"""Freezing, drawing, keeping and publishing: once each, on record, and for good."""

import io
import resource
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction

from core import jobs
from core.canonical_json import canonical, digest
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.months import Month
from core.quarters import Quarter
from escalation.services.closing import close_quarter
from indicators.models.definitions import Indicator
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result, submit_result
from organisation.rules import PostKind
from reports.contents.edition import NotClosed
from reports.models import Edition
from reports.queries.editions import kept_files
from reports.schema import check_form
from reports.services.editions import CannotBePrinted, DoesNotFollow, freeze_edition
from reports.services.files import build_edition, build_report, keep_files
from reports.services.publishing import CannotPublish, publish_edition
from reports.verification import verify_folder
from sorp.lexicon import Confidence, Layer
from tests.factories import IndicatorFactory, TargetFactory, holder
from tests.indicators.factories import MonthlyFigureFactory
from tests.reports.factories import EditionFactory
from tests.reports.publishing import publish
from tests.strategy.factories import MeasureFactory, PriorityFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("sorp_in_force"),
]
Q1, Q2, Q3 = (Quarter(2011, number) for number in (1, 2, 3))
TODAY = date(2012, 2, 1)


@pytest.fixture(autouse=True)
def in_february():
    with time_machine.travel("2012-02-01 10:00 +0000", tick=False):
        yield


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


@pytest.fixture
def small_files(monkeypatch):
    """Files quickly drawn, for tests that aren't about drawing."""

    def few(edition, *, tell=None):
        return {"edition.json": canonical(edition.public_document), "manifest.json": b"{}"}

    monkeypatch.setattr("reports.services.files.build_files", few)


def say(indicator, quarter, value, **given):
    submit_result(
        indicator=indicator,
        quarter=quarter,
        given=ResultGiven(value=None if value is None else Decimal(str(value)), **given),
        today=TODAY,
        by=indicator.accountable_manager,
    )


@pytest.fixture
def council():
    """Four indicators over three closed quarters; the first is red throughout, so escalated."""
    indicators = [
        IndicatorFactory(reference=f"PI-{number}", layer=layer)
        for number, layer in enumerate(
            [Layer.STRATEGY, Layer.CORE, Layer.CORE, Layer.NONE], start=1
        )
    ]
    for indicator in indicators:
        TargetFactory(indicator=indicator)
    for quarter in (Q1, Q2, Q3):
        for indicator, value in zip(indicators, (70, 85, 95, 70), strict=True):
            said = {"commentary": "What happened.", "management_action": "What is done."}
            say(indicator, quarter, value, **said)
        close_quarter(quarter=quarter, today=TODAY, by=None)
    return indicators


def test_freezing_copies_every_fact_of_a_closed_quarter(council, officer):
    edition, is_new = freeze_edition(quarter=Q3, by=officer)

    document = edition.document
    check_form(document)
    assert is_new
    assert document["counts"] == {
        "green": 1, "amber": 1, "red": 1, "stale": 0, "not_rated": 0, "total": 3,
    }  # fmt: skip
    assert [each["reference"] for each in document["indicators"]] == [
        "PI-1", "PI-2", "PI-3", "PI-4",  # the last stands in no layer, but is referred up
    ]  # fmt: skip
    first = document["indicators"][0]
    assert [each["rag"] for each in first["ratings"]] == ["red", "red", "red"]
    assert [each["level"] for each in first["escalations"]] == ["pat"]
    assert first["commentary"] == "What happened."
    assert first["management_action"] == "What is done."
    assert edition.public_document["indicators"][0]["management_action"] == "What is done."
    assert first["accountable_manager"]["email"] == council[0].accountable_manager.email
    assert edition.sha256 == digest(canonical(document))
    assert AuditEvent.objects.filter(act="froze edition", actor=officer).count() == 1


def test_an_edition_holds_months_up_to_its_quarters_last_and_no_counts_of_them(council, officer):
    monthly = IndicatorFactory(
        reference="MO-1",
        layer=Layer.CORE,
        frequency="monthly",
        basis="month",
        made_of_months="mean",
    )
    for month, said in (
        (Month(2011, 9), {"value": Decimal(90)}),
        (
            Month(2011, 11),
            {"numerator": Decimal(3), "denominator": Decimal(4), "value": Decimal(75)},
        ),
        (Month(2011, 12), {"value": None, "not_available": "Fewer than 5", "withheld": True}),
        (Month(2012, 1), {"value": Decimal(99)}),
    ):
        MonthlyFigureFactory(indicator=monthly, month=month, **said)

    edition, _ = freeze_edition(quarter=Q3, by=officer)

    check_form(edition.document)
    (facts,) = (each for each in edition.public_document["indicators"] if "months" in each)
    assert [(each["month"], each["value"], each["withheld"]) for each in facts["months"]] == [
        ("2011-09", "90", False),
        ("2011-11", "75", False),
        ("2011-12", None, True),
    ]
    assert all("numerator" not in each for each in facts["months"])


def test_a_priority_is_judged_by_what_is_measured_and_not_by_what_ended(council, officer):
    ended, begun = council[0], IndicatorFactory(reference="PI-9", first_quarter=Q3.next())
    type(ended).objects.filter(pk=ended.pk).update(last_quarter=Q2)
    priority = PriorityFactory(slug="roads")
    for indicator in (ended, council[1], begun):
        MeasureFactory(priority=priority, indicator=indicator)

    edition, _ = freeze_edition(quarter=Q3, by=officer)

    (told,) = edition.document["priorities"]
    assert [each["reference"] for each in told["indicators"]] == ["PI-2"]


def test_the_public_form_is_worked_out_once_and_names_no_person(council, officer):
    edition, _ = freeze_edition(quarter=Q3, by=officer)

    text = canonical(edition.public_document).decode()
    assert "@" not in text
    assert council[0].accountable_manager.name not in text
    assert edition.public_sha256 == digest(text.encode())


def test_freezing_again_changes_nothing_until_something_is_said(council, officer):
    first, _ = freeze_edition(quarter=Q3, by=officer)
    again, is_new = freeze_edition(quarter=Q3, by=officer)
    assert (again, is_new) == (first, False)

    with time_machine.travel("2012-02-02 10:00 +0000", tick=False):
        revise_result(
            indicator=council[1],
            quarter=Q3,
            given=ResultGiven(value=Decimal(95), confidence=Confidence.FINAL),
            reason="A late return",
            by=officer,
        )
        close_quarter(quarter=Q3, today=TODAY, by=officer)
    second, is_new = freeze_edition(quarter=Q3, by=officer)

    assert is_new
    assert second.number == 2
    assert second.document["counts"]["green"] == 2
    told = second.document["indicators"][1]["revisions"]
    assert [(each["was"], each["value"], each["reason"]) for each in told] == [
        ("85", "95", "A late return")
    ]
    assert first.document["counts"]["green"] == 1


def test_a_report_of_an_earlier_quarter_knows_nothing_of_later_ones(council, officer):
    edition, _ = freeze_edition(quarter=Q1, by=officer)

    first = edition.document["indicators"][0]
    assert [each["quarter"] for each in first["ratings"]] == ["2011-Q1"]
    assert first["escalations"] == []  # red for two quarters comes with the second


def test_an_open_quarter_has_no_report_yet(officer):
    with pytest.raises(NotClosed, match="close it, then build its report"):
        freeze_edition(quarter=Q3, by=officer)
    assert not Edition.objects.exists()


@pytest.mark.parametrize("how_many", [1, 20])
def test_gathering_asks_the_same_number_of_questions_however_many_indicators(
    how_many, officer, django_assert_max_num_queries
):
    from reports.contents.edition import edition_contents

    for number in range(how_many):
        indicator = IndicatorFactory(reference=f"PI-{number}", layer=Layer.CORE)
        TargetFactory(indicator=indicator)
        say(indicator, Q1, 70)
    close_quarter(quarter=Q1, today=TODAY, by=None)

    with django_assert_max_num_queries(29):
        edition_contents(quarter=Q1, number=1, frozen_on=TODAY)


@pytest.mark.usefixtures("small_files")
def test_publishing_is_for_good_and_on_record(council, officer):
    built = build_report(quarter=Q3, by=officer)
    assert built.sentence.endswith("edition 1 frozen; 2 files.")  # true once it is published, too

    edition = publish(built.edition, by=officer)

    assert edition.is_published
    assert (edition.checked_by, edition.published_by) == (officer, edition.approved_by)
    assert publish_edition(edition=edition).published_at == edition.published_at
    (event,) = AuditEvent.objects.filter(act="published edition")
    assert event.detail["checked_by"] == officer.name
    assert event.detail["approved_by"] == edition.approved_by.name != officer.name
    assert AuditEvent.objects.filter(act="kept files of edition", actor=officer).count() == 1


def test_an_edition_without_files_is_not_published(officer):
    with pytest.raises(CannotPublish, match="Build the files"):
        publish(EditionFactory(), by=officer)


@pytest.mark.usefixtures("small_files")
def test_an_edition_older_than_the_published_one_is_not_published(officer):
    old, new = EditionFactory(number=1), EditionFactory(number=2)
    for edition in (old, new):
        build_edition(edition=edition, by=officer)
    publish(new, by=officer)

    with pytest.raises(CannotPublish, match="later edition"):
        publish(old, by=officer)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "change",
    [
        {"number": 9},
        {"state": "draft", "published_at": None},
        {"document": {}},
        {"public_document": {}},
        {"sha256": "0" * 64},
        {"published_at": "2030-01-01T00:00:00Z"},
    ],
    ids=str,
)
def test_the_database_refuses_to_change_a_published_edition(change):
    edition = EditionFactory(published=True)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(**change)


@pytest.mark.both_databases
def test_the_database_refuses_to_delete_a_published_edition():
    edition = EditionFactory(published=True)

    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk)._raw_delete("default")


@pytest.mark.both_databases
@pytest.mark.parametrize("change", [{"document": {}}, {"public_sha256": "0" * 64}], ids=str)
def test_the_database_refuses_to_change_what_a_draft_froze(change):
    edition = EditionFactory()

    with pytest.raises(DatabaseError, match="frozen document"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(**change)


def test_files_are_kept_once_and_a_published_one_never_comes_out_otherwise(officer):
    edition = EditionFactory()

    assert keep_files(edition=edition, files={"a.csv": b"1"}, by=officer)
    assert not keep_files(edition=edition, files={"a.csv": b"1"}, by=officer)
    assert kept_files(edition) == {"a.csv": b"1"}

    publish(edition, by=officer)
    edition.refresh_from_db()
    with pytest.raises(ValueError, match=r"a\.csv would not be what was published"):
        keep_files(edition=edition, files={"a.csv": b"2"}, by=officer)
    assert kept_files(edition) == {"a.csv": b"1"}


def pdf_of(edition):
    return Path(default_storage.path(edition.files.get(name="report.pdf").path))


@pytest.fixture
def drawn_large(monkeypatch):
    """One file of the report is larger than what is left on the disk."""
    files = {"manifest.json": b"{}", "report.pdf": b"what was drawn" * 10_000}
    monkeypatch.setattr(
        "reports.services.files.build_files", lambda edition, *, tell=None: dict(files)
    )
    return files


def test_after_a_full_disk_the_report_is_built_again_and_published_whole(
    council, officer, drawn_large
):
    job = Job.objects.create(kind="build_report", key="1", arguments={"quarter": Q3.key})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        jobs.run(job.pk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    job.refresh_from_db()
    assert job.state == Job.State.FAILED

    built = build_report(quarter=Q3, by=officer)
    edition = publish(built.edition, by=officer)

    assert edition.is_published
    assert pdf_of(edition).read_bytes() == drawn_large["report.pdf"]


def test_a_file_that_was_cut_short_is_drawn_again_whether_published_or_not(officer, drawn_large):
    edition = EditionFactory()
    for published in (False, True):
        if published:
            edition = publish(edition, by=officer)
        else:
            build_edition(edition=edition, by=officer)
        pdf_of(edition).write_bytes(b"")

        assert build_edition(edition=edition, by=officer) == drawn_large

        assert pdf_of(edition).read_bytes() == drawn_large["report.pdf"]


def test_an_edition_is_not_published_with_a_file_that_was_cut_short(officer, drawn_large):
    edition = EditionFactory()
    build_edition(edition=edition, by=officer)
    pdf_of(edition).write_bytes(b"")

    with pytest.raises(CannotPublish, match="not all kept as they were drawn: build the report"):
        publish(edition, by=officer)

    edition.refresh_from_db()
    assert not edition.is_published


def test_build_report_writes_a_folder_that_verifies_and_comes_out_the_same_twice(
    council, tmp_path, settings
):
    said = io.StringIO()
    one, other = (holder(PostKind.PERFORMANCE_OFFICER) for _ in range(2))
    publishing = {"publish": True, "checked_by": one.email, "approved_by": other.email}
    call_command("build_report", "2011-Q3", output=tmp_path / "one", **publishing, stdout=said)
    call_command("build_report", "2011-Q3", output=tmp_path / "two", stdout=said)

    def contents(folder):
        return {each.name: each.read_bytes() for each in folder.iterdir()}

    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert len(contents(tmp_path / "one")) == 12
    assert not verify_folder(tmp_path / "one")
    assert "edition 1 frozen; 12 files; published" in said.getvalue()
    assert "edition 1 already says the same" in said.getvalue()
    assert Edition.objects.get().is_published


def test_a_revised_quarter_still_verifies(council, officer, tmp_path):
    """What a revision restates cannot be replayed from the start; it is checked another way."""
    with time_machine.travel("2012-02-02 10:00 +0000", tick=False):
        revise_result(
            indicator=council[0],
            quarter=Q2,
            given=ResultGiven(value=Decimal(95)),
            reason="Counted wrongly",
            by=officer,
        )
        close_quarter(quarter=Q3, today=TODAY, by=officer)

    call_command("build_report", "2011-Q3", output=tmp_path / "out", stdout=io.StringIO())

    first = Edition.objects.get().document["indicators"][0]
    assert [(each["recovered_in"], each["restated"]) for each in first["escalations"]] == [
        ("2011-Q2", True)
    ]
    assert not verify_folder(tmp_path / "out")


def test_a_revision_not_yet_followed_up_stops_the_report(council, officer):
    """The escalations of a report follow from its ratings, or there is no report."""
    revise_result(
        indicator=council[0],
        quarter=Q2,
        given=ResultGiven(value=Decimal(95)),
        reason="Counted wrongly",
        by=officer,
    )

    with pytest.raises(DoesNotFollow, match=r"PI-1.*close the quarter again"):
        freeze_edition(quarter=Q3, by=officer)
    assert not Edition.objects.exists()


def test_letters_that_no_font_holds_stop_the_report_and_are_named(council, officer):
    Indicator.objects.filter(reference="PI-1").update(title="Calls answered 好 and → well")

    with pytest.raises(CannotBePrinted, match=r"PI-1, title: 好→"):
        freeze_edition(quarter=Q3, by=officer)

    assert not Edition.objects.exists()


def test_a_dry_run_writes_nothing(council, tmp_path):
    said = io.StringIO()
    call_command("build_report", "2011-Q3", output=tmp_path / "x", dry_run=True, stdout=said)

    assert "can be built: 4 indicators, of which 3 are counted" in said.getvalue()
    assert not (tmp_path / "x").exists()
    assert not Edition.objects.exists()


@pytest.mark.parametrize(
    ("quarter", "advice"),
    [("2011-Q5", "write it like 2011-Q1"), ("2011-Q4", "close it, then build its report")],
)
def test_a_quarter_that_has_no_report_is_told_in_words(quarter, advice, tmp_path):
    with pytest.raises(CommandError, match=advice):
        call_command("build_report", quarter, output=tmp_path / "x")
    assert not (tmp_path / "x").exists()


@pytest.mark.usefixtures("small_files")
def test_the_job_run_twice_builds_once(council, officer):
    for attempt in (1, 2):
        job = jobs.request(
            kind="build_report",
            key=f"build_report 2011-Q3 {attempt}",
            arguments={"quarter": "2011-Q3", "by": officer.pk},
            by=officer,
        )
        assert jobs.run(job.pk)
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE

    edition = Edition.objects.get()
    assert edition.frozen_by == officer
    assert AuditEvent.objects.filter(act="kept files of edition").count() == 1
