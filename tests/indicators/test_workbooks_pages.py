"""The pages on which a workbook goes out and comes back: who may, what is told, what is kept."""

import io
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.quarters import Quarter
from escalation.services.closing import close_quarter
from indicators.models.returns import Draft
from indicators.models.workbooks import WorkbookUpload
from indicators.services.drafts import save_draft
from indicators.views.workbooks import XLSX
from indicators.workbooks.writing import write_workbook
from organisation.rules import PostKind
from tests.factories import UserFactory, holder
from tests.indicators.test_workbooks_refused import bomb, locked
from tests.indicators.workbooks import Filled, manager_of

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def answerer(sorp_in_force):
    return manager_of(3)


@pytest.fixture
def book(answerer):
    return Filled(write_workbook(answerer, Q1))


def upload(client, user, content, name="return-2011-Q1.xlsx", quarter=Q1, **options):
    client.force_login(user)
    file = SimpleUploadedFile(name, content, XLSX)
    return client.post(reverse("workbook", args=[quarter.key]), {"file": file}, **options)


def page_of(response):
    return response.content.decode().replace("&#x27;", "'")


def test_the_workbook_is_downloaded_as_a_file_of_its_own_name(client, answerer):
    client.force_login(answerer)

    response = client.get(reverse("workbook_download", args=[Q1.key]))

    assert response["Content-Type"] == XLSX
    assert response["Content-Disposition"] == 'attachment; filename="return-2011-Q1.xlsx"'
    assert len(Filled(response.content).sheet["A"]) == 7


def test_a_workbook_is_looked_at_then_saved_then_said_to_be_saved(client, answerer, book):
    first, second, _ = answerer.indicators.order_by("reference")
    save_draft(
        indicator=second,
        quarter=Q1,
        typed={"value": "80", "confidence": "final", "management_action": "Train."},
        version=0,
        is_complete=True,
        by=answerer,
    )
    book.answer(first, value=95, commentary="<script>alert(1)</script>")
    book.answer(second, value=91, management_action="Train.")

    looked = upload(client, answerer, book.content, follow=True)

    page = page_of(looked)
    assert "Save these as drafts" in page
    assert "<script>alert(1)" not in page
    assert "<del>80</del>" in page
    assert "<ins>91</ins>" in page
    assert "1 indicator filled in for the first time" in page
    assert "1 indicator that would replace what is saved" in page
    assert Draft.objects.count() == 1

    saved = client.post(looked.request["PATH_INFO"], follow=True)

    assert saved.redirect_chain == [(reverse("my_return", args=[Q1.key]), 302)]
    assert "2 drafts saved from return-2011-Q1.xlsx" in page_of(saved)
    assert {each.typed["value"] for each in Draft.objects.all()} == {"95", "91"}
    again = client.get(looked.request["PATH_INFO"])
    assert "2 drafts were saved from return-2011-Q1.xlsx" in page_of(again)


def test_a_rejected_cell_is_named_and_nothing_can_be_saved(client, answerer, book):
    first, second, _ = answerer.indicators.order_by("reference")
    book.answer(first, value=95)
    book.answer(second, value="ninety")

    looked = upload(client, answerer, book.content, follow=True)
    page = page_of(looked)
    pressed = client.post(looked.request["PATH_INFO"])

    assert "Return!N6" in page
    assert "<title>Error: " in page.replace("\n", "")
    assert "Save these as drafts" not in page
    assert pressed.status_code == 409
    assert "Some cells have to be corrected first" in page_of(pressed)
    assert not Draft.objects.exists()


def test_the_same_file_again_is_said_to_change_nothing(client, answerer, book):
    book.answer(answerer.indicators.first(), value=95)
    first = upload(client, answerer, book.content, follow=True)
    client.post(first.request["PATH_INFO"])

    page = page_of(upload(client, answerer, book.content, follow=True))

    assert "There is nothing to save" in page
    assert "Save these as drafts" not in page


