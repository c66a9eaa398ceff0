"""The look holds: contrasts as measured, no one else's brand, nothing inline, everything shown."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test.signals import template_rendered

from kcc_perf.gallery import gallery
from kcc_perf.templatetags import kcc

ROOT = Path(__file__).resolve().parents[2]
CSS = (ROOT / "static/css/kcc.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--kcc-([a-z-]+): (#[0-9a-f]{6});", CSS))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(
    ROOT.glob("*/templates/**/*.html")
)
STATIC = [
    path
    for path in sorted((ROOT / "static").rglob("*"))
    if path.suffix in {".css", ".js", ".scss", ".svg"}
]


def luminance(colour):
    """Relative luminance, as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_worked_out_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("ink", "ground", "at_least"),
    [
        ("brand", "white", 11.8),
        ("link", "white", 7.3),
        ("link", "paper", 4.5),
        ("text", "white", 15),
        ("quiet", "white", 5.7),
        ("quiet", "paper", 4.5),
        ("white", "brand", 11.8),
        ("red", "white", 8),
        ("red", "red-tint", 4.5),
        ("text", "amber", 10.9),
        ("text", "amber-tint", 4.5),
        ("amber-text", "amber-tint", 7.3),
        ("green", "white", 6.5),
        ("green", "green-tint", 4.5),
        ("unrated-text", "unrated", 10.3),
        ("text", "focus", 4.5),
    ],
)
def test_words_can_be_read(ink, ground, at_least):
    assert contrast(TOKENS[ink], TOKENS[ground]) >= at_least


@pytest.mark.parametrize(
    "ink",
    [
        "red",
        "green",
        "amber-edge",
        "quiet",
        "chart-line",
        "chart-target",
        "chart-floor",
        "chart-forecast",
    ],
)
def test_shapes_and_lines_can_be_made_out(ink):
    assert contrast(TOKENS[ink], TOKENS["white"]) >= 3


@pytest.mark.parametrize(
    ("ink", "ground"),
    [("amber-edge", "amber-tint"), ("red", "red-tint"), ("green", "green-tint")],
)
def test_shapes_can_be_made_out_on_their_tints(ink, ground):
    assert contrast(TOKENS[ink], TOKENS[ground]) >= 3


def test_measured_contrasts_written_beside_tokens_are_true():
    said = re.findall(r"--kcc-([a-z-]+): (#[0-9a-f]{6}); /\* ([\d.]+):1 on white", CSS)
    assert len(said) >= 7
    for name, colour, ratio in said:
        assert contrast(colour, "#ffffff") == pytest.approx(float(ratio), abs=0.1), name


@pytest.mark.parametrize(
    ("name", "token"),
    [
        ("WHITE", "white"),
        ("INK", "text"),
        ("QUIET", "quiet"),
        ("GREEN", "green"),
        ("RED", "red"),
        ("AMBER", "amber"),
        ("AMBER_EDGE", "amber-edge"),
        ("UNRATED", "unrated-text"),
        ("UNRATED_FILL", "unrated"),
    ],
)
def test_inks_of_shapes_are_the_tokens(name, token):
    assert getattr(kcc, name).lower() == TOKENS[token]


def test_colours_compiled_into_govuk_frontend_are_the_tokens():
    compiled = (ROOT / "static/vendor/govuk-frontend.min.css").read_text(encoding="utf-8")
    root = compiled[compiled.index("--govuk-brand-colour") :].partition("}")[0]
    held = dict(re.findall(r"--govuk-([a-z-]+)-colour: (#[0-9a-f]{6})", root))

    for theirs, ours in [
        ("brand", "brand"),
        ("text", "text"),
        ("secondary-text", "quiet"),
        ("link", "link"),
        ("error", "red"),
        ("success", "green"),
        ("focus", "focus"),
        ("border", "rule"),
        ("surface-background", "paper"),
    ]:
        assert held[theirs] == TOKENS[ours], theirs


# Whose brand ------------------------------------------------------------------------------------


def faults(paths, look):
    """What a rule objects to in each file, by its place; nothing of a file that keeps the rule."""
    found = {str(path.relative_to(ROOT)): look(path.read_text(encoding="utf-8")) for path in paths}
    return {place: each for place, each in found.items() if each}


def test_what_a_rule_objects_to_is_said_by_file():
    this = Path(__file__)

    assert faults([this], lambda text: re.findall(r"^def (faults)\b", text, re.MULTILINE)) == {
        "tests/kcc_perf/test_look.py": ["faults"]
    }
    assert faults([this], lambda text: []) == {}
    assert len(TEMPLATES) > 300


def test_no_file_carries_the_brand_of_gov_uk():
    brand = re.compile(
        r"gds[ -]?transport|govuk-header\b|govuk-logotype|\bcrown\b|royal|\bcrest\b", re.IGNORECASE
    )
    sources = [path for path in STATIC if path.suffix == ".scss"]
    rest = [path for path in STATIC if path.suffix != ".scss"]

    assert faults([*rest, *TEMPLATES], brand.findall) == {}
    # It may say what it leaves out.
    assert faults(sources, lambda text: brand.findall(re.sub(r"//.*", "", text))) == {}


