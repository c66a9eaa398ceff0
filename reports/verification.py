"""What was found to differ, and in which file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from core.canonical_json import canonical, digest
from core.figures import SMALLEST
from core.months import Month, months_of
from core.quarters import Quarter
from escalation.rules.ladder import Episode, Origin, replay, restate
from escalation.rules.referrals import manual_referrals
from escalation.rules.rule_files import read_trigger
from escalation.rules.triggers import Rules
from escalation.rules.variations import Varied, Window, varied_rules
from indicators.rules.parts import load_breakdown, wrong_parts
from reports.rendering.csvs import tables
from reports.rendering.files import MANIFEST, SEAL, manifest_of, report_pdf
from reports.rendering.html import report_page
from reports.rules.counting import changes, counts, counts_by, is_counted, travel_counts
from reports.rules.sentences import wrong_sentences
from reports.rules.wording import pattern_of
from reports.schema import NotAnEdition, check_form
from sorp.lexicon import Layer, Level, MadeOfMonths, NotRated, Tier
from sorp.rules.figures import load_figure
from sorp.rules.thresholds import rate


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


Indicator = Mapping[str, Any]
# What may be said of a quarter that has no value; any value but a suspended one earns a verdict.
WITHOUT_VALUE = {
    NotRated.NO_RESULT,
    NotRated.NOT_DUE,
    NotRated.NO_VALUE,
    NotRated.SUSPENDED,
    NotRated.WITHHELD,
    NotRated.AWAITED,
}


def wrong_figures(document: Mapping[str, Any], *, sentences: bool = True) -> Iterator[str]:
    """Each figure and sentence of an edition that does not follow from its inputs, in words."""
    yield from _wrong_references(document)
    rules_for = _rules_by_quarter(document)
    for each in document["indicators"]:
        yield from _wrong_order(each, document["quarter"])
        yield from _wrong_ratings(each)
        yield from _wrong_parts(each)
        yield from _wrong_months(each, Quarter.parse(document["quarter"]))
        varied = varied_rules(rules_for, [_varied(one) for one in each.get("variations", ())])
        yield from _wrong_escalations(each, varied, Quarter.parse(document["quarter"]))
    yield from _wrong_counts(document)
    if sentences:
        yield from wrong_sentences(document)


def _wrong_references(document: Mapping[str, Any]) -> Iterator[str]:
    references = [each["reference"] for each in document["indicators"]]
    if sorted(set(references)) != references:
        yield "its indicators do not stand once each, in order of reference"
    for priority in document["priorities"]:
        for line in priority["indicators"]:
            if line["reference"] not in references:
                yield f"priority {priority['number']} names {line['reference']}, which is not there"


def _wrong_order(indicator: Indicator, until: str) -> Iterator[str]:
    quarters = [each["quarter"] for each in indicator["ratings"]]
    if sorted(set(quarters)) != quarters or (quarters and quarters[-1] > until):
        yield f"{indicator['reference']}: its quarters do not stand once each, in order"


def _wrong_ratings(indicator: Indicator) -> Iterator[str]:
    """By the thresholds stored with it, each value earns the status it is said to have."""
    for rating in indicator["ratings"]:
        said = rating["rag"] or rating["not_rated"]
        try:
            earned = _earned(rating)
        except ValueError as reason:
            yield f"{indicator['reference']} {rating['quarter']}: {reason}"
            continue
        if said not in earned:
            yield (
                f"{indicator['reference']} {rating['quarter']}: said to be {said}, but its figures"
                f" make it {' or '.join(sorted(earned))}"
            )


def _earned(rating: Mapping[str, Any]) -> set[str]:
    figure = load_figure(rating)
    if figure.value is None:
        return {each.value for each in WITHOUT_VALUE}
    verdict = rate(figure.value, figure.thresholds)
    return {verdict.value, NotRated.SUSPENDED.value} if figure.rag is None else {verdict.value}


def _wrong_parts(indicator: Indicator) -> Iterator[str]:
    """Its parts earn their own status, and nobody can be recognised by what is shown of them."""
    for written in indicator.get("parts", ()):
        try:
            breakdown = load_breakdown(written)
            for wrong in wrong_parts(breakdown, measure_unit=indicator["measure_unit"]):
                yield f"{indicator['reference']}: {wrong}"
        except ValueError as reason:
            yield f"{indicator['reference']}: {reason}"


def _wrong_months(indicator: Indicator, until: Quarter) -> Iterator[str]:
    """Its months stand in order, hide what is withheld, and make the figure of the report's quarter.

    Counts are not published, so of a mean it is asked whether it lies between its months. Where the
    definition changed, nobody can tell how months made a quarter before.
    """
    months = indicator.get("months", ())
    keys = [each["month"] for each in months]
    if sorted(set(keys)) != keys or (keys and Month.parse(keys[-1]) > months_of(until)[-1]):
        yield f"{indicator['reference']}: its months do not stand once each, in order"
        return
    for each in months:
        if each["value"] is not None and (each["withheld"] or each["not_available"]):
            yield f"{indicator['reference']}: {each['month']} has a figure that it says it has not"
    known = {each["month"]: Decimal(each["value"]) for each in months if each["value"] is not None}
    values = [known[month.key] for month in months_of(until) if month.key in known]
    rating = next((each for each in indicator["ratings"] if each["quarter"] == until.key), None)
    made = indicator.get("made_of_months")
    changed = "definition_changes" in indicator
    if rating is None or rating["value"] is None or len(values) < 3 or not made or changed:
        return
    value = Decimal(rating["value"])
    low, high = {
        MadeOfMonths.SUM: (sum(values), sum(values)),
        MadeOfMonths.MEAN: (min(values), max(values)),
        MadeOfMonths.LAST: (values[-1], values[-1]),
    }[MadeOfMonths(made)]
    if not low - SMALLEST <= value <= high + SMALLEST:
        yield f"{indicator['reference']}: its months do not make the figure of {until}"


def _wrong_escalations(
    indicator: Indicator, rules_for: Callable[[Quarter], Rules], until: Quarter
) -> Iterator[str]:
    """Closing every quarter in order, by the rules of each, gives just these escalations.

    What was restated after a revision depends on what was recorded before it, which nobody can
    replay; there it is asked instead whether anything is missing from what is recorded.
    """
    pattern = pattern_of(indicator)
    history = [replace(load_figure(each), pattern=pattern) for each in indicator["ratings"]]
    recorded = tuple(_episode(each) for each in indicator["escalations"])
    tier = Tier(indicator["tier"])
    try:
        if indicator["revisions"] or any(
            each["restated"] or each.get("ended_in") for each in indicator["escalations"]
        ):
            first = history[0].quarter if history else until
            agrees = not restate(history, recorded, first, rules_for, tier)
        else:
            given = manual_referrals(
                recorded
            )  # no rule gives these: they are taken as they are recorded
            agrees = _in_order(replay(history, rules_for, tier, given)) == _in_order(recorded)
    except ValueError as reason:
        yield f"{indicator['reference']}: {reason}"
        return
    if not agrees:
        yield (
            f"{indicator['reference']}: its escalations are not those that the SORP's rules give"
            " from its ratings"
        )


def _varied(written: Mapping[str, Any]) -> Varied:
    """A variation as the rules read it."""
    return Varied(
        from_quarter=Quarter.parse(written["from_quarter"]),
        until_quarter=Quarter.parse(written["until_quarter"]),
        exit_quarters=written["exit_quarters"],
        triggers={
            each["key"]: Window(each["at_least"], each["within"]) if each["within"] else None
            for each in written["triggers"]
        },
    )


def _in_order(episodes: tuple[Episode, ...]) -> list[Episode]:
    return sorted(episodes, key=lambda each: (each.opened_in, each.level.height))


def _episode(escalation: Mapping[str, Any]) -> Episode:
    recovered = escalation["recovered_in"]
    return Episode(
        level=Level(escalation["level"]),
        origin=Origin(escalation["origin"]),
        trigger=escalation["trigger"],
        trigger_key=escalation["trigger_key"],
        since=Quarter.parse(escalation["since"]),
        opened_in=Quarter.parse(escalation["opened_in"]),
        recovered_in=Quarter.parse(recovered) if recovered else None,
        relapse=escalation["relapse"],
        all_met=tuple(escalation["all_met"]),
        reason=escalation["reason"],
        restated=escalation["restated"],
        ended_in=Quarter.parse(escalation["ended_in"]) if escalation.get("ended_in") else None,
    )


def _rules_by_quarter(document: Mapping[str, Any]) -> Callable[[Quarter], Rules]:
    """Each quarter's rules, by the version that ruled it."""
    versions = sorted(
        (
            (
                Quarter.parse(each["from_quarter"]),
                Rules(
                    tuple(read_trigger(trigger) for trigger in each["triggers"]),
                    each["exit_quarters"],
                    each["relapse_within"],
                    each.get("relapse_shortens_by", 0),
                ),
            )
            for each in document["sorp"]["versions"]
        ),
        key=lambda each: each[0],
        reverse=True,
    )

    def rules_for(quarter: Quarter) -> Rules:
        for since, rules in versions:
            if since <= quarter:
                return rules
        raise ValueError(f"no version of the SORP in the edition rules {quarter}")

    return rules_for


