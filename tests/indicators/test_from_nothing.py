"""On a council that has nothing but pages: an indicator, its target, and a manager's result for it."""

import re
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from indicators.models.ratings import Rating
from organisation.importing.people import import_people
from organisation.models.people import User
from organisation.services.people import appoint_first_officer
from sorp.services.seeding import seed_default_statement

pytestmark = pytest.mark.django_db
UNITS = (
    "code,name,tier,parent\r\nKCC,Wealdshire,council,\r\nHW,Highways,directorate,KCC\r\n"
    "BIN,Bins,division,HW\r\n"
)
PEOPLE = (
    "email,name,post,unit,from,to\r\nann@council.example,Ann Manager,accountable_manager,BIN,2023-04-01,\r\n"
    "dee@council.example,Dee Director,director,HW,2023-04-01,\r\n"
)


def text(response):
    return " ".join(response.content.decode().split())


def sent(client, address, data):
    """A form is filled in, what changes is looked at where it is shown, and confirmed."""
    response = client.post(address, data)
    if response.status_code == 200:
        assert "What changes" in text(response), text(response)
        digest = response.context["preview"].digest
        response = client.post(address, data | {"confirmed": digest})
    assert response.status_code == 302, text(response)
    return response


def brought(client, address, name, content):
    file = SimpleUploadedFile(name, content.encode())
    check = client.post(f"{address}spreadsheet/", {"file": file}).url
    assert client.post(check).status_code == 302


def test_an_officer_creates_an_indicator_with_its_target_and_a_manager_returns_a_result(client):
    with time_machine.travel("2023-07-03 10:00 +0100", tick=False):
        seed_default_statement(from_quarter=Quarter(2023, 1), approved_on=date(2023, 4, 1), by=None)
        appoint_first_officer(
            email="perry@council.example",
            name="Perry Officer",
            council="Wealdshire",
            council_code="KCC",
            today=date(2023, 7, 3),
            by=None,
        )
        officer = User.objects.get(email="perry@council.example")
        client.force_login(officer)
        brought(client, "/set-up/units/", "units.csv", UNITS)
        import_people(PEOPLE.encode(), file="people.csv", by=officer)
        ann, dee = (User.objects.get(email=f"{each}@council.example") for each in ("ann", "dee"))

        page = text(client.get("/set-up/"))
        assert "There is none yet" in page
        definition = {
            "reference": "BIN 1",
            "title": "Bins emptied on the day",
            "kind": "kpi",
            "measure_unit": "%",
            "decimals": "1",
            "may_be_negative": "no",
            "numerator_name": "Bins emptied",
            "denominator_name": "Bins due",
            "frequency": "quarterly",
            "basis": "quarter",
            "lag_quarters": "0",
            "first_quarter": "Q1 2023/24",
            "polarity": "higher",
            "method": "floor",
            "unit": "BIN",
            "accountable_manager": str(ann.pk),
            "tier": "division",
            "layer": "core",
        }
        there = sent(client, "/set-up/indicators/add/", definition).url
        assert "1 of 1 has no target for Q2 2023/24" in text(client.get("/set-up/"))
        proposal = {"from_quarter": "2023-Q1", "target": "95", "floor": "90", "reason": "Plan"}
        offered = re.findall(r'value="(2023-Q\d)"', client.get(f"{there}propose/").content.decode())
        assert "2023-Q1" in offered
        sent(client, f"{there}propose/", proposal)

        client.force_login(dee)
        waiting = client.get("/targets/")
        (key,) = re.findall(r'name="proposals" value="(\d+)"', waiting.content.decode())
        sent(client, "/targets/", {"proposals": key, "verdict": "approve"})

        client.force_login(officer)
        begins = {
            "quarter": "2023-Q1",
            "cabinet_meets_on_day": "18",
            "cabinet_meets_on_month": "9",
            "cabinet_meets_on_year": "2023",
        }
        sent(client, "/calendar/begin/", begins)
        assert ReportingQuarter.objects.get(quarter=Quarter(2023, 1)).begun_at is not None

        client.force_login(ann)
        sheet = client.get("/returns/2023-Q1/BIN_1/")
        assert "Bins emptied" in text(sheet)
        version = re.findall(r'name="version" value="(\d+)"', sheet.content.decode())
        typed = {"numerator": "92", "denominator": "100", "confidence": "final"}
        typed |= {"commentary": "One round was late all quarter", "version": version[0]}
        typed |= {"management_action": "A fourth lorry from August"}
        sent(client, "/returns/2023-Q1/BIN_1/", typed | {"do": "save"})
        checked = client.get("/returns/2023-Q1/check/")
        sent(client, "/returns/2023-Q1/submit/", {"token": checked.context["token"]})

        rating = Rating.objects.latest_ones().get()
        assert (rating.indicator.reference, rating.value, rating.rag) == ("BIN 1", 92, "amber")
        assert rating.target == 95