def test_only_our_own_font_is_served():
    fonts = [path.name for path in (ROOT / "static").rglob("*.woff*")]
    assert fonts
    assert all(name.startswith(("public-sans-", "roboto-")) for name in fonts)


def test_what_is_vendored_is_what_is_recorded():
    vendor = ROOT / "static/vendor"
    script = (vendor / "build.sh").read_text(encoding="utf-8")
    record = (vendor / "VENDOR.md").read_text(encoding="utf-8")
    version = dict(re.findall(r"^([A-Z_]+)=([\d.]+)$", script, re.MULTILINE))

    assert f"| govuk-frontend | {version['GOVUK_FRONTEND']} |" in record
    assert f"| @fontsource/public-sans | {version['PUBLIC_SANS']} |" in record
    assert f"sass {version['SASS']}" in record
    assert f"| @fontsource/roboto | {version['ROBOTO']} |" in record
    assert len(re.findall(r"`[0-9a-f]{128}`", record)) == 3
    compiled = (vendor / "govuk-frontend.min.css").read_text(encoding="utf-8")
    assert f'--govuk-frontend-version: "{version["GOVUK_FRONTEND"]}"' in compiled
    assert "://" not in script


# Nothing inline ---------------------------------------------------------------------------------


# Files that are handed out by themselves, and so carry their own styles under a policy of their own.
STAND_ALONE = {
    "templates/reports/document.html",
    "templates/reports/pack.html",
    "templates/reports/meeting_document.html",  # only ever drawn as a PDF
}
DATA = 'type="application/json"'  # is no script, and may stand inline


def test_no_template_needs_an_exception_from_the_security_policy():
    def inline(text):
        scripts = re.findall(r"<script\b[^>]*>", text)
        return [
            *re.findall(r"<style\b|\sstyle=|\son[a-z]+=|javascript:", text, re.IGNORECASE),
            *(each for each in scripts if " src=" not in each and DATA not in each),
        ]

    alone = [path for path in TEMPLATES if path.relative_to(ROOT).as_posix() in STAND_ALONE]

    assert len(alone) == len(STAND_ALONE)
    assert faults(alone, lambda text: "<script" in text) == {}
    assert faults([path for path in TEMPLATES if path not in alone], inline) == {}


def test_every_form_that_posts_leaves_validation_to_the_server():
    def validated_by_the_browser(text):
        for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
            tag = re.match(r"<form\b(?:{%.*?%}|[^>])*>", form)[0]
            asks = re.search(r"{{ ?\w*(form|field)\b|<select|<textarea|<input(?![^>]*hidden)", form)
            if 'method="post"' in tag and asks and "novalidate" not in tag:
                yield tag

    assert faults(TEMPLATES, lambda text: list(validated_by_the_browser(text))) == {}


def test_no_template_begs_or_scolds():
    def begging(text):
        words = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", " ", text, flags=re.DOTALL)
        return re.findall(r"\b(please|sorry|invalid|forbidden|oops)\b", words, re.IGNORECASE)

    assert faults(TEMPLATES, begging) == {}


# The gallery ------------------------------------------------------------------------------------


def seen(rf):
    request = rf.get("/gallery/")
    request.user = AnonymousUser()
    return gallery(request)


@pytest.fixture
def in_development(settings, db):
    settings.DEBUG = True


@pytest.mark.usefixtures("in_development")
def test_every_component_is_in_the_gallery(rf):
    drawn = set()

    def note(sender, template, **kwargs):
        drawn.add(template.name)

    template_rendered.connect(note)
    try:
        seen(rf)
    finally:
        template_rendered.disconnect(note)

    kept = {
        str(path.relative_to(ROOT / "templates"))
        for folder in ("components", "forms")
        for path in (ROOT / "templates" / folder).glob("*.html")
    }
    assert kept
    assert kept - drawn == set()


@pytest.mark.usefixtures("in_development")
def test_every_tag_is_in_the_gallery():
    text = (ROOT / "templates/gallery.html").read_text(encoding="utf-8")
    missing = [name for name in kcc.register.tags if not re.search(rf"{{% {name}\b", text)]
    assert [name for name in missing if name not in ("has_errors", "panel", "panel_rows")] == []


@pytest.mark.usefixtures("in_development")
def test_the_gallery_repeats_no_id_and_describes_with_ids_that_exist(rf):
    page = seen(rf).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', page)
    named = re.findall(r'\s(?:aria-describedby|aria-labelledby|aria-controls|for)="([^"]+)"', page)

    assert len(ids) == len(set(ids))
    assert {each for names in named for each in names.split()} <= set(ids)


def test_the_gallery_is_closed_outside_development(rf, settings):
    settings.DEBUG = False

    with pytest.raises(Http404):
        seen(rf)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "static/css").glob("*.css")), ids=lambda each: each.name
)
def test_every_block_of_our_styles_is_closed(path):
    """One that is not swallows every rule after it."""
    styles = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    depth = deepest = 0
    for sign in re.findall("[{}]", styles):
        depth += 1 if sign == "{" else -1
        deepest = max(deepest, depth)
        assert depth >= 0

    assert depth == 0
    assert deepest <= 2  # a rule inside a media query
