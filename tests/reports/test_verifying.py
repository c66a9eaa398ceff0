"""A published folder proves itself: any change is found and named, with no database at hand."""

import csv
import io
import json
import shutil
from copy import deepcopy

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core.canonical_json import canonical
from reports.output import write_folder
from reports.rendering.files import files_of, sealed
from reports.rules.sentences import written
from reports.verification import verify_folder, wrong_figures
from tests.reports.documents import escalations

NAMES = [
    "counts.csv",
    "edition.json",
    "escalations.csv",
    "indicators.csv",
    "manifest.json",
    "manifest.sha256",
    "months.csv",
    "parts.csv",
    "ratings.csv",
    "report.html",
    "report.pdf",
    "results.csv",
    "targets.csv",
    "units.csv",
]


@pytest.fixture
def folder(files, tmp_path):
    write_folder(tmp_path / "out", files)
    return tmp_path / "out"


def test_the_folder_holds_just_these_files(files):
    assert sorted(files) == NAMES


def test_a_folder_as_published_is_found_so_without_a_database(folder):
    said = io.StringIO()

    call_command("verify_report", folder, stdout=said)  # no database: pytest-django would refuse

    assert "consistent with itself" in said.getvalue()


def test_the_published_digest_tells_a_folder_from_one_that_was_written_anew(
    folder, files, document, settings
):
    """Somebody alters a value and everything that follows from it: only the digest shows it."""
    digest = files["manifest.sha256"].split()[0].decode()
    altered = deepcopy(document)
    altered["council"] = "Another County Council"
    forged = files_of(altered, version=settings.PRODUCT_VERSION)
    said = io.StringIO()

    call_command("verify_report", folder, published=digest, stdout=said)
    assert "And it is what was published" in said.getvalue()
    write_folder(folder, forged)

    assert not verify_folder(folder)
    found = [str(each) for each in verify_folder(folder, published=digest)]
    assert found == ["manifest.json: is not what was published: its SHA-256 is another"]


def test_what_is_no_digest_is_refused_in_words(folder):
    with pytest.raises(CommandError, match="Give a SHA-256 as 64 figures"):
        call_command("verify_report", folder, published="abc")


def test_a_folder_of_an_edition_that_could_not_be_imported_still_verifies(
    folder, document, settings
):
    old = deepcopy(document)
    del old["units"]
    for each in old["indicators"]:
        for name in ("method", "tolerance", "first_quarter"):
            del each[name]
    drawn = files_of(old, version=settings.PRODUCT_VERSION)
    write_folder(folder, drawn)

    assert not {"units.csv", "targets.csv", "results.csv"} & set(drawn)
    assert not verify_folder(folder)


def test_drawing_the_same_document_again_gives_the_same_bytes(files, document, settings):
    assert files_of(deepcopy(document), version=settings.PRODUCT_VERSION) == files


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_one_changed_character_anywhere_is_found_and_the_file_named(folder, name, where):
    content = bytearray((folder / name).read_bytes())
    place = {"first": 0, "middle": len(content) // 2, "last": len(content) - 1}[where]
    content[place] = ord("7") if content[place] != ord("7") else ord("8")
    (folder / name).write_bytes(bytes(content))

    said = io.StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("verify_report", folder, stderr=said)

    assert stop.value.code == 1
    assert name in said.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()

    assert name in {each.file for each in verify_folder(folder)}


def test_an_extra_file_or_folder_is_named(folder):
    (folder / "notes.txt").write_text("hello")
    (folder / "more").mkdir()

    assert {"notes.txt", "more"} <= {each.file for each in verify_folder(folder)}


def test_there_must_be_a_folder(tmp_path):
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("verify_report", tmp_path / "nowhere")


def resealed(folder, files, document, settings, **changed):
    """What somebody would leave who altered files and made the manifest fit them again."""
    content = {name: each for name, each in files.items() if not name.startswith("manifest")}
    shutil.rmtree(folder)
    write_folder(folder, sealed({**content, **changed}, document, version=settings.PRODUCT_VERSION))


def edited(content, old, new):
    assert old in content
    return content.replace(old, new, 1)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("ratings.csv", b",76.4,", b",86.4,"),
        ("ratings.csv", b",red,", b",green,"),
        ("counts.csv", b",3,1,2,", b",4,1,1,"),
        ("escalations.csv", b"pat", b"dat"),
        ("indicators.csv", b"Potholes", b"Pothole"),
        ("report.html", b"76.4%", b"86.4%"),
        ("parts.csv", b",130,200,", b",160,200,"),
        ("months.csv", b",98.75,", b",99.75,"),
    ],
)
def test_a_file_that_says_otherwise_is_found_even_with_a_manifest_that_fits_it(
    folder, files, document, settings, name, old, new
):
    resealed(folder, files, document, settings, **{name: edited(files[name], old, new)})

    assert [each.file for each in verify_folder(folder)] == [name]


