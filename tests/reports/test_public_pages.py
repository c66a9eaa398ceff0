"""Public pages, files and API: drawn from published editions alone, cheap, and cached by what they are."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from core import jobs
from core.models.jobs import Job
from indicators.models.ratings import Rating
from organisation.rules import PostKind
from reports.views.editions_cache import _report
from tests.factories import IndicatorFactory, UserFactory, holder, rated
from tests.reports.documents import ADDRESS, CARE, Q, edition_document, indicator
from tests.reports.factories import EditionFactory, EditionFileFactory

pytestmark = pytest.mark.django_db
PAGES = [
    "/",
    "/performance/2022-Q4/",
    "/performance/indicators/HW-01/",
    "/performance/indicators/HW-01/figures.csv",
    "/performance/indicators/HW-01/parts.csv",
    "/performance/indicators/HW-02/months.csv",
    "/performance/priorities/better-roads/",
    "/data/",
    "/api/v1/reports/",
    "/api/v1/reports/2022-Q4/",
    "/api/v1/indicators/",
    "/api/v1/indicators/HW-01/",
]


@pytest.fixture(autouse=True)
def _nothing_remembered():
    _report.cache_clear()


@pytest.fixture
def published():
    edition = EditionFactory(published=True)
    EditionFileFactory(edition=edition)
    return edition


@pytest.mark.parametrize("address", PAGES)
def test_everyone_may_read_it(published, client, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_a_page_read_again_is_not_sent_again(published, client, address):
    first = client.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert not first.headers["ETag"].startswith("W/")

    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert not again.content


@pytest.mark.parametrize("address", PAGES)
def test_a_newer_edition_is_sent_to_those_who_have_the_old_one(published, client, address):
    tag = client.get(address).headers["ETag"]
    EditionFactory(published=True, number=2)

    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_a_draft_is_nobodys_to_read(client, address):
    EditionFactory()

    answer = client.get(address)

    assert b"HW-01" not in answer.content
    assert b"Potholes" not in answer.content


@pytest.mark.usefixtures("sorp_in_force")
@pytest.mark.parametrize("address", PAGES)
def test_live_tables_never_show(published, client, address):
    live = IndicatorFactory(reference="HW-01", title="A title not yet published")
    rated(live, "RRR")
    assert Rating.objects.exists()

    assert b"not yet published" not in client.get(address).content


@pytest.mark.parametrize("address", PAGES)
def test_no_address_of_an_officer_is_on_it(published, client, address):
    assert ADDRESS in json.dumps(published.document)

    assert ADDRESS.encode() not in client.get(address).content
    assert b"Rosalind Manager" not in client.get(address).content


@pytest.mark.parametrize(
    ("address", "most"), list(zip(PAGES, [4, 4, 3, 4, 4, 4, 4, 4, 4, 2, 2, 2], strict=True))
)
@pytest.mark.parametrize("how_many", [1, 20])
def test_a_page_takes_as_few_queries_for_twenty_indicators_as_for_one(
    address, most, how_many, client, django_assert_max_num_queries
):
    many = [
        indicator(f"PI-{number:02}", [95], target=90, floor=80, **CARE)
        for number in range(how_many - 1)
    ]
    document = edition_document(indicators=[indicator("HW-01", [70], target=90, floor=80), *many])
    EditionFileFactory(edition=EditionFactory(published=True, document=document))

    with django_assert_max_num_queries(most):
        client.get(address)


def test_a_page_already_drawn_asks_for_its_edition_and_the_plans_agreed_since(
    published, client, django_assert_num_queries
):
    client.get("/performance/indicators/HW-01/")

    with django_assert_num_queries(2):
        client.get("/performance/indicators/HW-01/")


def test_before_anything_is_published_it_says_what_will_appear(client):
    assert "No report is published yet" in client.get("/").content.decode()
    assert "Nothing is published yet" in client.get("/data/").content.decode()
    assert client.get("/api/v1/reports/").json()["reports"] == []


@pytest.mark.parametrize(
    "address",
    [
        "/performance/2011-Q1/",
        "/performance/2011-Q9/",
        "/performance/indicators/NO-SUCH/",
        "/performance/indicators/NO-SUCH/figures.csv",
        "/performance/priorities/no-such/",
        "/performance/2022-Q4/files/no-such.csv",
        "/performance/2022-Q4/files/..%2F..%2Fsettings.py",
        "/api/v1/reports/2011-Q1/",
        "/api/v1/indicators/NO-SUCH/",
    ],
)
def test_what_was_never_published_is_not_found(published, client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("key", ["2011-Q1", "2011-Q9", "last-quarter"])
def test_the_api_says_in_json_that_a_quarter_has_no_report(published, client, key):
    answer = client.get(f"/api/v1/reports/{key}/")

    assert answer.status_code == 404
    assert set(answer.json()) == {"detail"}


def test_the_api_dates_a_publication_by_the_clock_of_the_council(client):
    just_after_midnight = datetime(
        2023, 5, 14, 23, 30, tzinfo=UTC
    )  # half past twelve in summer time
    EditionFactory(published=True, published_at=just_after_midnight)

    (listed,) = client.get("/api/v1/reports/").json()["reports"]

    assert listed["published_on"] == "2023-05-15"


def test_an_indicator_that_left_the_report_keeps_its_address(client):
    EditionFactory(published=True)
    later = edition_document(indicators=[indicator("AS-01", [95], target=90, floor=80, **CARE)])
    EditionFactory(
        published=True, report__quarter=Q.next(), document={**later, "quarter": "2023-Q1"}
    )

    assert "Q4 2022/23" in client.get("/performance/indicators/HW-01/").content.decode()


def test_the_indicators_page_answers_a_residents_three_questions(published, client):
    page = client.get("/performance/indicators/HW-01/").content.decode()

    for question in ("Why is this red?", "What is being done?", "Who answers for it?"):
        assert question in page
    assert "76.4% is below the floor standard of 80%" in page
    assert "Recruit to the two vacant gangs" in page
    assert "Accountable manager, Highways" in page
    assert "was 85.2" in page  # what was revised


def test_the_chart_and_its_table_twin_carry_the_same_figures(published, client):
    page = client.get("/performance/indicators/HW-01/").content.decode()
    rows = client.get("/performance/indicators/HW-01/figures.csv").content.decode().splitlines()

    values = [row.split(",")[2] for row in rows[1:]]
    assert len(values) == 16
    for value in filter(None, values):
        assert f"{float(value):.1f}" in page


class Outline(HTMLParser):
    def __init__(self):
        super().__init__()
        self.levels = []
        self.ids = []

    def handle_starttag(self, tag, attributes):
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.levels.append(int(tag[1]))
        self.ids += [value for name, value in attributes if name == "id"]


@pytest.mark.parametrize(
    "address", [each for each in PAGES if "api" not in each and "csv" not in each]
)
def test_headings_do_not_skip_and_ids_are_one_of_a_kind(published, client, address):
    outline = Outline()
    outline.feed(client.get(address).content.decode())

    assert outline.levels.count(1) == 1
    steps = zip(outline.levels, outline.levels[1:], strict=False)
    assert all(later - earlier <= 1 for earlier, later in steps)
    assert len(outline.ids) == len(set(outline.ids))


def test_a_file_is_served_as_it_was_kept(published, client):
    answer = client.get("/performance/2022-Q4/files/counts.csv")

    assert b"".join(answer.streaming_content) == b"one\r\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="2022-Q4-counts.csv"'
    again = client.get(
        "/performance/2022-Q4/files/counts.csv", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_the_api_says_what_edition_json_says(published, client):
    assert client.get("/api/v1/reports/2022-Q4/").json() == published.public_document
    listed = client.get("/api/v1/indicators/").json()["indicators"]
    assert [each["reference"] for each in listed] == [
        each["reference"] for each in published.public_document["indicators"]
    ]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", PAGES)
def test_nothing_public_takes_anything_but_a_question(published, client, address, method):
    assert getattr(client, method)(address).status_code == 405


def test_those_signed_in_get_a_page_of_their_own(published, client):
    client.force_login(UserFactory())

    answer = client.get("/")

    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "ETag" not in answer.headers


# For officers ------------------------------------------------------------------------------------

BUILD = "/reports/2022-Q4/build/"
CHECK = "/reports/2022-Q4/1/check/"
FILE = "/reports/2022-Q4/1/files/counts.csv"


@pytest.fixture
def closed():
    from core.models.quarters import ReportingQuarter

    return ReportingQuarter.objects.create(
        quarter=Q, state="closed", closed_at="2023-05-02T09:00:00Z"
    )


@pytest.mark.parametrize(
    ("kind", "reads", "builds"),
    [
        (None, 403, 403),
        (PostKind.STAFF, 200, 403),
        (PostKind.MEMBER, 403, 403),
        (PostKind.DIRECTOR, 200, 403),
        (PostKind.ACCOUNTABLE_MANAGER, 200, 403),
        (PostKind.PERFORMANCE_OFFICER, 200, 302),
    ],
)
def test_who_may_read_drafts_and_who_may_build_and_check(closed, client, kind, reads, builds):
    edition = EditionFactory()
    EditionFileFactory(edition=edition)
    client.force_login(holder(kind) if kind else UserFactory())

    assert client.get("/reports/").status_code == reads
    file = client.get(FILE)
    file.getvalue()  # to the end, so that it is closed
    assert file.status_code == reads
    assert client.post(BUILD).status_code == builds
    assert client.post(CHECK).status_code == builds
    edition.refresh_from_db()
    assert (edition.state == "checked") is (builds == 302)


@pytest.mark.parametrize("address", ["/reports/", FILE])
def test_those_not_signed_in_are_asked_to(client, address):
    EditionFileFactory()

    assert reverse("account_login") in client.get(address).headers["Location"]


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER)
    client.force_login(person)
    return person


def test_building_owes_a_job_once_however_often_it_is_asked(closed, officer, client, monkeypatch):
    monkeypatch.setattr(jobs, "notify_worker", lambda job: None)

    client.post(BUILD)
    told = client.post(BUILD, follow=True).content.decode()

    job = Job.objects.get()
    assert (job.kind, job.arguments) == (
        "build_report",
        {"quarter": "2022-Q4", "by": officer.pk, "note": ""},
    )
    assert "already under way" in told
    assert "Waiting to begin" in told


def test_a_quarter_that_is_not_closed_cannot_be_built(officer, client):
    assert client.post(BUILD).status_code == 404
    assert not Job.objects.exists()


def test_an_edition_without_files_is_refused_in_words(closed, officer, client):
    EditionFactory()

    assert "Build the files" in client.post(CHECK, follow=True).content.decode()


@pytest.mark.parametrize("how_many", [2, 20])
def test_the_page_of_editions_says_what_stands(
    how_many, closed, officer, client, django_assert_max_num_queries
):
    for number in range(1, how_many + 1):
        EditionFileFactory(edition=EditionFactory(number=number, published=number < how_many))

    with django_assert_max_num_queries(10):
        page = client.get("/reports/").content.decode()

    assert f"Edition {how_many}: draft" in page
    assert f"Edition {how_many - 1}: published" in page
    assert page.count("Build a correction") == 1


@pytest.mark.usefixtures("published")
def test_an_indicator_is_shown_by_its_parts_and_the_few_are_withheld(client):
    page = " ".join(client.get("/performance/indicators/HW-01/").content.decode().split())
    rows = client.get("/performance/indicators/HW-01/parts.csv").content.decode().splitlines()

    assert "By district" in page
    assert "2 of 3 parts are withheld, so that nobody can be recognised." in page
    assert "withheld: fewer than 5" in page
    assert "135 of 200" in page
    assert "Q4 2022/23 was revised after it was closed: Dover was counted twice" in page
    assert page.count('id="panel-HW-01-district-') >= 3
    assert "3 of 50" not in page
    assert "83.3" not in page
    assert rows[2] == (
        "HW-01,2022-Q4,district,ashford,,,,,Ashford,withheld: fewer than 5,,withheld,,,,,,,,,,no"
    )
    assert rows[4].startswith("HW-01,2022-Q4,district,dover,67.5,135,200,,Dover,,amber,,floor,,70")


@pytest.mark.usefixtures("published")
def test_an_indicator_that_was_published_without_parts_has_no_file_of_them(client):
    assert client.get("/performance/indicators/HW-02/parts.csv").status_code == 404
    assert "Download its parts" not in client.get("/performance/indicators/HW-02/").content.decode()


@pytest.mark.usefixtures("published")
def test_an_indicator_given_by_month_shows_its_months_with_their_marks(client):
    page = " ".join(client.get("/performance/indicators/HW-02/").content.decode().split())
    rows = client.get("/performance/indicators/HW-02/months.csv").content.decode().splitlines()

    assert "By month" in page
    assert "Only the quarter is rated and referred up." in page
    assert "98.8% [p]" in page
    assert "98.4% [r]" in page
    assert "withheld: Fewer than 5" in page
    assert "The last is provisional." in page
    assert page.index("March 2023") < page.index("January 2023</th>")
    assert rows == [
        "reference,month,value,confidence,not_available,withheld,revised",
        "HW-02,2022-10,98.4,final,,no,yes",
        "HW-02,2022-11,,final,Fewer than 5,yes,no",
        "HW-02,2022-12,,final,The system was down,no,no",
        "HW-02,2023-01,98.5,final,,no,no",
        "HW-02,2023-02,98.625,final,,no,no",
        "HW-02,2023-03,98.75,provisional,,no,no",
    ]


@pytest.mark.usefixtures("published")
def test_an_indicator_that_was_published_by_quarter_has_no_months(client):
    assert client.get("/performance/indicators/HW-01/months.csv").status_code == 404
    assert "By month" not in client.get("/performance/indicators/HW-01/").content.decode()
