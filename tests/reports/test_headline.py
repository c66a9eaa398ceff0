"""What the headline counts, it says; and what the report shows beside, it says too."""

from reports.rendering.report import Report
from tests.reports.documents import indicator, public_edition


def report(*indicators):
    return Report(public_edition(indicators=list(indicators), priorities=[]))


def reds(reference, layer):
    return indicator(reference, [70, 70, 70], target=90, floor=80, layer=layer)


def test_the_headline_counts_the_two_layers_and_adds_what_is_referred_up_beside_them():
    found = report(
        reds("A-1", "core"), reds("A-2", "none"), indicator("A-3", [95, 95], target=90, floor=80)
    )

    assert found.counts["total"] == 2
    assert found.headline.endswith(
        "None are newly red, and 1 stands referred up to PAT or Cabinet, and 1 more that is not"
        " counted here."
    )
    assert found.beyond_counts == (
        "1 more is shown in this report and not counted above, since it stands in neither of its"
        " first two layers: 1 red."
    )


def test_every_indicator_of_performance_is_either_counted_or_said_to_be_beside_the_count():
    found = report(reds("A-1", "core"), reds("A-2", "none"), reds("A-3", "none"))
    printed = sum(each.kind == "kpi" for each in found.blocks.values())

    assert found.counts["total"] + int(found.beyond_counts.split()[0]) == printed


def test_newly_red_in_the_headline_are_of_those_that_it_counts():
    found = report(
        indicator("A-1", [95, 70], target=90, floor=80, layer="core"),
        indicator("A-2", [95, 70], target=90, floor=80, layer="none"),
    )

    assert found.changes["newly_red"] == ["A-1", "A-2"]
    assert "1 is newly red" in found.headline
