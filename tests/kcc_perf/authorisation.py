"""A small council in which everybody may try every door: who they are, and what stands where.

It is built once, in a transaction of its own that is rolled back; each try is rolled back too.
`PLACES` says what an address is filled in with, by whose matter it is and how far it has got.
"""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from http.cookies import SimpleCookie
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from assurance.rules import SeatKind
from core.clock import now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from escalation.models.backtests import Backtest
from escalation.models.early_closes import EarlyClose
from escalation.models.recorded_closes import RecordedClose
from escalation.models.rehearsals import Rehearsal
from escalation.rules.rule_files import DEFAULT_RULES, rules_document
from escalation.services.backtests import keep_as_evidence, run_backtest
from escalation.services.rehearsals import run_rehearsal
from indicators.calendar_feed import token_of
from indicators.models.calendar import CalendarDay
from indicators.models.definitions import Indicator
from indicators.models.moves import IndicatorMove
from indicators.models.returns import Draft, Evidence, Submission
from indicators.models.rounds import AnnualRound, RoundLine
from indicators.models.target_proposals import TargetProposal
from indicators.models.workbooks import WorkbookUpload
from indicators.queries.samples import Drawable
from indicators.rules.returns import ResultState
from indicators.rules.samples import Method
from indicators.scorecards.bringing import keep_scorecard
from indicators.services.chasing import remind_now
from indicators.services.partners import give_figure, invite_partner, make_link
from indicators.services.samples import draw_sample
from organisation.models.accounts import CouncilAccount
from organisation.models.bodies import Committee, Membership
from organisation.models.people import Appointment
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Level, Step
from sorp.models.statement import Statement, Version
from sorp.services.seeding import seed_default_statement
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    EscalationFactory,
    InvitationFactory,
    MeetingDocumentFactory,
    MeetingFactory,
    PackFactory,
    PaperFactory,
    SeatFactory,
    TeamFactory,
)
from tests.factories import (
    CouncilFactory,
    ExplanationFactory,
    IndicatorFactory,
    RatingFactory,
    RevisionFactory,
    TargetFactory,
    UnitFactory,
    UserFactory,
    VariationFactory,
    holder,
)
from tests.indicators.factories import BreakdownFactory, PartFactory, PartTargetFactory
from tests.reports.factories import (
    EditionFactory,
    EditionFileFactory,
    QuarterlyReportFactory,
    SmallEditionFactory,
)
from tests.strategy.factories import (
    AimFactory,
    DependencyFactory,
    EvaluationFactory,
    EvidenceFactory,
    MeasureFactory,
    MilestoneFactory,
    PriorityFactory,
    ProgrammeFactory,
    ProjectFactory,
    RiskFactory,
    SavingFactory,
    SuccessFactorFactory,
    ThemeFactory,
)

MATRIX = Path(__file__).resolve().parents[1] / "authorisation_matrix.csv"
TODAY = "2023-07-20 10:00 +0100"
OPEN, CLOSED, UNPUBLISHED = Quarter(2023, 1), Quarter(2022, 4), Quarter(2022, 3)
MEETS = date(2023, 7, 18)
SIGN_IN = "sign in"  # how the matrix writes being sent to the sign-in page

