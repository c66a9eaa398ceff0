"""The trail of a page: the pages above it, from home down to the one that it stands under.

A page stands under the page whose address begins its own: /set-up/unit/hw/move/ under /set-up/unit/hw/.
`STANDS_UNDER` says it only where addresses do not, and `CALLED` how a page is called by those below it.
No trail leads to a refusal: where the reader may not open a page, it is passed over.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template import Context, Variable, VariableDoesNotExist
from django.urls import NoReverseMatch, Resolver404, ResolverMatch, get_resolver, resolve, reverse

from core.own_words import in_own_words
from core.views.entities import ENTITIES

HOME, LATEST_REPORT = "home", "latest_report"
UNSAID = "signed in"  # what a page asks that names no permission

# Where several pages are named, a page stands under the first that its reader may open.
STANDS_UNDER: Mapping[str, str] = {
    child: parents
    for parents, children in {
        "returns home": "practise",
        "home": "notices find mfa_index account_logout sign_off follow_reminder attestation"
        " accessibility_statement help open_quarter portfolios"
        " dispatch acting_manager handover_sheet",
        "account_login": "account_reset_password account_reset_password_done account_inactive"
        " account_reset_password_from_key account_reset_password_from_key_done",
        "mfa_index": "account_change_password account_set_password account_reauthenticate",
        "dashboards": "indicator revisions data_quality_register dashboard",
        "escalations": "early_warning variations",
        "early_warning": "forecasts",
        "action_plans": "write_plan plan_version",
        "plan_version": "agree_plan review_plan",
        "indicator": "unlock_result",
        "assurance": "called_in",
        "strategy": "programme update_milestone projects savings risks",
        "sorp": "backtests compliance",
        "sorp_versions sorp": "sorp_version",
        "reports latest_report": "open_data public_report",
        "public_report reports latest_report": "public_indicator public_priority",
        "set_up home": "people questions waiting_targets completions completion quarters"
        " set_up_council take_everything",
        "quarters home": "early_close close_quarter",
        "waiting_targets": "unit_targets",
        "data_quality_register": "samples",
        "set_up_units": "set_up_unit",
        "set_up_people": "set_up_person",
        "set_up_round": "annual_round",
        "set_up_bodies": "set_up_body set_up_members",
        "set_up_teams": "set_up_team set_up_seats",
        "set_up_plan": "set_up_aims set_up_themes set_up_priorities set_up_success_factors"
        " set_up_measures set_up_milestones set_up_programmes set_up_projects"
        " set_up_evidence set_up_evaluations set_up_savings set_up_risks set_up_dependencies",
    }.items()
    for child in children.split()
}

# In words, or by what the page holds: the first of these that it has.
CALLED: Mapping[str, str | tuple[str, ...]] = {
    "account_login": "Sign in",
    "openid_connect_login": "Your council account",
    "action_plans": "Action plans",
    "annual_round": ("round.financial_year", "The round"),
    "assurance": "Assurance",
    "assurance_team": ("team.name", "meeting.team.name", "sheet.meeting.team.name", "The team"),
    "backtest": ("backtest.name", "The back-test"),
    "backtests": "Back-tests",
    "break_down": "Breakdowns",
    "calendar": "Calendar",
    "called_in": ("call_in.title", "Called in"),
    "call_in_board": "Call-in board",
    "check_return": "Check your answers",
    "completion": "Returns",
    "compliance": "How well it is kept",
    "dashboard": ("indicator.unit.name", "unit.name", "The unit"),
    "dashboards": "Dashboards",
    "data_quality": "Data quality",
    "data_quality_register": "Data quality",
    "dispatch": "From close to dispatch",
    "draft_part": ("part_title", "The part"),
    "early_close": "The early close",
    "early_warning": "Early warning",
    "edit_draft": "The draft",
    "edit_part": "The part",
    "edition": ("edition.quarter", "quarter", "The edition"),
    "enter_result": ("indicator.title", "The result"),
    "entry_grid": "Grid",
    "escalation": ("escalation.indicator.title", "The escalation"),
    "escalations": "Escalation",
    "evidence": "Evidence",
    "explanations": "Explanations",
    "forecasts": "Forecasts",
    "guide": ("guide.title", "The guide"),
    "help": "Help",
    "indicator": ("indicator.title", "about.caption", "The indicator"),
    "meeting": "Meeting",
    "mfa_index": "How you sign in",
    "mfa_view_recovery_codes": "Recovery codes",
    "my_return": "Your return",
    "notices": "Notices",
    "open_data": "Data",
    "part_targets_of": "Targets of its parts",
    "people": "Accountability",
    "plan_version": "The plan",
    "portfolio": ("brief.portfolio.name", "The portfolio"),
    "portfolios": "Portfolios",
    "practise": "Practise",
    "project": ("project.name", "The project"),
    "projects": "Projects",
    "public_report": ("report.quarter", "quarter", "The report"),
    "quarters": "Quarters",
    "questions": "Questions about figures",
    "rehearsal": "The rehearsal",
    "reports": "Report",
    "from_partners": "From partners",
    "partner": ("partner.name", "Figures to give"),
    "returns": "Return",
    "sample": ("sample.purpose", "The sample"),
    "samples": "Auditors’ samples",
    "saving": ("saving.title", "The saving"),
    "savings": "Savings",
    "round_grid": ("grid.directorate.name", "The directorate"),
    "revisions": "Revisions",
    "risk": ("risk.title", "The risk"),
    "risks": "Risks",
    "scorecard": "The file",
    "set_up": "Set up",
    "set_up_accounts": "How people sign in",
    "set_up_body": ("body.name", "about.caption", "title", "The body"),
    "set_up_council": "The council",
    "set_up_partners": "Partners",
    "set_up_partner": ("partner.name", "about.caption", "title", "The partner"),
    "set_up_sights": "What Members see",
    "set_up_person": ("person.name", "about.caption", "title", "The person"),
    "set_up_plan": "The strategic plan",
    "set_up_rehearsal": "Rehearse a quarter",
    "set_up_scorecards": "Your last scorecard",
    "set_up_team": ("team.name", "about.caption", "title", "The team"),
    "set_up_unit": ("unit.name", "about.caption", "title", "The unit"),
    "sign_off": "Sign-off",
    "sorp": "SORP",
    "sorp_version": ("version", "new_name", "draft", "The version"),
    "sorp_versions": "Versions",
    "strategy": "Strategy",
    "targets_of": "Targets",
    "update_milestone": ("milestone.title", "The milestone"),
    "variations": "Variations",
    "variations_of": "Variations",
    "waiting_targets": "Targets to approve",
    "workbook": "Workbook",
    "write_plan": "The plan",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A page above this one: the name of its route, and its address for this reader."""

    name: str
    address: str

    def words(self, page: Context) -> str:
        """What it is called, as its own page or the one below has it."""
        called = CALLED.get(self.name)
        if isinstance(called, tuple):
            *paths, otherwise = called
            found = next(filter(None, (_held(page, each) for each in paths)), otherwise)
            return str(found)
        if self.name == HOME:
            return "Home"
        if self.name == LATEST_REPORT:
            return "Latest report"
        if called is None:
            entity = ENTITIES.get(self.name)
            called = entity.title if entity else self.name.replace("_", " ").capitalize()
            if self.name.removesuffix("_bring") in ENTITIES and not entity:
                called = "Upload a spreadsheet"
        return in_own_words(called)


