"""The guides inside the service: each page leads to the part that is about it, and each part to its pages."""

import re

import pytest
from django.urls import reverse

from core.own_words import spoken
from dashboards.queries.guides import READ_INSIDE, all_parts, as_read, guides, help_by_page
from organisation.rules import PostKind
from tests.factories import holder

pytestmark = pytest.mark.django_db
HELP = re.compile(r'<nav class="kcc-help" aria-label="Help"><a class="govuk-link" href="([^"]*)">')


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


def test_each_guide_and_each_of_its_parts_is_a_page_whose_pictures_are_there(client, officer):
    client.force_login(officer)
    pages = {
        address: client.get(address)
        for address in (
            *(each.opening.address for each in guides().values()),
            *(each.address for each in all_parts()),
        )
    }

    assert len(guides()) == len(READ_INSIDE)
    assert len(pages) > 30
    assert {answer.status_code for answer in pages.values()} == {200}
    shown = {
        picture
        for answer in pages.values()
        for picture in re.findall(r'<img src="(/help/[^"]*)"', answer.content.decode())
    }
    assert {client.get(each).headers["Content-Type"] for each in shown} <= {"image/png"}


@pytest.mark.parametrize(
    ("page", "guide", "part"),
    [
        ("set_up_units", "starting", "open-its-units"),
        ("set_up_new_unit", "starting", "open-its-units"),  # below it, and named by nothing
        ("set_up_council", "starting", "say-what-the-council-is-called"),  # named by two parts
        ("set_up", "starting", ""),
        ("backtests", "sorp", "back-tests"),
        ("take_everything", "files", ""),
    ],
)
def test_a_page_leads_to_the_part_that_is_nearest_to_it(client, officer, page, guide, part):
    client.force_login(officer)
    text = client.get(reverse(page)).content.decode()

    arguments = [guide, part] if part else [guide]
    assert HELP.findall(text) == [reverse("guide_part" if part else "guide", args=arguments)]


def test_a_page_of_which_nothing_speaks_leads_to_all_guides_and_a_public_one_to_none(
    client, officer
):
    assert HELP.findall(client.get(reverse("sorp")).content.decode()) == []

    client.force_login(officer)
    assert HELP.findall(client.get(reverse("find")).content.decode()) == [reverse("help")]


def test_every_address_that_a_part_names_leads_there_only_for_whom_it_opens(officer):
    manager = holder(PostKind.ACCOUNTABLE_MANAGER)
    part = help_by_page()["set_up_units"]

    assert '<a class="govuk-link" href="/set-up/units/">' in as_read(part.html, officer)
    assert "href" not in as_read(part.html, manager)


def test_a_guide_speaks_in_the_councils_own_words_and_holds_no_markup_of_theirs(officer):
    part = next(each for each in all_parts() if each.key == "bring-the-sorp-into-force")

    with spoken({"sorp": "Rule<b>book"}):
        read = as_read(f"<p>The SORP</p>{part.html}", officer)

    assert "<p>The Rule&lt;b&gt;book</p>" in read
    assert 'href="/sorp/first/"' in read


@pytest.mark.parametrize("name", ["no-such", "..", "REPORT"])
def test_no_file_but_a_picture_is_served(client, officer, name):
    client.force_login(officer)

    assert client.get(f"/help/pictures/{name}.png").status_code == 404