# Who may try. *Own* in the matrix is the division of `manager` and the directorate over it.
ROLES = (
    "anonymous",
    "nobody",  # signed in, without a post
    "staff",
    "manager",
    "deputy",
    "division_director",
    "directorate_director",
    "managing_director",
    "performance_officer",
    "member",
    "cabinet_member",
    "governance_chair",
    "pat_chair",  # also Deputy Managing Director
    "pat_ned",
    "dat_officer",
    "directorate_officer",  # of the directorate over `manager`
    "auditor",
)
GROUPS = {
    "everyone": set(ROLES),
    "signed_in": set(ROLES) - {"anonymous"},
    "posts": set(ROLES) - {"anonymous", "nobody"},
    # Members see what is published; from which stage on they see more: tests/dashboards/test_sights.py.
    "readers": set(ROLES) - {"anonymous", "nobody", "member", "cabinet_member", "governance_chair"},
    "answerers": {"manager", "deputy", "performance_officer"},
    "planners": {"manager", "performance_officer"},
    "sorp_approvers": {"managing_director", "pat_chair"},
    "directors_and_answerers": {
        *("manager", "deputy", "performance_officer", "division_director"),
        *("directorate_director", "managing_director", "pat_chair"),
    },
    "proposers": {
        *("manager", "directorate_officer", "division_director", "directorate_director"),
        *("managing_director", "pat_chair", "performance_officer"),
    },
    "pat_leads": {"performance_officer", "pat_chair"},
    "dat_leads": {"performance_officer", "managing_director"},
    "division_speakers": {
        *("performance_officer", "division_director", "directorate_director"),
        *("managing_director", "pat_chair"),
    },
    "council_directors": {"performance_officer", "managing_director", "pat_chair"},
    "signers": {"division_director", "directorate_director", "managing_director", "pat_chair"},
    "pat_readers": {
        *("performance_officer", "cabinet_member", "governance_chair", "pat_chair", "pat_ned"),
        "auditor",
    },
    "dat_readers": {
        *("performance_officer", "cabinet_member", "governance_chair", "dat_officer", "auditor"),
        "managing_director",  # who chairs DAT
    },
}
# What must be said for a door to have anything to answer.
FORM = "application/x-www-form-urlencoded"
BODIES = {"called_in": "act=challenge", "round_line": "act=comment", "keep_backtest": "version=7.0"}
QUERIES = {"move_indicators": "?from={manager}"}
# How far a result has got, and the number of the indicator where it has got so far.
STATES = {
    "open": (1, None),
    "submitted": (2, ResultState.SUBMITTED),
    "returned": (3, ResultState.RETURNED),
    "division_approved": (4, ResultState.DIVISION_APPROVED),
    "approved": (5, ResultState.APPROVED),
}


@dataclass(frozen=True, slots=True)
class Try:
    """A door, at whose matter and in which state, and how everybody who is not refused is answered.

    In the matrix it is one line, or several where those let in are answered differently.
    """

    route: str
    method: str
    whose: str
    state: str
    answers: Mapping[str, int]

    def __str__(self) -> str:
        return "-".join([self.route, self.method, self.whose or "any", self.state or "any"])

    def expected(self, role: str) -> int | str:
        """A stranger is sent to sign in; who lacks the right is refused."""
        return self.answers.get(role, SIGN_IN if role == "anonymous" else 403)

    @property
    def not_found(self) -> set[str]:
        """From whom it is hidden."""
        return {role for role, answer in self.answers.items() if answer == 404}


def tries() -> list[Try]:
    found: dict[tuple[str, str, str, str], dict[str, int]] = {}
    with MATRIX.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["route"], row["method"], row["whose"], row["state"])
            answers = found.setdefault(key, {})
            said = dict.fromkeys(people(row["admitted"]), int(row["answer"])) | dict.fromkeys(
                people(row["not_found"]), 404
            )
            if twice := set(answers) & set(said):
                raise ValueError(f"{key} says twice what {sorted(twice)} are answered")
            answers |= said
    return [Try(*key, answers) for key, answers in found.items()]


def people(said: str) -> frozenset[str]:
    """Roles and groups, one after another; a minus before a name takes it out again."""
    found: set[str] = set()
    for word in said.split():
        name = word.removeprefix("-")
        if name not in GROUPS and name not in ROLES:
            raise ValueError(f"{name} is neither a role nor a group")
        members = GROUPS.get(name, {name})
        found = found - members if word.startswith("-") else found | members
    return frozenset(found)