def _held(page: Context, path: str) -> Any:
    try:
        return Variable(path).resolve(page)
    except VariableDoesNotExist:
        return None


@dataclass(frozen=True, slots=True)
class Page:
    """What answers at an address: the name of its route, and the permission that it asks for."""

    name: str
    permission: str | None


@lru_cache(maxsize=4096)
def page_at(address: str) -> Page | None:
    """Remembered: to look through all patterns for the pages above one took up to a sixth of a page's time."""
    try:
        match = resolve(address)
    except Resolver404:
        return None
    if not match.url_name:
        return None
    return Page(match.url_name, getattr(match.func, "permission", UNSAID))


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page, and which pages are known to be open to them."""

    user: Any
    menu: Container[str]  # the entries that they have
    permission: str | None  # what the page that they read asks of them

    def opens(self, page: Page) -> bool:
        """Whether they may open a page. One that asks the same as the page they read is open to them."""
        if page.permission is None or page.name in self.menu:
            return True
        if not self.user or not self.user.is_authenticated:
            return False
        return page.permission in (UNSAID, self.permission) or bool(self.user.may(page.permission))


def trail(match: ResolverMatch | None, *, path: str, user: Any, menu: Container[str]) -> list[Step]:
    """The pages above one, from home down. None above home, and none where no page was found.

    `menu` names the entries that the reader has: each stands directly under home.
    """
    first = HOME if user and user.is_authenticated else LATEST_REPORT
    if match is None or match.url_name in (None, first):
        return []
    reader = Reader(user, menu, getattr(match.func, "permission", None))
    steps: list[Step] = []
    name, address = str(match.url_name), path
    while name not in menu and (above := _above(name, address, match.kwargs, reader)) is not None:
        if above.name == first or any(above.name == each.name for each in steps):
            break
        steps.append(above)
        name, address = above.name, above.address
    home = _step(first, {}, reader)
    return [*([home] if home else []), *reversed(steps)]


def _above(name: str, address: str, given: Mapping[str, Any], reader: Reader) -> Step | None:
    """The page that a page stands under, as declared, or else by its address."""
    if name in STANDS_UNDER:
        declared = (_step(each, given, reader) for each in STANDS_UNDER[name].split())
        return next(filter(None, declared), None)
    return next(_by_address(address, name, reader), None)


def _by_address(address: str, name: str, reader: Reader) -> Iterator[Step]:
    parts = address.strip("/").split("/")[:-1]
    for end in range(len(parts), 0, -1):
        shorter = f"/{'/'.join(parts[:end])}/"
        page = page_at(shorter)
        if page and page.name != name and reader.opens(page):
            yield Step(page.name, shorter)


def _step(name: str, given: Mapping[str, Any], reader: Reader) -> Step | None:
    """The page of this name, where what is given fills its address and the reader may open it."""
    for possible, *_ in get_resolver().reverse_dict.getlist(name):
        for _, wanted in possible:
            if set(wanted) <= set(given):
                try:
                    address = reverse(name, kwargs={each: given[each] for each in wanted})
                except NoReverseMatch:
                    continue
                page = page_at(address)
                if page and reader.opens(page):
                    return Step(name, address)
    return None
