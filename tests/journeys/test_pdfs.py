"""What the demonstration council prints, as a screen reader will come to it."""

from tests.reports.structure import objections


def test_verapdf_calls_the_published_report_and_the_pack_compliant(council):
    made = council.folder / "media"
    (report,) = (made / "editions/2022-Q4").rglob("report.pdf")
    (pack,) = (made / "packs").glob("*.pdf")

    assert objections(report, pack) == ""
