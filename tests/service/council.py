"""A small council in whatever database the environment names: `python -m tests.service.council`.

Built through the services. Its first indicator has been red since Q1 2011/12; Q1 is closed, and
Q2 to Q4 have their results and are open. Prints who may close quarters.
"""

import sys
from datetime import date
from decimal import Decimal

import django

django.setup()

from django.db import transaction  # noqa: E402 needs the settings

from core.quarters import Quarter  # noqa: E402
from escalation.services.closing import close_quarter  # noqa: E402
from indicators.rules.entry import ResultGiven  # noqa: E402
from indicators.services.definitions import define_indicator, set_target  # noqa: E402
from indicators.services.results import submit_result  # noqa: E402
from organisation.rules import PostKind, UnitTier  # noqa: E402
from organisation.services.people import appoint, register_person  # noqa: E402
from organisation.services.units import found_unit  # noqa: E402
from sorp.lexicon import Layer, Polarity, RatingMethod, Tier  # noqa: E402
from sorp.services.seeding import seed_default_statement  # noqa: E402
from tests.service.processes import PASSWORD  # noqa: E402

LONG_AGO, TODAY = date(2009, 4, 1), date(2012, 6, 1)
VALUES = {"R": 70, "A": 85, "G": 95}
PICTURES = ["RRRR", "RRGG", "GGGG", "GGRR", "AAAA"]


@transaction.atomic
def found() -> str:
    seed_default_statement(from_quarter=Quarter(2010, 1), approved_on=LONG_AGO, by=None)
    council = found_unit(
        code="C",
        name="The council",
        tier=UnitTier.COUNCIL,
        parent=None,
        starts_on=LONG_AGO,
        by=None,
    )
    directorate = found_unit(
        code="D",
        name="A directorate",
        tier=UnitTier.DIRECTORATE,
        parent=council,
        starts_on=LONG_AGO,
        by=None,
    )
    officer = register_person(email="officer@council.example", name="An officer", by=None)
    manager = register_person(email="manager@council.example", name="A manager", by=None)
    for person, kind, unit in (
        (officer, PostKind.PERFORMANCE_OFFICER, council),
        (manager, PostKind.ACCOUNTABLE_MANAGER, directorate),
    ):
        person.set_password(PASSWORD)
        person.save()
        appoint(person=person, kind=kind, unit=unit, starts_on=LONG_AGO, by=None)
    measure(directorate, manager)
    return officer.email


def measure(unit, manager) -> None:
    indicators = []
    for number, _ in enumerate(PICTURES, start=1):
        indicator = define_indicator(
            reference=f"PI-{number}",
            title=f"Seen in time {number}",
            unit=unit,
            accountable_manager=manager,
            tier=Tier.CORPORATE,
            layer=Layer.CORE,
            measure_unit="%",
            polarity=Polarity.HIGHER,
            method=RatingMethod.FLOOR,
            first_quarter=Quarter(2010, 1),
            by=None,
        )
        set_target(
            indicator=indicator,
            from_quarter=Quarter(2010, 1),
            target=Decimal(90),
            floor=Decimal(80),
            reason="The business plan",
            approved_by="Cabinet",
            by=None,
        )
        indicators.append(indicator)
    for number in range(1, 5):
        for indicator, picture in zip(indicators, PICTURES, strict=True):
            submit_result(
                indicator=indicator,
                quarter=Quarter(2011, number),
                given=ResultGiven(value=Decimal(VALUES[picture[number - 1]])),
                today=TODAY,
                by=manager,
            )
        if number == 1:
            close_quarter(quarter=Quarter(2011, 1), today=TODAY, by=None)


if __name__ == "__main__":
    sys.stdout.write(found())