def test_a_table_of_parts_that_was_left_out_is_found(folder, files, document, settings):
    content = {name: each for name, each in files.items() if name != "parts.csv"}
    resealed(folder, content, document, settings)

    assert [str(each) for each in verify_folder(folder)] == ["parts.csv: is missing"]


def test_a_pdf_that_says_otherwise_is_found_by_drawing_it_again(folder, files, document, settings):
    resealed(folder, files, document, settings, **{"report.pdf": files["report.pdf"] + b"\n"})

    assert not verify_folder(folder)
    assert [each.file for each in verify_folder(folder, redraw=True)] == ["report.pdf"]


def potholes(document):
    return next(each for each in document["indicators"] if each["reference"] == "HW-01")


def recolour(document):
    potholes(document)["ratings"][-1]["rag"] = "amber"


def misread(document):
    potholes(document)["ratings"][-1]["value"] = "99"


def retarget(document):
    potholes(document)["ratings"][-1]["floor"] = "70"


def hide_escalation(document):
    potholes(document)["revisions"] = []
    potholes(document)["escalations"].pop()


def hide_escalation_of_a_revised_one(document):
    assert potholes(document)["revisions"]
    potholes(document)["escalations"].clear()


def rewrite_reason(document):
    potholes(document)["revisions"] = []
    potholes(document)["escalations"][0]["reason"] = "All is well."


def invent_recovery(document):
    potholes(document)["revisions"] = []
    potholes(document)["escalations"][0]["recovered_in"] = "2022-Q4"


def loosen_trigger(document):
    for each in document["sorp"]["versions"][0]["triggers"]:
        each["at_least"] = each["within"] = 16


def miscount(document):
    document["counts"]["green"] += 1
    document["counts"]["red"] -= 1


def miscount_a_directorate(document):
    document["by_directorate"][0]["green"] += 1


def forget_what_changed(document):
    document["changes"]["newly_red"] = []


def drop_an_indicator(document):
    document["indicators"].remove(potholes(document))


def drop_a_quarter(document):
    document["indicators"][1]["ratings"].reverse()


def lights(document):
    return next(each for each in document["indicators"] if each["reference"] == "HW-02")


def raise_a_month(document):
    """All of the report's quarter above the mean that was published of them."""
    for each in lights(document)["months"][-3:]:
        each["value"] = "99.5"


def show_a_withheld_month(document):
    lights(document)["months"][1]["value"] = "98.4"


def tell_a_month_to_come(document):
    lights(document)["months"][-1]["month"] = "2023-04"


def tell_a_month_twice(document):
    lights(document)["months"][1]["month"] = "2022-10"


def district(document, place, quarter=-1):
    return potholes(document)["parts"][0]["parts"][place]["figures"][quarter]


def recolour_a_part(document):
    district(document, 1)["rag"] = "green"


def colour_what_is_withheld(document):
    district(document, 0)["rag"] = "red"


def show_what_is_withheld(document):
    district(document, 0)["numerator"] = "3"


def show_too_few(document):
    district(document, 0, 0).update(numerator="4", denominator="50", value="8")


def miscalculate_a_part(document):
    district(document, 0, 0)["value"] = "81"


def withhold_one_alone(document):
    district(document, 2).update(withheld=None, value="83.333333", not_rated="no_target")


@pytest.mark.parametrize(
    "tamper",
    [
        raise_a_month,
        show_a_withheld_month,
        tell_a_month_to_come,
        tell_a_month_twice,
        recolour_a_part,
        colour_what_is_withheld,
        show_what_is_withheld,
        show_too_few,
        miscalculate_a_part,
        withhold_one_alone,
        recolour,
        misread,
        retarget,
        hide_escalation,
        hide_escalation_of_a_revised_one,
        rewrite_reason,
        invent_recovery,
        loosen_trigger,
        miscount,
        miscount_a_directorate,
        forget_what_changed,
        drop_an_indicator,
        drop_a_quarter,
    ],
)
def test_a_figure_that_does_not_follow_from_its_inputs_is_found(document, tamper):
    """Whoever alters the document, and every file and digest with it, still can't alter the rules."""
    assert not list(wrong_figures(document))
    altered = deepcopy(document)
    tamper(altered)

    assert list(wrong_figures(altered))