def routes(patterns=None, prefix="") -> Iterator[tuple[str, str]]:
    """Every route's name and address, as the resolver has them."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield pattern.name or "", address
        else:
            yield from routes(pattern.url_patterns, address)


class World:
    """The council, a browser for each of its people, and what addresses are filled in with."""

    def __init__(self):
        seed_default_statement(from_quarter=Quarter(2010, 1), approved_on=date(2010, 4, 1), by=None)
        self.council = CouncilFactory()
        self.units = {}
        for whose in ("own", "other"):
            directorate = UnitFactory(code=f"{whose}-directorate")
            self.units[whose] = UnitFactory(
                code=f"{whose}-division", tier=UnitTier.DIVISION, parent=directorate
            )
        self.people = dict(self._people())
        self.browsers = {role: self._browser(role) for role in ROLES}
        self.cookies = {
            role: {name: morsel.value for name, morsel in browser.cookies.items()}
            for role, browser in self.browsers.items()
        }
        self.parts = self._parts_of_the_plan()
        self.places = self._places()

    # Asking ------------------------------------------------------------------------------------

    def ask(self, role: str, method: str, address: str, route: str = ""):
        """What a person is answered; whatever it changed is as before."""
        browser = self.browsers[role]
        browser.cookies = SimpleCookie(self.cookies[role])  # signing out takes the key away
        with transaction.atomic():
            response = browser.generic(method, "/" + address, BODIES.get(route, ""), FORM)
            if getattr(response, "streaming", False):
                b"".join(response)  # only read to its end is it closed as a browser would
            transaction.set_rollback(True)
        return response

    def told(self, role: str, method: str, address: str, route: str = "") -> int | str:
        """The same in a word: a status, or that they are sent to sign in."""
        response = self.ask(role, method, address, route)
        if response.status_code == 302 and response.url.startswith("/accounts/sign-in/"):
            return SIGN_IN
        return response.status_code

    def addresses(self, route: str, whose: str, state: str) -> list[str]:
        """A route's addresses, filled in."""
        return [
            self.filled(address, route, whose, state) for name, address in routes() if name == route
        ]

    def filled(self, address: str, route: str, whose: str, state: str) -> str:
        place = self.places[whose, state] | self.exceptions(route, whose, state)

        def value(match):
            name = match[1]
            if name not in place:
                raise LookupError(f"Say in tests/kcc_perf/authorisation.py what <{name}> is")
            return str(place[name])

        query = QUERIES.get(route, "").format(**place)
        return re.sub(r"<(?:\w+:)?(\w+)>", value, address) + query

    # People ------------------------------------------------------------------------------------

    def _people(self):
        own, other = self.units["own"], self.units["other"]
        yield "nobody", UserFactory()
        yield "staff", holder(PostKind.STAFF, unit=own)
        yield "manager", holder(PostKind.ACCOUNTABLE_MANAGER, unit=own)
        yield "other_manager", holder(PostKind.ACCOUNTABLE_MANAGER, unit=other)
        yield "deputy", holder(PostKind.DEPUTY, unit=own)
        yield "division_director", holder(PostKind.DIRECTOR, unit=own)
        yield "directorate_director", holder(PostKind.DIRECTOR, unit=own.parent)
        yield "other_director", holder(PostKind.DIRECTOR, unit=other)
        yield "managing_director", holder(PostKind.MANAGING_DIRECTOR, unit=self.council)
        yield "performance_officer", holder(PostKind.PERFORMANCE_OFFICER, unit=self.council)
        yield "member", holder(PostKind.MEMBER, unit=self.council)
        yield "cabinet_member", holder(PostKind.CABINET_MEMBER_PERFORMANCE, unit=self.council)
        yield "governance_chair", holder(PostKind.CHAIR_GOVERNANCE_AUDIT, unit=self.council)
        yield "pat_chair", holder(PostKind.DEPUTY_MANAGING_DIRECTOR, unit=self.council)
        yield "pat_ned", holder(PostKind.STAFF, unit=self.council)
        yield "directorate_officer", holder(PostKind.DIRECTORATE_OFFICER, unit=own.parent)
        yield "auditor", holder(PostKind.AUDITOR, unit=self.council)
        yield "dat_officer", holder(PostKind.STAFF, unit=self.council)

    def _browser(self, role):
        browser = Client(raise_request_exception=False)
        if role != "anonymous":
            browser.force_login(self.people[role])
        return browser

    def _parts_of_the_plan(self):
        """One part of each kind, by what its set-up pages are called."""
        project = ProjectFactory(programme=ProgrammeFactory(slug="change"))
        priority = PriorityFactory(slug="to-be-set-up")
        return {
            "aims": AimFactory().pk,
            "themes": ThemeFactory().pk,
            "priorities": priority.pk,
            "success_factors": SuccessFactorFactory(priority=priority).pk,
            "measures": MeasureFactory(
                priority=priority, kind="evidence", indicator=None, wording="A survey"
            ).pk,
            "milestones": MilestoneFactory(priority=priority).pk,
            "programmes": project.programme_id,
            "projects": project.pk,
            "evidence": EvidenceFactory(priority=priority).pk,
            "evaluations": EvaluationFactory(priority=priority).pk,
            "dependencies": DependencyFactory(project=project).pk,
            "savings": SavingFactory().pk,
            "risks": RiskFactory().pk,
        }

    # Places ------------------------------------------------------------------------------------

    def _places(self):
        quarters = {OPEN: "open", CLOSED: "closed", UNPUBLISHED: "closed"}
        for quarter, state in quarters.items():
            ReportingQuarter.objects.create(
                quarter=quarter,
                state=state,
                begun_at=now() if state == "open" else None,
                cabinet_meets_on=date(2023, 9, 20) if state == "open" else None,
                closed_at=now() if state == "closed" else None,
            )
        for step, tier in [(step, "") for step in Step] + [(Step.ENTRY, "team")]:
            CalendarDay.objects.create(quarter=OPEN, step=step, tier=tier, due_on=date(2023, 7, 31))
        EarlyClose.objects.create(quarter=OPEN, reason="Cabinet meets", asked_by=UserFactory())
        published, draft = self._editions()
        assurance = self._assurance()
        places = {
            ("", ""): {
                "uidb36": "1",
                "key": "no-such-key",
                "manager": self.people["manager"].pk,
                "reminder": self._reminder().key,
                "code": self.units["own"].code,
                "ending": "xlsx",
                "pk": self.people["staff"].pk,
                "digest": "0" * 64,
                "colour": "123c4a",
                "guide": "starting",
                "chapter": "come-in",
                "picture": "report",
                **self._bodies(),
            }
        }
        for whose in ("own", "other"):
            for state in STATES:
                places[whose, state] = self._result(whose, state)
            places[whose, "closed"] = places[whose, "open"] | {"quarter": CLOSED.key}
            places[whose, ""] = places[whose, "open"] | self._belongings(whose)
            places[f"{whose} directorate", "division_approved"] = {
                "quarter": OPEN.key,
                "stage": "directorate",
                "unit": self.units[whose].parent.code,
            }
        for team, found in assurance.items():
            places[team, ""] = found
        places["", ""] |= self._sample() | self._partner("own")
        for whose in ("own", "other"):
            places[whose, ""] |= places["", ""] | places[whose, ""]
        places["other", ""]["given"] = self._partner("other")["given"]
        public = {"address": "HW-01", "slug": "better-roads", "name": "counts.csv"}
        places["", "published"] = {"quarter": CLOSED.key, "number": published.number} | public
        places["", "draft"] = (
            {"quarter": UNPUBLISHED.key, "number": draft.number}
            | public
            | {
                "address": places["own", "open"]["address"],
                "slug": PriorityFactory(slug="unpublished").slug,
            }
        )
        places["", "open"] = {"quarter": OPEN.key, "step": "entry", "tier": "team"}
        places["", "closed"] = places["", "open"] | {"quarter": CLOSED.key}
        places["", "evidence"], places["", "tried"] = self._backtests()
        places["", "rehearsed"] = self._rehearsal()
        places["", "taken_back"] = {"quarter": OPEN.key, "pk": self._taken_back().pk}
        places["", "ruled"], places["", "drafted"] = self._statements()
        places["", "waiting"] = {"pk": self.waiting.pk}
        self._round(places)
        places["nothing", ""] = NOTHING
        return places

    def _round(self, places):
        """The round of next year: of each division one line submitted, and a new indicator in draft."""
        officer = self.people["performance_officer"]
        days = ("proposals_by", "challenged_by", "seen_by", "agreed_by")
        round = AnnualRound.objects.create(
            year=2024, opened_by=officer, **dict.fromkeys(days, date(2024, 3, 1))
        )
        posc = Committee.objects.create(
            code="posc", name="Scrutiny", kind="posc", starts_on=date(2009, 4, 1)
        )
        Membership.objects.create(
            body=posc, user=self.people["member"], role="member", starts_on=date(2009, 4, 1)
        )
        for place in places.values():
            place.setdefault("year", round.year)
        for whose in ("own", "other"):
            manager = self.people["manager" if whose == "own" else "other_manager"]
            second = manager.indicators.get(reference=f"{whose.upper()}-2")
            typed = {"round": round, "typed_by": officer, "reason": "Better"}
            submitted = RoundLine.objects.create(
                indicator=second,
                reference=second.reference,
                action="keep",
                state="submitted",
                submitted_by=officer,
                submitted_at=now(),
                **typed,
            )
            new = RoundLine.objects.create(
                reference=f"{whose.upper()}-NEW",
                unit=self.units[whose],
                manager=manager,
                action="new",
                definition={
                    "title": "A new one",
                    "tier": "directorate",
                    "kind": "kpi",
                    "polarity": "higher",
                    "method": "floor",
                },
                **typed,
            )
            places[whose, ""] |= {
                "directorate": self.units[whose].parent.code,
                "line": submitted.pk,
                "new": new.pk,
            }
            if whose == "own":
                for team in ("pat", "dat"):
                    places[team, ""]["line"] = submitted.pk

    @cached_property
    def waiting(self):
        """An account of the council's own that nobody has joined to a person."""
        return CouncilAccount.objects.create(issuer="https://accounts.example", subject="1")

    @cached_property
    def scorecard(self):
        """A scorecard that was uploaded, of which nothing is answered yet."""
        content = b"Ref,Indicator,Target,Q1 2011/12\nPI-9,Calls answered (%),90,91\n"
        return keep_scorecard(
            files=[("scorecard.csv", content)], by=self.people["performance_officer"]
        )

    def _reminder(self):
        """What somebody reminded the manager of, by hand."""
        manager = self.people["manager"]
        (sent,) = remind_now(
            quarter=OPEN,
            lacking={manager: [IndicatorFactory(accountable_manager=manager)]},
            subject="Your results",
            words="They are due.",
            batch=uuid.uuid4(),
            by=self.people["performance_officer"],
        )
        return sent

    def _sample(self):
        """What an auditor drew, of which nothing is judged yet."""
        drawn = draw_sample(
            of=Drawable(CLOSED, CLOSED),
            size=1,
            method=Method.SIMPLE,
            seed="dice",
            purpose="First visit",
            by=self.people["auditor"],
        )
        return {"sample": drawn.number, "sampled": 1}

    def _partner(self, whose):
        """A partner of a manager's first indicator, its link, and a figure that it gave."""
        indicator = Indicator.objects.get(reference=f"{whose.upper()}-1")
        partner = invite_partner(
            name="Northvale Health Trust",
            contact="Ros Pell",
            email="ros@trust.example",
            indicators=[indicator],
            quarter=None,
            starts_on=date(2023, 7, 1),
            ends_on=date(2023, 12, 31),
            by=self.people["performance_officer"],
        )
        link = make_link(partner=partner, by=self.people["performance_officer"])
        given, _ = give_figure(
            partner=partner, indicator=indicator, quarter=OPEN, typed={"value": "90"}
        )
        return {
            "partner": partner.pk,
            "partner_link": link.rstrip("/").rsplit("/", 1)[-1],
            "given": given.pk,
        }

    def _editions(self):
        published = EditionFactory(published=True)
        draft = EditionFactory(report=QuarterlyReportFactory(quarter=UNPUBLISHED))
        for edition in (published, draft):
            EditionFileFactory(edition=edition)
            EditionFileFactory(edition=edition, name="report.pdf")
        return published, draft

    def _backtests(self):
        """One kept as evidence on a draft, and one that only the performance team sees."""
        statement = Statement.objects.get()
        draft = Version.objects.create(statement=statement, number="7.0")
        tried = [
            run_backtest(
                asked=Backtest.objects.create(
                    name=name,
                    rules=rules_document(DEFAULT_RULES),
                    asked_by=self.people["performance_officer"],
                )
            )
            for name in ("Kept", "Tried")
        ]
        keep_as_evidence(backtest=tried[0], version=draft, by=self.people["performance_officer"])
        return [{"pk": each.pk} for each in tried]

    def _rehearsal(self):
        """One of the draft of the back-test, finished."""
        rehearsal = Rehearsal.objects.create(
            version=Version.objects.get(number="7.0"),
            quarter=CLOSED,
            asked_by=self.people["performance_officer"],
        )
        run_rehearsal(asked=rehearsal)
        return {"pk": rehearsal.pk}

    def _taken_back(self):
        """A close of the quarter that is open again."""
        return RecordedClose.objects.create(
            quarter=OPEN,
            closed_at=now() - timedelta(minutes=40),
            until=now() + timedelta(minutes=20),
            summary="Closed",
            last_event=0,
            taken_back_at=now(),
            taken_back_by=self.people["performance_officer"],
            reason="Two divisions were missing",
        )

    def _statements(self):
        """The version in force beside the one before it, and a draft beside the one in force."""
        before = Version.objects.create(
            statement=Statement.objects.get(),
            number="0.9",
            state=Version.State.SUPERSEDED,
            from_quarter=Quarter(2009, 1),
            approved_on=date(2009, 3, 1),
        )
        in_force = Version.objects.get(state=Version.State.IN_FORCE)
        draft = Version.objects.get(number="7.0")
        draft.clauses.create(number="1", position=1, heading="Purpose", wording="To be kept")
        draft.trigger_rules.create(
            position=1, clause="1.1", name="Red", status="red", at_least=1, within=1, level="pat"
        ).tiers.create(tier="team")
        return [
            {"number": in_force.number, "other": before.number} | _rows(in_force),
            {"number": draft.number, "other": in_force.number} | _rows(draft),
        ]

    def _assurance(self):
        found = {}
        chairs = {"pat": self.people["pat_chair"], "dat": self.people["managing_director"]}
        seats = {
            "pat": ("pat_ned", SeatKind.NED),
            "dat": ("dat_officer", SeatKind.OFFICER),
        }
        for code, chair in chairs.items():
            team = TeamFactory(dat=code == "dat")
            SeatFactory(team=team, user=chair, kind=SeatKind.CHAIR)
            role, kind = seats[code]
            seat = SeatFactory(team=team, user=self.people[role], kind=kind)
            meeting = MeetingFactory(team=team, meets_on=MEETS, quarter=CLOSED)
            called_in = CallInFactory(
                meeting=meeting,
                indicator=IndicatorFactory(
                    reference=f"{code.upper()}-1",
                    unit=self.units["own"],
                    accountable_manager=self.people["other_manager"],
                ),
                called_in_by=chair,
            )
            InvitationFactory(call_in=called_in)
            MeetingDocumentFactory(
                meeting=meeting, written_by=chair, issued_by=chair, issued_at=now()
            )
            paper = PaperFactory(
                meeting=meeting, position=1, file=f"papers/{code}.pdf", sha256="0" * 64
            )
            paper.file.storage.save(paper.file.name, _file())
            pack = PackFactory(
                meeting=meeting, drawn_at=now(), html="<p>Drawn</p>", pdf=b"%PDF-1.7"
            )
            found[code] = {
                "team": code,
                "seat": seat.pk,
                "day": MEETS.isoformat(),
                "address": called_in.indicator.address,
                "position": paper.position,
                "number": pack.number,
                "kind": "brief",
            }
        return found

    def _bodies(self):
        """A body, a place on it, and a post that somebody holds."""
        body = Committee.objects.create(
            code="cabinet", name="Cabinet", kind="cabinet", starts_on=date(2009, 4, 1)
        )
        place = Membership.objects.create(
            body=body,
            user=self.people["cabinet_member"],
            role="member",
            starts_on=date(2009, 4, 1),
        )
        held = self.people["staff"].appointments.get()
        return {"body": body.code, "membership": place.pk, "appointment": held.pk}

    def _result(self, whose, state):
        number, reached = STATES[state]
        manager = self.people["manager" if whose == "own" else "other_manager"]
        indicator = IndicatorFactory(
            reference=f"{whose.upper()}-{number}",
            unit=self.units[whose],
            accountable_manager=manager,
        )
        TargetFactory(indicator=indicator)
        RatingFactory(indicator=indicator, quarter=CLOSED)
        RevisionFactory(
            result__indicator=indicator,
            result__quarter=CLOSED,
            result__state=ResultState.APPROVED,
        )
        if reached:
            revision = RevisionFactory(
                result__indicator=indicator,
                result__quarter=OPEN,
                result__state=reached,
                submitted_at=now(),
            )
            RatingFactory(indicator=indicator, quarter=OPEN, revision=revision)
        else:
            Draft.objects.create(indicator=indicator, quarter=OPEN, saved_by=manager)
        kept = Evidence.objects.create(
            indicator=indicator,
            quarter=OPEN,
            name="count.csv",
            path=f"evidence/{indicator.reference}.csv",
            size=3,
            sha256="0" * 64,
            uploaded_by=manager,
        )
        default_storage.save(kept.path, _file())
        breakdown = BreakdownFactory(indicator=indicator)
        target = PartTargetFactory(
            indicator=indicator, part=PartFactory(dimension=breakdown.dimension)
        )
        told = ExplanationFactory(indicator=indicator, quarter=CLOSED)
        return {
            "quarter": OPEN.key,
            "address": indicator.address,
            "unit": self.units[whose].code,
            "ending": "csv",
            "number": kept.pk,
            "explanation": told.number,
            "stage": "division",
            "step": "entry",
            "tier": "team",
            "dimension": "district",
            "measured_part": target.part_id,
            "small": SmallEditionFactory(reference=indicator.reference).pk,
        }

    def _belongings(self, whose):
        """What hangs on a manager: a plan, a milestone, an action, a submission, a workbook."""
        manager = self.people["manager" if whose == "own" else "other_manager"]
        first = manager.indicators.order_by("reference").get(reference=f"{whose.upper()}-1")
        plan = ActionPlanFactory(indicator=first)
        ActionFactory(plan=plan, position=1, due_on=date(2023, 9, 1))
        referred = EscalationFactory(indicator=first, level=Level.DIVISION)
        milestone = MilestoneFactory(
            priority=PriorityFactory(slug=f"{whose}-priority"), accountable_manager=manager
        )
        agreed = AgreedActionFactory(
            call_in=CallInFactory(
                meeting=MeetingFactory(team=TeamFactory(), meets_on=MEETS, quarter=CLOSED),
                indicator=first,
                called_in_by=self.people["pat_chair"],
            ),
            due_on=date(2023, 9, 1),
        )
        submission = Submission.objects.create(quarter=OPEN, submitted_by=manager, results=1)
        upload = WorkbookUpload.objects.create(
            user=manager,
            quarter=OPEN,
            name="return.xlsx",
            sha256="0" * 64,
            expires_at=now() + timedelta(hours=1),
        )
        deputy = Appointment.objects.filter(post__kind=PostKind.DEPUTY).first()
        asked = VariationFactory(indicator=first, proposed_by=self.people["performance_officer"])
        proposed = TargetProposal.objects.create(
            indicator=first, from_quarter=OPEN, target=95, reason="Better", proposed_by=manager
        )
        to_come = IndicatorMove.objects.create(
            indicator=first,
            from_day=date(2023, 10, 1),
            unit=self.council,
            reason="It moves",
            asked_by=self.people["performance_officer"],
        )
        return {
            "position": 1,
            "slug": f"{whose}-priority",
            "milestone": milestone.pk,
            "project": ProjectFactory(
                slug=f"{whose}-project", lead=manager, baseline_finish=date(2024, 3, 31)
            ).slug,
            "saving": SavingFactory(owner=manager).pk,
            "risk": RiskFactory(owner=manager).pk,
            "action": agreed.pk,
            "submission": submission.token,
            "upload": upload.token,
            "scorecard": self.scorecard.token,
            "feed": token_of(manager),
            "pk": deputy.pk,
            "variation": asked.pk,
            "proposal": proposed.pk,
            "move": to_come.pk,
            "escalation": referred.pk,
            "plan": plan.number,
        }

    def exceptions(self, route, whose, state):
        """Where the same word in an address means another thing on another route."""
        place = self.places[whose, state]
        words = {
            "return_submitted": ("token", "submission"),
            "workbook_preview": ("token", "upload"),
            "scorecard": ("token", "scorecard"),
            "scorecard_check": ("token", "scorecard"),
            "put_scorecard_away": ("token", "scorecard"),
            "calendar_feed": ("token", "feed"),
            "handover_sheet": ("pk", "manager"),
            "variation": ("pk", "variation"),
            "proposed_target": ("pk", "proposal"),
            "withdraw_target": ("pk", "proposal"),
            "set_up_indicators_drop_move": ("pk", "move"),
            "escalation": ("pk", "escalation"),
            "round_line": ("pk", "line"),
            "challenge_in_round": ("pk", "line"),
            "deal_with_escalation": ("pk", "escalation"),
            "plan_version": ("number", "plan"),
            "agree_plan": ("number", "plan"),
            "review_plan": ("number", "plan"),
            "explanation_json": ("number", "explanation"),
            "preview_trigger": ("pk", "trigger"),
            "sorp_clause": ("key", "clause"),
            "sorp_version_clause": ("key", "clause"),
            "sorp_part": ("part", "part_read"),
            "sorp_version_part": ("part", "part_read"),
            "decide_given": ("pk", "given"),
            **dict.fromkeys(SAMPLES, ("number", "sample")),
            **dict.fromkeys(BY_LINK, ("token", "partner_link")),
            **dict.fromkeys(PARTNERS, ("pk", "partner")),
            **dict.fromkeys(POSTS, ("pk", "appointment")),
            **dict.fromkeys(PLACES, ("pk", "membership")),
            **dict.fromkeys(OF_A_BODY, ("code", "body")),
        }
        if route in OF_A_DIRECTORATE and "directorate" in place:
            return {"code": place["directorate"], "pk": place["new"], "ending": "csv"}
        if route == "withdraw_from_round" and "new" in place:
            return {"pk": place["new"]}
        if route == "portfolio" and whose != "nothing":
            return {"pk": self.people["cabinet_member"].pk}
        if route == "programme" and whose != "nothing":
            return {"slug": "change"}
        kind = route.removeprefix("set_up_").rpartition("_")[0]
        if kind in self.parts and whose != "nothing":
            return {"plan_part": self.parts[kind]}
        if route in words and words[route][1] in place:
            name, thing = words[route]
            further = {"position": place["sampled"]} if route == "sampled_result" else {}
            return {name: place[thing]} | further
        return {}


