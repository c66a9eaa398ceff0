"""The report and a pack stand in the council's own colour, frozen with them."""

from datetime import date

import pytest

from core.models.quarters import ReportingQuarter
from core.own_words import spoken
from organisation.models.council import Council
from organisation.queries import forget_council
from reports.contents.edition import edition_contents
from reports.rendering.assets import OURS, in_colour, page_styles, print_styles
from reports.rendering.html import report_page
from reports.rules.projection import public_form
from reports.schema import check_form
from tests.factories import Q1
from tests.reports.documents import public_edition

THEIRS = "#6b1f2a"


@pytest.mark.parametrize("for_print", [True, False])
def test_a_report_is_drawn_in_the_colour_that_was_frozen_with_it(for_print):
    document = public_edition()
    assert OURS in report_page(document, for_print=for_print)

    coloured = {**document, "colour": THEIRS}

    check_form(coloured)
    page = report_page(coloured, for_print=for_print)
    assert THEIRS in page
    assert OURS not in page
    with spoken({"colour": "#000000"}):
        assert report_page(coloured, for_print=for_print) == page  # not what it is today
    assert public_form({**coloured, "form": "full"})["colour"] == THEIRS


@pytest.mark.django_db
@pytest.mark.parametrize("colour", [THEIRS, ""])
def test_an_edition_freezes_the_colour_of_its_day(sorp_in_force, colour):
    ReportingQuarter.objects.create(quarter=Q1, state="closed", closed_at="2011-08-01T09:00:00Z")
    Council.objects.create(pk=Council.ONLY, name="Wealdshire", colour=colour)
    forget_council()
    try:
        document = edition_contents(quarter=Q1, number=1, frozen_on=date(2011, 8, 2))
    finally:
        forget_council()

    assert document.get("colour", "") == colour
    assert ("colour" in document) is bool(colour)


def test_without_a_colour_of_its_own_styles_are_ours():
    for styles in (print_styles(), page_styles("A")):
        assert in_colour(styles, "") == styles
        assert OURS not in in_colour(styles, THEIRS)
