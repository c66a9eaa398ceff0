"""Files that bear out a result: who may add, remove and have them, and how they leave."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.clock import localdate
from core.models.audit import AuditEvent
from core.quarters import Quarter
from indicators.models.returns import Evidence
from indicators.rules.entry import ResultGiven
from indicators.rules.evidence import LARGEST, TWICE
from indicators.services.evidence import RefusedFile, attach_evidence, remove_evidence
from indicators.services.results import submit_result
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, TargetFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def indicator(sorp_in_force):
    return TargetFactory(indicator=IndicatorFactory()).indicator


def attach(indicator, name="count.pdf", content=PDF):
    return attach_evidence(
        indicator=indicator,
        quarter=Q1,
        name=name,
        content=content,
        by=indicator.accountable_manager,
    )


def kept_files():
    folder = Path(settings.MEDIA_ROOT) / "evidence"
    return sorted(folder.iterdir()) if folder.exists() else []


def address(indicator, name="evidence", *more):
    return reverse(name, args=[Q1.key, indicator.reference, *more])


def test_a_file_is_kept_under_a_name_of_chance_and_recorded(indicator):
    evidence = attach(indicator, name="../Count of June.pdf")

    (file,) = kept_files()
    assert file.read_bytes() == PDF
    assert "ount" not in file.name
    assert evidence.name == "Count of June.pdf"
    assert AuditEvent.objects.get(act="attached evidence").detail["sha256"] == evidence.sha256


def test_the_same_file_twice_and_a_sixth_are_refused_and_leave_nothing_behind(indicator):
    for number in range(5):
        attach(indicator, content=PDF + bytes([number]))

    with pytest.raises(RefusedFile, match="already kept"):
        attach(indicator, content=PDF + bytes([0]))
    with pytest.raises(RefusedFile, match="up to 5 files"):
        attach(indicator, content=PDF)

    assert len(kept_files()) == Evidence.objects.count() == 5


@pytest.mark.both_databases
def test_a_file_can_be_removed_once_and_its_name_stays_on_the_record(
    indicator, django_capture_on_commit_callbacks
):
    evidence = attach(indicator)

    with django_capture_on_commit_callbacks(execute=True):
        removed = remove_evidence(evidence=evidence, by=indicator.accountable_manager)
        again = remove_evidence(evidence=evidence, by=indicator.accountable_manager)

    assert (removed, again) == (True, False)
    assert kept_files() == []
    assert AuditEvent.objects.get(act="removed evidence").subject_name == "count.pdf"
    attach(indicator)  # the same file may come back


def test_what_was_submitted_with_a_result_stays_with_it(indicator):
    evidence = attach(indicator)
    submit_result(
        indicator=indicator,
        quarter=Q1,
        given=ResultGiven(not_available="None yet"),
        today=localdate(),
        by=indicator.accountable_manager,
    )

    with pytest.raises(ValueError, match="cannot be removed"):
        remove_evidence(evidence=evidence, by=indicator.accountable_manager)

    assert kept_files()


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (None, "Select a file"),
        (("a.exe", b"MZ"), "The selected file must be a PDF, DOCX, XLSX, CSV, TXT, PNG or JPG"),
        (("a.pdf", PDF + b"x" * LARGEST), "The selected file must be smaller than 5 MB"),
        (("a.pdf", b""), "The selected file is empty"),
        (("a.pdf", PDF + b"/Encrypt 1 0 R"), "The selected file is password protected"),
        (("a.pdf", b"MZ"), "The selected file is not the PDF that its name says"),
        (("kept.pdf", PDF), TWICE),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_in_words(client, indicator, file, told):
    attach(indicator)
    client.force_login(indicator.accountable_manager)
    sent = {"file": SimpleUploadedFile(*file)} if file else {}

    response = client.post(address(indicator), sent)

    page = response.content.decode().replace("&#x27;", "'")
    assert response.status_code == 200
    assert told in page
    assert "There is a problem" in page
    assert Evidence.objects.count() == 1


def test_a_file_is_added_and_removed_on_its_page(client, indicator):
    client.force_login(indicator.accountable_manager)

    added = client.post(address(indicator), {"file": SimpleUploadedFile("a.pdf", PDF)}, follow=True)
    number = Evidence.objects.get().pk
    removed = client.post(address(indicator, "remove_evidence", number), follow=True)
    again = client.post(address(indicator, "remove_evidence", number), follow=True)

    assert "a.pdf is kept with the result" in added.content.decode()
    assert "a.pdf is removed" in removed.content.decode()
    assert "removed already" in again.content.decode()
    assert client.get(address(indicator, "evidence_file", number)).status_code == 404


def test_a_file_leaves_as_a_download_and_is_never_shown(client, indicator):
    evidence = attach(indicator, name='"quoted" café.txt', content=b"<script>alert(1)</script>")
    client.force_login(indicator.accountable_manager)

    response = client.get(address(indicator, "evidence_file", evidence.pk))

    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_who_may_have_a_file(client, indicator):
    evidence = attach(indicator)
    unit = indicator.unit
    people = {
        "nobody": None,
        "somebody without a post": UserFactory(),
        "its manager": indicator.accountable_manager,
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "a deputy of its unit": holder(PostKind.DEPUTY, unit=unit),
        "its director": holder(PostKind.DIRECTOR, unit=unit),
        "a director elsewhere": holder(PostKind.DIRECTOR),
        "a Member": holder(PostKind.MEMBER),
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
    }

    answers = {}
    for who, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        response = client.get(address(indicator, "evidence_file", evidence.pk))
        b"".join(response)  # read to its end, as a browser does: only then is it closed
        answers[who] = response.status_code

    assert answers == {
        "nobody": 302,
        "somebody without a post": 403,
        "its manager": 200,
        "another manager": 200,
        "a deputy of its unit": 200,
        "its director": 200,
        "a director elsewhere": 200,
        "a Member": 403,
        "a performance officer": 200,
    }


def test_its_director_opens_it_from_the_sheet_and_whoever_sees_the_indicator_from_its_page(
    client, indicator
):
    evidence = attach(indicator)
    submit_result(
        indicator=indicator,
        quarter=Q1,
        given=ResultGiven(value=Decimal(95)),
        today=date(2011, 7, 20),
        by=indicator.accountable_manager,
    )
    link = f'href="{address(indicator, "evidence_file", evidence.pk)}"'
    sheet = reverse("sign_off_sheet", args=[Q1.key, "directorate", indicator.unit.code])

    client.force_login(holder(PostKind.DIRECTOR, unit=indicator.unit))
    assert link in client.get(sheet).content.decode()
    client.force_login(holder(PostKind.STAFF))
    assert link in client.get(reverse("indicator", args=[indicator.reference])).content.decode()