def _rows(version):
    """A clause and a trigger of a version, as the addresses of its draft have them."""
    return {
        "part": "clause",
        "part_read": "figures",
        "clause": version.clauses.first().key,
        "pk": version.clauses.first().pk,
        "trigger": version.trigger_rules.first().pk,
    }


SAMPLES = ("sample", "sample_file", "sample_history", "sampled_result", "end_sample")
BY_LINK = ("partner", "partner_workbook", "partner_file", "partner_figure")
PARTNERS = (
    *("set_up_partner", "set_up_change_partner", "set_up_partner_link"),
    *("set_up_withdraw_partner", "set_up_partner_history"),
)
OF_A_DIRECTORATE = (
    *("round_grid", "submit_round", "add_to_round", "change_new_in_round", "round_file"),
)
POSTS = ("set_up_end_post", "set_up_post_history")
PLACES = ("set_up_portfolio", "set_up_end_place")
OF_A_BODY = (
    *("set_up_body", "set_up_change_body", "set_up_end_body"),
    *("set_up_join", "set_up_body_history"),
)


# What has the right form and is nothing's: it must be answered just as a hidden row is.
NOTHING = {
    "year": 2001,
    "reminder": uuid.UUID(int=0),
    "address": "NONE-1",
    "unit": "no-such-unit",
    "slug": "no-such-priority",
    "quarter": OPEN.key,
    "milestone": 999999,
    "project": "no-such-project",
    "saving": 999999,
    "risk": 999999,
    "action": 999999,
    "pk": 999999,
    "number": 999999,
    "position": 999,
    "token": uuid.UUID(int=0),
    "stage": "division",
    "step": "entry",
    "tier": "team",
    "name": "nothing.csv",
    "other": "no-such-version",
    "part": "clause",
    "team": "pat",
    "day": "2001-01-01",
    "uidb36": "1",
    "key": "no-such-key",
    "dimension": "no-such-dimension",
    "measured_part": 999999,
    "small": 999999,
    "code": "no-such-code",
    "ending": "csv",
    "digest": "0" * 64,
    "colour": "no-colour",
    "guide": "no-such-guide",
    "chapter": "no-such-chapter",
    "picture": "no-such-picture",
    "plan_part": 999999,
    "seat": 999999,
    "kind": "brief",
}


def _file():
    return ContentFile(b"one")