def _wrong_counts(document: Mapping[str, Any]) -> Iterator[str]:
    quarter = document["quarter"]
    counted = [each for each in document["indicators"] if is_counted(each)]
    layer = _by_name(counts_by(counted, quarter, lambda each: Layer(each["layer"]).label))
    directorate = _by_name(counts_by(counted, quarter, lambda each: each["directorate"]["name"]))
    expected = {
        "counts": counts(counted, quarter),
        "travel": travel_counts(counted, quarter),
        "changes": changes(document["indicators"], quarter),
    }
    for name, figures in expected.items():
        if document[name] != figures:
            yield f"its {name} do not follow from its indicators"
    for name, groups in (("by_layer", layer), ("by_directorate", directorate)):
        if _by_name(document[name]) != groups:
            yield f"its counts {name.replace('_', ' ')} do not follow from its indicators"
    parts = document["counts"]
    if sum(parts[key] for key in parts if key != "total") != parts["total"]:
        yield "its headline counts do not sum to the number of indicators"


def _by_name(groups: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["group"]: each for each in groups}


EDITION, PAGE, PDF = "edition.json", "report.html", "report.pdf"
TABLES = ("counts.csv", "escalations.csv", "indicators.csv", "ratings.csv")
EXPECTED = (EDITION, *TABLES, PAGE, PDF)


