"""No link leads nowhere, and no page is without a link to it: what everybody can reach from home."""

from __future__ import annotations

import logging
import re
from collections import Counter, deque
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings
from django.urls import Resolver404, resolve

from core.views.entities import ENTITIES
from kcc_perf.trails import CALLED, HOME, LATEST_REPORT
from tests.kcc_perf.authorisation import TODAY, World, routes
from tests.standing import for_a_module

pytestmark = pytest.mark.django_db
VISITORS = (
    "anonymous",
    "performance_officer",
    "manager",
    "division_director",
    "managing_director",
    "pat_chair",
    "dat_officer",
    "auditor",
)
EACH = 3  # addresses of one route that one visitor follows
LINKS = ("href", "src", "hx-get", "data-src")
FORMS = ("action", "formaction", "hx-post")
# What nobody finds by a link of a page, and how they come there.
WITHOUT_LINK = {
    "account_inactive": "signing in leads there where the person has left",
    "account_reset_password_done": "asking for a new password leads there",
    "account_reset_password_from_key": "the link is in an e-mail",
    "account_reset_password_from_key_done": "choosing a password leads there",
    "end_sign_in": "somebody who is signed in twice ends one",
    "mfa_authenticate": "signing in leads there where there is a second step",
    "mfa_reauthenticate": "changing how one signs in leads there where there is a second step",
    "openid_connect_callback": "the council's sign-in service leads there",
    "socialaccount_login_cancelled": "stopping at the council's sign-in service leads there",
    "account_set_password": "changing a password leads there where there is none yet",
    "api_indicator": "the list of indicators names each, in JSON",
    "api_report": "the list of reports names each, in JSON",
    "calendar_feed": "a person's own address is shown on their calendar, to be copied",
    "healthz": "asked by machines",
    "partner": "its link is in an e-mail, or was shown once to be handed over",
    "readyz": "asked by machines",
    "set_up_letter": "inviting somebody by letter leads there",
    "return_submitted": "submitting a return leads there",
    "revision": "revising a closed result leads there",
    "workbook_preview": "uploading a workbook leads there",
}
# What is linked only in a state that this council is not in, and the template that has the link.
IN_ANOTHER_STATE = {
    "partner_figure": "indicators/partner.html",  # of whoever came by a partner's link
    "partner_file": "indicators/partner.html",
    "partner_workbook": "indicators/partner.html",
    "set_up_sights_history": "organisation/sights.html",
    "approve_report": "reports/edition.html",
    "council_colour": "base.html",
    "council_logo": "base.html",
    "offer_late": "indicators/not_open.html",
    "send_back_report": "reports/edition.html",
    "set_up_council_history": "organisation/council.html",
    "set_up_enable": "organisation/person.html",
    "set_up_no_logo": "organisation/council.html",
    "set_up_stay": "dashboards/answered_for_by.html",
    "set_up_take_back_unit": "organisation/unit.html",
    "forget_second_factor": "organisation/accounts.html",
    "join_council_account": "organisation/accounts.html",
    "mfa_deactivate_totp": "account/account.html",
    "mfa_download_recovery_codes": "mfa/recovery_codes/index.html",
    "mfa_generate_recovery_codes": "mfa/recovery_codes/index.html",
    "mfa_view_recovery_codes": "account/account.html",
    "openid_connect_login": "account/login.html",
    "part_council_account": "organisation/accounts.html",
    "check_return": "indicators/return.html",
    "compliance_csv": "dashboards/compliance_of_quarter.html",
    "forecasts": "escalation/early_warning.html",
    "forecasts_one_by_one": "indicators/forecasts.html",
    "indicator_parts_csv": "dashboards/indicator.html",
    "keep_draft": "indicators/enter_result.html",
    "keep_grid": "indicators/grid.html",
    "keep_plan_draft": "escalation/write_plan.html",
    "minutes_in_word": "assurance/meeting.html",  # of a meeting that was held
    "link_action": "escalation/actions.html",  # where a plan gives the name of one colleague
    "set_up_teams_new": "assurance/set_up/teams.html",
    "public_parts_csv": "reports/public_indicator.html",
    "public_months_csv": "reports/public_indicator.html",
    "submit_return": "indicators/check_return.html",
    "suspend_indicator": "indicators/unowned_indicators.html",
    "take_back_close": "escalation/quarters.html",
    "unlock_result": "reports/parts/record.html",
    "withdraw_target": "indicators/proposed_target.html",  # of an indicator further down its list
}


