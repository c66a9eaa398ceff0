"""Broken workbooks: each is refused or understood, and nothing is saved by half."""

import os
import sys

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.quarters import Quarter
from indicators.models.returns import Draft
from indicators.services.drafts import save_draft
from indicators.workbooks.writing import write_workbook
from tests.indicators.workbook_mutations import KINDS, mutation
from tests.indicators.workbooks import manager_of

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
# Two of each kind here; tests/load/workbook_mutations.py does a thousand, and times each.
HOW_MANY = int(os.environ.get("WORKBOOK_MUTATIONS", 2 * len(KINDS)))


@pytest.fixture
def _in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=True):
        yield


@pytest.fixture
def filled(_in_july, sorp_in_force):
    """A manager, and their workbook filled in as if in a spreadsheet: by our own writer, which
    shares strings between cells as spreadsheet programs do."""
    manager = manager_of(5)
    typed = {"value": "95.5", "commentary": "As expected.", "confidence": "provisional"}
    for indicator in manager.indicators.all():
        said = {"indicator": indicator, "quarter": Q1, "typed": typed, "version": 0}
        save_draft(**said, is_complete=True, by=manager)
    content = write_workbook(manager, Q1)
    Draft.objects.all().delete()
    return manager, content


def test_no_broken_workbook_breaks_the_service_or_is_saved_by_half(client, filled):
    manager, content = filled
    client.force_login(manager)
    faults, outcomes = [], {}
    for number in range(HOW_MANY):
        kind, broken = mutation(content, number)
        outcome, drafts = _sent(client, broken)
        outcomes[kind, outcome] = outcomes.get((kind, outcome), 0) + 1
        if outcome not in ("refused", "rejected", "nothing to save", "saved"):
            faults.append((number, kind, outcome))
        if (drafts > 0) != (outcome == "saved"):
            faults.append((number, kind, outcome, f"{drafts} drafts"))
        Draft.objects.all().delete()

    for (kind, outcome), count in sorted(outcomes.items()):
        sys.stdout.write(f"{kind:24} {outcome:16} {count}\n")
    assert faults == []
    kinds_of_outcome = {outcome for _, outcome in outcomes}
    assert {"refused", "rejected", "saved"} <= kinds_of_outcome  # else the mutations say nothing


def _sent(client, broken):
    """Upload it and press whatever button is offered. What came of it, and how many drafts."""
    file = SimpleUploadedFile("return.xlsx", broken)
    looked = client.post(reverse("workbook", args=[Q1.key]), {"file": file})
    if looked.status_code == 200:
        told = looked.context["form"].errors.get("file")
        return ("refused" if told else "no error told"), Draft.objects.count()
    if looked.status_code != 302:
        return f"status {looked.status_code}", Draft.objects.count()
    page = client.get(looked["Location"])
    found = page.context["found"]
    pressed = client.post(looked["Location"])
    drafts = Draft.objects.count()
    if found.rejected or not found.to_save:
        outcome = "rejected" if found.rejected else "nothing to save"
        named = all(each.cell and each.told for each in found.rejected)
        return (outcome if pressed.status_code == 409 and named else "saved wrongly"), drafts
    whole = pressed.status_code == 302 and drafts == len(found.to_save)
    return ("saved" if whole else f"{drafts} of {len(found.to_save)} saved"), drafts