@pytest.mark.parametrize(
    ("made", "months", "is_wrong"),
    [
        ("sum", ("32", "33", "33.625"), False),
        ("sum", ("32", "33", "33"), True),
        ("last", ("1", "2", "98.625"), False),
        ("last", ("98.625", "98.625", "98"), True),
        ("mean", ("90", "98", "99"), False),
        ("mean", ("90", "98", "98.5"), True),
    ],
)
def test_the_months_of_the_reports_quarter_make_its_figure(document, made, months, is_wrong):
    altered = deepcopy(document)
    facts = lights(altered)
    facts["made_of_months"] = made
    for each, value in zip(facts["months"][-3:], months, strict=True):
        each["value"] = value

    assert bool(list(wrong_figures(altered))) is is_wrong


def test_an_edition_with_a_withheld_quarter_is_found_as_published(document):
    altered = deepcopy(document)
    facts = next(each for each in altered["indicators"] if each["reference"] == "AS-03")
    facts["ratings"][-1]["not_rated"] = "withheld"
    facts["not_available"] = "Fewer than 5"
    facts["escalations"] = escalations(facts)
    altered["sentences"] = written(altered)

    assert not [each for each in wrong_figures(altered) if "AS-03" in each]
    assert altered["sentences"]["indicators/AS-03"]["explanation"] == (
        "There is a figure, and it is not shown. The reason given: Fewer than 5"
    )


def test_an_edition_that_is_no_edition_is_told_in_words(folder, files, document, settings):
    odd = canonical({**document, "quarter": "2011-Q9"})
    resealed(folder, files, document, settings, **{"edition.json": odd})

    told = [str(each) for each in verify_folder(folder)]

    assert any("does not have the form it should" in each for each in told)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"files": {"x": 1}}']
)
@pytest.mark.parametrize("name", ["manifest.json", "edition.json"])
def test_broken_json_is_a_difference_and_not_a_crash(folder, name, content):
    (folder / name).write_bytes(content)

    assert name in {each.file for each in verify_folder(folder)}


def test_csv_and_json_carry_the_same_figures(files, document):
    rows = list(csv.DictReader(io.StringIO(files["ratings.csv"].decode(), newline="")))
    said = {
        (row["reference"], row["quarter"]): (row["value"] or None, row["rag"] or None)
        for row in rows
    }

    assert said == {
        (each["reference"], rating["quarter"]): (rating["value"], rating["rag"])
        for each in json.loads(files["edition.json"])["indicators"]
        for rating in each["ratings"]
    }


def test_outsiders_replaying_the_ratings_get_the_published_escalations(folder, document, tmp_path):
    """replay_rules reads our ratings.csv as it is, and its PAT escalations are those we published."""
    version = document["sorp"]["versions"][0]
    rules = {
        "triggers": [
            {
                key: each[key]
                for key in (*("key", "name", "status"), *("at_least", "within", "level", "tiers"))
            }
            for each in version["triggers"]
        ],
        "exit_quarters": version["exit_quarters"],
        "relapse_within": version["relapse_within"],
    }
    (tmp_path / "rules.json").write_text(json.dumps(rules))

    call_command(
        "replay_rules",
        ratings=folder / "ratings.csv",
        rules=tmp_path / "rules.json",
        output=tmp_path / "replayed.csv",
    )

    published = csv_rows(folder / "escalations.csv")
    replayed = csv_rows(tmp_path / "replayed.csv")
    # How an indicator ended is a column of the report's only where one did.
    assert [{name: row[name] for name in published[0]} for row in replayed] == published


def csv_rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return sorted(csv.DictReader(lines), key=lambda row: list(row.values()))


def referred_up(document, origin):
    """PAT referred potholes to Cabinet, past what the rules ask."""
    potholes(document)["revisions"] = []
    first = potholes(document)["escalations"][-1]
    by_hand = {"level": "cabinet", "origin": origin, "trigger": "Referred up by PAT"}
    given = [*potholes(document)["escalations"], {**first, **by_hand, "reason": "It cannot wait"}]
    potholes(document)["escalations"] = given


@pytest.mark.parametrize(
    ("origin", "agrees"),
    [
        ("manual", True),
        ("rule", False),  # the rules do not give it
    ],
)
def test_what_a_level_referred_up_by_hand_is_taken_as_it_is_recorded(document, origin, agrees):
    referred_up(document, origin)

    found = [each for each in wrong_figures(document) if "escalations" in each]

    assert (found == []) is agrees