MAIN = re.compile("<main.*?</main>", re.DOTALL)


class Page(HTMLParser):
    """The links, the addresses to which forms are sent, and the places of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.sent_to: list[str] = []
        self.empty: list[str] = []
        self.places = {"", "top"}
        self.menu: list[str] = []
        self.under: list[str] = []  # the entries of the menu that are marked
        self.trail: list[str] = []
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "nav":
            self._in = given.get("aria-label") or ""
        elif tag == "a" and self._in == "Menu":
            self.menu.append(given["href"] or "")
            self.under += [given["href"] or ""] if "aria-current" in given else []
        elif tag == "a" and self._in == "Breadcrumb":
            self.trail.append(given["href"] or "")
        if "id" in given:
            self.places.add(given["id"] or "")
        for name in LINKS:
            if name in given:
                if not (given[name] or "").strip("# "):
                    self.empty.append(f"<{tag} {name}={given[name]!r}>")
                else:
                    self.links.append(given[name] or "")
        self.sent_to += [given[name] or "" for name in FORMS if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        if tag == "nav":
            self._in = ""


class Walk:
    """Where one visitor comes by following links from their first page."""

    def __init__(self, world: World, role: str) -> None:
        self.world, self.role = world, role
        self.reached: set[str] = set()
        self.pages: dict[str, Page] = {}  # by address: those that have a menu
        self.words: dict[str, str] = {}  # what each of them says in its main part
        self.wrong: list[str] = []
        self._followed: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._waiting: deque[tuple[str, str]] = deque()
        self._note("/" if role == "anonymous" else "/home/", "")
        while self._waiting:
            self._open(*self._waiting.popleft())
        for address, page in list(self.pages.items()):
            for step in page.trail:  # every one, however many of its route were followed
                if step not in self._seen:
                    self._seen.add(step)
                    self._open(step, address)

    def _note(self, address: str, on: str) -> None:
        """The address is followed once, if its route was not followed often enough already."""
        path = urlsplit(address).path
        name = name_at(path)
        if not name:
            self.wrong.append(f"{on}: {address} is no address of ours")
            return
        self.reached.add(name)
        if path not in self._seen and self._followed[name] < EACH:
            self._seen.add(path)
            self._followed[name] += 1
            self._waiting.append((address, on))

    def _open(self, address: str, on: str) -> None:
        response = self.world.ask(self.role, "GET", address.lstrip("/"))
        if response.status_code in (301, 302):
            self._note(urljoin(address, response.url), address)
            return
        if response.status_code != 200:
            self.wrong.append(f"{on}: {address} answers {response.status_code}")
            return
        if not response["Content-Type"].startswith("text/html") or response.streaming:
            return
        text = response.content.decode()
        page = Page(text)
        if page.menu:
            self.pages[address] = page
            self.words[address] = " ".join(re.sub("<[^>]+>", " ", MAIN.findall(text)[0]).split())
        self.wrong += [f"{address}: {each} is empty" for each in page.empty]
        for link in page.links:
            parts = urlsplit(urljoin(address, link))
            if link.startswith("#"):
                if parts.fragment not in page.places:
                    self.wrong.append(f"{address}: there is no {link} on the page")
            elif not parts.scheme and not parts.netloc and not parts.path.startswith("/static/"):
                self._note(parts._replace(fragment="").geturl(), address)
        for action in page.sent_to:
            path = urlsplit(urljoin(address, action)).path
            self.reached.add(name_at(path) or path)


@cache
def name_at(path: str) -> str:
    """What answers there, if anything: most links stand on hundreds of pages."""
    try:
        return resolve(path).url_name or path
    except Resolver404:
        return ""


@pytest.fixture(scope="module")
def walks(django_db_setup, django_db_blocker, tmp_path_factory):
    """Each visitor's walk through a council in which there is something of everything."""
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    logging.disable(logging.CRITICAL)
    with for_a_module(django_db_blocker), media, time_machine.travel(TODAY, tick=False):
        world = World()
        found = {role: Walk(world, role) for role in VISITORS}
    logging.disable(logging.NOTSET)
    return found


