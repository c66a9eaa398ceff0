"""What every entity's pages have in common, tried on the units: list, spreadsheet, history."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile

from core.clock import now
from core.models.audit import AuditEvent
from core.models.spreadsheets import Spreadsheet
from core.tables.spreadsheets import as_workbook
from organisation.models.units import Unit
from organisation.rules import PostKind, UnitTier
from organisation.services.units import found_unit
from tests.factories import LONG_AGO, CouncilFactory, UnitFactory, holder

pytestmark = pytest.mark.django_db
UNITS = "/set-up/units/"
FILE = "code,name,tier,parent\r\nKCC,The council,council,\r\nHW,Highways,directorate,KCC\r\n"


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    client.force_login(person)
    return person


def brought(client, content=FILE, name="units.csv"):
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(f"{UNITS}spreadsheet/", {"file": SimpleUploadedFile(name, data)})


def text(response):
    return " ".join(response.content.decode().split())


# The list


def test_a_list_is_searched_by_every_word_and_says_what_it_found(client, officer):
    for name in ("Highways North", "Highways South", "Libraries"):
        UnitFactory(name=name)

    page = text(client.get(UNITS, {"text": "south high"}))

    assert "<strong>1</strong> unit found" in page
    assert "Highways South" in page
    assert "Libraries" not in page
    assert "Nothing here matches" in text(client.get(UNITS, {"text": "nowhere"}))


def test_a_long_list_has_pages_that_keep_what_was_asked(client, officer):
    for number in range(60):
        UnitFactory(name=f"Team {number}")

    page = text(client.get(UNITS, {"text": "team"}))

    assert "<strong>60</strong> units found" in page
    assert "?text=team&amp;page=2" in page


def test_a_list_asks_as_much_of_the_database_for_twenty_as_for_one(
    client, officer, django_assert_max_num_queries
):
    UnitFactory()
    with django_assert_max_num_queries(12) as one:
        client.get(UNITS)
    for _ in range(19):
        UnitFactory()
    with django_assert_max_num_queries(len(one)):
        client.get(UNITS)


# Spreadsheets


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_taken_and_brought_back_changes_nothing(client, officer, ending):
    UnitFactory(code="HW", name="Highways, and more")
    taken = client.get(f"{UNITS}units.{ending}")
    assert f".{ending}" in taken["Content-Disposition"]

    page = client.get(brought(client, taken.content, f"units.{ending}").url)

    assert "There is nothing to save" in text(page)


def test_nothing_is_written_until_somebody_says_so_and_then_all_of_it_is(client, officer):
    check = brought(client).url
    page = text(client.get(check))
    assert "Nothing is saved yet" in page
    assert "<li>HW</li>" in page
    assert not Unit.objects.filter(code="HW").exists()

    done = client.post(check)

    assert done.url == UNITS
    assert [str(each) for each in get_messages(done.wsgi_request)] == [
        "units.csv: 1 new, 0 changed, 1 unchanged"
    ]
    assert Unit.objects.get(code="HW").name == "Highways"
    assert Spreadsheet.objects.get().content == b""
    assert AuditEvent.objects.get(act="wrote spreadsheet").actor_id == officer.pk


def test_writing_it_again_changes_nothing_and_its_page_says_that_it_is_written(client, officer):
    check = brought(client).url
    client.post(check)
    acts = AuditEvent.objects.count()

    client.post(check)

    assert AuditEvent.objects.count() == acts
    assert "units.csv is saved: 1 new" in text(client.get(check))


def test_a_workbook_is_brought_as_a_csv_file_is(client, officer):
    client.post(brought(client, as_workbook(FILE, title="Units"), "units.xlsx").url)

    assert Unit.objects.filter(code="HW").exists()


def test_every_cell_to_mend_is_named_and_none_of_the_file_is_written(client, officer):
    check = brought(client, FILE + "A,Away,team,NOWHERE\r\nB,,team,HW\r\n").url

    page = text(client.get(check))

    assert "2 cells to correct" in page
    assert "there is no NOWHERE" in page
    assert "Save these changes" not in page
    assert client.post(check).status_code == 200
    assert not Unit.objects.filter(code="HW").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04nothing", "The selected file is damaged"),
        (b"x" * (5 * 1024 * 1024 + 1), "must be 5 MB or smaller"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_box(client, officer, content, told):
    assert told in text(brought(client, content))
    assert not Spreadsheet.objects.exists()


def test_no_file_at_all_is_asked_for(client, officer):
    assert "Choose a file" in text(client.post(f"{UNITS}spreadsheet/"))


def test_somebody_elses_file_is_nowhere_to_be_found(client, officer):
    check = brought(client).url
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory()))

    assert client.get(check).status_code == 404


def test_what_changed_meanwhile_is_looked_at_anew(client, officer):
    check = brought(client).url
    client.get(check)
    council = CouncilFactory()
    found_unit(
        code="HW",
        name="Highways",
        tier=UnitTier.DIVISION,
        parent=council,
        starts_on=LONG_AGO,
        by=officer,
    )

    assert "1 cell to correct" in text(client.post(check))


def test_a_file_waits_a_day_and_no_longer(client, officer):
    check = brought(client).url
    with time_machine.travel(now() + timedelta(days=1, minutes=1), tick=False):
        client.force_login(officer)
        response = client.post(check)

        assert response.status_code == 409
        assert "uploaded more than a day ago" in text(response)
        brought(client)

    assert Spreadsheet.objects.count() == 1


# History


def test_the_history_says_who_did_what_and_when_in_words(client, officer):
    unit = found_unit(
        code="HW",
        name="Highways",
        tier=UnitTier.DIRECTORATE,
        parent=CouncilFactory(),
        starts_on=LONG_AGO,
        by=officer,
    )

    page = text(client.get(f"/set-up/unit/{unit.code}/history/"))

    assert "Founded unit: Highways" in page
    assert "Code: HW. Parent: KCC" in page
    assert officer.name in page