def verify_folder(
    folder: Path, *, redraw: bool = False, published: str | None = None
) -> list[Difference]:
    """Everything in a published folder that does not agree with the rest of it; nothing where all does.

    A folder that somebody wrote anew from other inputs agrees with itself too. `published`, the
    SHA-256 of manifest.json as the council published it elsewhere, tells that one from ours. With
    `redraw` the PDF is drawn again too, which takes a while and the same release of the libraries.
    Raises ValueError where there is no such folder, and for what is no SHA-256.
    """
    if published is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", published):
        raise ValueError("Give a SHA-256 as 64 figures and letters from a to f")
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}: give the one that build_report wrote")
    found = {each.name: each.read_bytes() for each in sorted(folder.iterdir()) if each.is_file()}
    extra = [
        Difference(each.name, "remove this folder: it is no part of the edition")
        for each in sorted(folder.iterdir())
        if not each.is_file()
    ]
    other = []
    if published and digest(found.get(MANIFEST, b"")) != published.lower():
        other.append(Difference(MANIFEST, "is not what was published: its SHA-256 is another"))
    return [*extra, *other, *_wrong_digests(found), *_wrong_content(found, redraw=redraw)]


def _wrong_digests(found: Mapping[str, bytes]) -> Iterator[Difference]:
    for name in (MANIFEST, SEAL):
        if name not in found:
            yield Difference(name, "is missing, so nothing shows that the files belong together")
    manifest = _loaded(found.get(MANIFEST, b"{}"))
    if MANIFEST in found and SEAL in found:
        seal = f"{digest(found[MANIFEST])}  {MANIFEST}\n".encode()
        if found[SEAL] != seal:
            # Which was altered, as far as can be told: a manifest that says what it should was not.
            yield Difference(
                MANIFEST if any(_wrong_manifest(found, manifest)) else SEAL,
                f"{MANIFEST} and {SEAL} do not agree: one of the two was altered",
            )
    listed = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(listed, dict):
        yield Difference(MANIFEST, "has no list of files")
        return
    yield from _against(listed, found)


