"""Public codes are references as they are, and have an address each."""

import pytest
from django.urls import reverse

from core.tables.faults import RefusedFileError
from indicators.importing.definitions import import_indicators
from indicators.models.definitions import Indicator
from organisation.rules import PostKind
from tests.cases.council import found, kept
from tests.factories import holder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
HEAD = kept("references.csv").splitlines()[0]
TARGETS = kept("reimport-targets.csv").splitlines()[0] + "\n"


def rows(*references):
    like = kept("references.csv").splitlines()[1]
    return "\n".join([HEAD, *(like.replace("CORP 1", each) for each in references)]) + "\n"


@pytest.fixture
def council():
    found("references", kept("references.csv"), TARGETS + "CORP 1,2018-Q1,80,70,,,,,Set,Board\n")


@pytest.mark.usefixtures("council")
def test_public_codes_stand_as_they_are_and_have_addresses(client):
    import_indicators(rows("a/b", "LI.4-x").encode(), file="indicators.csv")

    assert dict(Indicator.objects.values_list("reference", "address")) == {
        "CORP 1": "CORP_1",
        "NI 192": "NI_192",
        "C&L 02": "C_L_02",
        "a/b": "a_b",
        "LI.4-x": "LI.4-x",
    }
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    for indicator in Indicator.objects.all():
        for name in ("indicator", "variations_of", "explanations", "data_quality", "break_down"):
            page = client.get(reverse(name, args=[indicator.reference]))
            assert page.status_code == 200, (name, indicator.reference)


@pytest.mark.usefixtures("council")
@pytest.mark.parametrize("reference", ["CORP&1", "CORP/1", "C L 02"])
def test_two_references_that_would_share_an_address_are_refused(reference):
    with pytest.raises(RefusedFileError, match="would share the address"):
        import_indicators(rows(reference).encode(), file="indicators.csv")