def test_somebody_else_saving_meanwhile_is_told_and_nothing_is_overwritten(client, answerer, book):
    first = answerer.indicators.first()
    book.answer(first, value=95)
    looked = upload(client, answerer, book.content, follow=True)
    theirs = {"value": "12", "confidence": "final"}
    other = UserFactory(name="Another Officer")
    save_draft(indicator=first, quarter=Q1, typed=theirs, version=0, is_complete=True, by=other)

    response = client.post(looked.request["PATH_INFO"])

    assert response.status_code == 409
    assert f"Another Officer saved {first.reference}" in page_of(response)
    assert Draft.objects.get().typed["value"] == "12"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "Select a workbook"),
        (b"", "The selected file is empty"),
        (b"%PDF-1.7", "The selected file must be an Excel workbook (.xlsx)"),
        (b"PK" + b"0" * (5 * 1024 * 1024), "The selected file must be 5 MB or smaller"),
        (locked, "The selected file is password protected"),
        (b"PK\x03\x04" + b"x" * 400, "The selected file is damaged or incomplete"),
        (bomb, "The selected file expands to far more than the workbook does"),
        ("last quarter's", "The selected file is the workbook for Q4 2010/11"),
        ("somebody else's", "The selected file is the workbook of"),
        ("without identity", "The selected file must use the template"),
    ],
)
def test_each_way_a_file_can_be_wrong_has_its_own_sentence(
    client, answerer, sorp_in_force, content, told
):
    if content == "last quarter's":
        content = write_workbook(answerer, Q1.previous())
    elif content == "somebody else's":
        content = write_workbook(manager_of(1), Q1)
    elif content == "without identity":
        other = Filled(write_workbook(answerer, Q1))
        del other.book["Identity"]
        content = other.content
    client.force_login(answerer)
    address = reverse("workbook", args=[Q1.key])
    given = content() if callable(content) else content
    files = {} if given is None else {"file": SimpleUploadedFile("r.xlsx", given, XLSX)}

    response = client.post(address, files)

    page = page_of(response)
    assert response.status_code == 200
    assert page.count(told) == 2  # in the summary, and beside the box
    assert "There is a problem" in page
    assert not WorkbookUpload.objects.exists()


def test_a_file_sent_as_text_is_told_like_none(client, answerer):
    client.force_login(answerer)

    response = client.post(reverse("workbook", args=[Q1.key]), {"file": "return.xlsx"})

    assert "Select a workbook" in page_of(response)


@pytest.mark.parametrize("quarter", [Quarter(2011, 2), Quarter(2011, 1)])
def test_a_quarter_that_takes_no_results_gives_and_takes_no_workbook(
    client, answerer, book, quarter
):
    if quarter == Q1:
        close_quarter(quarter=Q1, today=date(2011, 7, 20), by=None)

    downloaded = client.get(reverse("workbook_download", args=[quarter.key]))
    client.force_login(answerer)
    downloaded = client.get(reverse("workbook_download", args=[quarter.key]))
    uploaded = upload(client, answerer, book.content, quarter=quarter)

    assert (downloaded.status_code, uploaded.status_code) == (403, 403)
    told = "is closed" if quarter == Q1 else "has not ended"
    assert told in page_of(downloaded)


def test_a_quarter_closed_meanwhile_takes_nothing(client, answerer, book):
    book.answer(answerer.indicators.first(), value=95)
    looked = upload(client, answerer, book.content, follow=True)
    close_quarter(quarter=Q1, today=date(2011, 7, 20), by=None)

    response = client.post(looked.request["PATH_INFO"])

    assert response.status_code == 403
    assert not Draft.objects.exists()


def test_who_may_send_a_workbook(client, answerer, book):
    book.answer(answerer.indicators.first(), value=95)
    looked = upload(client, answerer, book.content, follow=True).request["PATH_INFO"]
    unit = answerer.indicators.first().unit
    people = {
        "nobody": None,
        "somebody without a post": UserFactory(),
        "its manager": answerer,
        "another manager": manager_of(1),
        "a deputy of its unit": holder(PostKind.DEPUTY, unit=unit),
        "its director": holder(PostKind.DIRECTOR, unit=unit),
        "a Member": holder(PostKind.MEMBER),
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
    }
    answers = {}
    for who, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        addresses = [
            reverse("workbook", args=[Q1.key]),
            reverse("workbook_download", args=[Q1.key]),
            looked,
        ]
        answers[who] = tuple(client.get(address).status_code for address in addresses)

    assert answers == {
        "nobody": (302, 302, 302),
        "somebody without a post": (403, 403, 403),
        "its manager": (200, 200, 200),
        "another manager": (200, 200, 404),
        "a deputy of its unit": (200, 200, 404),
        "its director": (403, 403, 403),
        "a Member": (403, 403, 403),
        "a performance officer": (200, 302, 404),  # who answers for nothing has no workbook
    }


@pytest.mark.parametrize("indicators", [1, 20])
def test_a_preview_takes_as_many_queries_for_one_as_for_twenty(
    client, sorp_in_force, indicators, django_assert_max_num_queries
):
    answerer = manager_of(indicators)
    filled = Filled(write_workbook(answerer, Q1))
    for indicator in answerer.indicators.all():
        filled.answer(indicator, value=95)
    client.force_login(answerer)
    file = io.BytesIO(filled.content)
    file.name = "return.xlsx"

    with django_assert_max_num_queries(32):
        client.post(reverse("workbook", args=[Q1.key]), {"file": file})


@pytest.mark.parametrize("key", ["2011-Q5", "nonsense"])
def test_an_address_that_names_no_quarter_leads_nowhere(client, answerer, key):
    client.force_login(answerer)

    assert client.get(f"/returns/{key}/workbook/").status_code == 404
    assert client.get(f"/returns/{key}/workbook.xlsx").status_code == 404