def _against(listed: Mapping[str, Any], found: Mapping[str, bytes]) -> Iterator[Difference]:
    for name in sorted({*listed, *EXPECTED} - set(found)):
        yield Difference(name, "is missing")
    for name in sorted(set(found) - set(listed) - {MANIFEST, SEAL}):
        yield Difference(name, f"is not in {MANIFEST}: it is no part of the edition")
    for name in sorted(set(found) & set(listed)):
        entry = listed[name] if isinstance(listed[name], dict) else {}
        if entry.get("sha256") != digest(found[name]) or entry.get("bytes") != len(found[name]):
            yield Difference(name, f"is not what was sealed: its SHA-256 is not that in {MANIFEST}")


def _wrong_content(found: Mapping[str, bytes], *, redraw: bool) -> Iterator[Difference]:
    if EDITION not in found:
        return
    document = _loaded(found[EDITION])
    if not isinstance(document, dict):
        yield Difference(EDITION, "is not JSON")
        return
    if canonical(document) != found[EDITION]:
        yield Difference(EDITION, "is not written as editions are: its keys or spaces were altered")
    try:
        check_form(document)
    except NotAnEdition as reason:
        yield Difference(EDITION, str(reason))
        return
    # Another release may word a sentence otherwise; its digest was checked, as a page's is.
    sentences = _release_of(found) == settings.PRODUCT_VERSION
    try:
        for what in wrong_figures(document, sentences=sentences):
            yield Difference(EDITION, what)
        yield from _wrong_renderings(document, found, redraw=redraw)
    except ValueError as reason:  # of the right form, and yet no quarter or figure that there is
        yield Difference(EDITION, f"cannot be worked out: {reason}")
    yield from _wrong_manifest(found, _loaded(found.get(MANIFEST, b"{}")))


def _wrong_renderings(
    document: Mapping[str, Any], found: Mapping[str, bytes], *, redraw: bool
) -> Iterator[Difference]:
    """Each table and page says what the document says: drawn again, it comes out the same."""
    for name, content in tables(document).items():
        if name not in found and name not in TABLES:
            yield Difference(name, "is missing")
        if name in found and found[name] != content:
            yield Difference(
                name, f"does not say what {EDITION} says, {_first(found[name], content)}"
            )
    if _release_of(found) != settings.PRODUCT_VERSION:
        return  # another release may draw it otherwise; its digest was checked
    if PAGE in found and found[PAGE] != (page := report_page(document).encode()):
        yield Difference(PAGE, f"does not show what {EDITION} says, {_first(found[PAGE], page)}")
    if redraw and PDF in found and found[PDF] != report_pdf(document):
        yield Difference(PDF, f"drawn again from {EDITION}, it comes out otherwise")


def _release_of(found: Mapping[str, bytes]) -> str | None:
    """The release that drew the files, as the manifest says."""
    manifest = _loaded(found.get(MANIFEST, b"{}"))
    return manifest.get("version") if isinstance(manifest, dict) else None


def _wrong_manifest(found: Mapping[str, bytes], manifest: Any) -> Iterator[Difference]:
    """The manifest holds what follows from the other files, and nothing else."""
    document = _loaded(found.get(EDITION, b"{}"))
    if MANIFEST not in found or not isinstance(manifest, dict) or not isinstance(document, dict):
        return
    others = {name: each for name, each in found.items() if name not in (MANIFEST, SEAL)}
    try:
        expected = manifest_of(others, document, version=str(manifest.get("version")))
    except KeyError:
        return  # what is wrong with the edition was told already
    if found[MANIFEST] != expected:
        yield Difference(MANIFEST, "is not what follows from the other files")


def _first(one: bytes, other: bytes) -> str:
    """Where two texts first differ."""
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    for line, (was, now) in enumerate(lines, start=1):
        if was != now:
            return f"first in line {line}"
    return "in its length"


def _loaded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