def test_every_link_leads_somewhere(walks):
    wrong = [f"{role}: {each}" for role, walk in walks.items() for each in walk.wrong]

    assert not wrong, "\n".join(wrong)


def test_every_page_is_linked_from_a_page_that_somebody_reaches(walks):
    """But for the check of a spreadsheet, to which bringing it leads."""
    reached = set().union(*(walk.reached for walk in walks.values()))
    named = {name for name, _ in routes() if name}

    after_bringing = {name for name in named if re.fullmatch("set_up_.+_check", name)}
    unlinked = sorted(named - reached - set(WITHOUT_LINK) - set(IN_ANOTHER_STATE) - after_bringing)
    assert not unlinked, ", ".join(unlinked)
    assert sorted((set(WITHOUT_LINK) | set(IN_ANOTHER_STATE)) & reached) == []
    assert sorted((set(WITHOUT_LINK) | set(IN_ANOTHER_STATE)) - named) == []


def test_every_page_but_the_first_has_a_trail_from_home_to_its_entry_of_the_menu(walks):
    wrong = []
    for role, walk in walks.items():
        first = "/" if role == "anonymous" else "/home/"
        for address, page in walk.pages.items():
            path = urlsplit(address).path
            section = next((each for each in reversed(page.trail) if each in page.menu), "")
            is_right = (
                page.trail == []
                if path == first
                else page.trail[:1] == [first]
                and path not in page.trail
                and len(set(page.trail)) == len(page.trail)
                and page.under == [path if path in page.menu else section]
            )
            if not is_right:
                wrong.append(f"{role}: {address}: {page.trail}, under {page.under}")

    assert not wrong, "\n".join(wrong)
    assert sum(len(page.trail) > 2 for walk in walks.values() for page in walk.pages.values()) > 50


def test_every_step_of_a_trail_leads_to_a_page_that_is_called_something(walks):
    steps = {
        urlsplit(step).path
        for walk in walks.values()
        for page in walk.pages.values()
        for step in page.trail
    }
    names = {resolve(step).url_name for step in steps}

    assert names - set(CALLED) - set(ENTITIES) == {HOME, LATEST_REPORT}


# Where the performance team is spoken of, not to: what the SORP says, and what the public reads.
SPOKEN_OF = ("/sorp/", "/performance/", "/accessibility-statement/", "/help/", "/assurance/")


def test_nobody_on_the_performance_team_is_sent_to_the_performance_team(walks):
    sent = [
        f"{address}: {found[0]}"
        for address, words in walks["performance_officer"].words.items()
        if (found := re.findall(r"[^.]*(?:[Aa]sk|[Tt]ell) the performance team[^.]*", words))
        or (
            not address.startswith(SPOKEN_OF)
            and (found := re.findall(r"[^.]*[Tt]he performance team[^.]*", words))
        )
    ]

    assert not sent, "\n".join(sent)


def test_a_page_that_is_linked_in_another_state_is_linked_by_the_template_that_is_said_to():
    templates = settings.ROOT / "templates"
    missing = [
        name
        for name, template in IN_ANOTHER_STATE.items()
        if f'url "{name}"' not in (templates / template).read_text()
    ]

    assert missing == []
