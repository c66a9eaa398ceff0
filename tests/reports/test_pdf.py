"""The PDF: accessible, self-contained, the same every time, and deaf to what anyone typed."""

import io
import re
import shutil
import socket
import subprocess

import pikepdf
import pytest

from reports.pdf import NothingFetched, OwnFetcher, render_pdf
from reports.rendering.assets import pictures
from reports.rendering.files import report_pdf
from reports.rendering.html import report_page
from tests.reports.documents import CARE, indicator, public_edition
from tests.reports.structure import elements, faults, objections

HOSTILE = [
    '<img src="http://127.0.0.1:9/a.png">',
    '<img src="file:///etc/passwd">',
    "<script>fetch('http://127.0.0.1:9/b')</script>",
    '<link rel="attachment" href="file:///etc/passwd">',
    '<a rel="attachment" href="file:///etc/passwd">take</a>',
    '<object data="file:///etc/passwd"></object>',
    '<embed src="http://127.0.0.1:9/c">',
    '<iframe src="http://127.0.0.1:9/d"></iframe>',
    '<style>@import url("http://127.0.0.1:9/e.css")</style>',
    "<style>body{background:url(file:///etc/passwd)}</style>",
    '<link rel="stylesheet" href="http://127.0.0.1:9/f.css">',
    '<svg><image href="http://127.0.0.1:9/g.png"/></svg>',
    '<svg><use href="file:///etc/passwd#x"/></svg>',
    '<base href="http://127.0.0.1:9/">',
    '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/h">',
    '<div style="background:url(http://127.0.0.1:9/i)">x</div>',
    '<p style="content:url(file:///etc/passwd)">x</p>',
    '<table background="http://127.0.0.1:9/j"><tr><td>x</td></tr></table>',
    '<body background="http://127.0.0.1:9/k">',
    '<video poster="http://127.0.0.1:9/l"></video>',
    '<input type="image" src="http://127.0.0.1:9/m">',
    "![x](http://127.0.0.1:9/n.png)",
    "![x](file:///etc/passwd)",
    "[x](javascript:alert(1))",
    "[x](file:///etc/passwd)",
    "[x](data:text/html,<script>alert(1)</script>)",
    '[x]: http://127.0.0.1:9/o "y"\n\n![x][x]',
    "{% include 'settings.py' %} {{ settings.SECRET_KEY }}",
    "</style></head><body><h1>Mine</h1>",
    "</title><script>alert(1)</script>",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    "\x0b\x01 control \u202e gnirts \u0000",
    "=cmd|'/c calc'!A1",
    "# One\n\n###### Six\n\n***\n\n```\ncode\n```",
]


@pytest.fixture
def no_network(monkeypatch):
    """Whoever so much as opens a socket fails."""

    def refuse(*args, **given):
        raise AssertionError("something tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.fixture
def asked(monkeypatch):
    """Every address that a PDF asked for and was refused."""
    refused = []
    fetch = OwnFetcher.fetch

    def noted(self, url, headers=None):
        try:
            return fetch(self, url, headers)
        except NothingFetched:
            refused.append(url)
            raise

    monkeypatch.setattr(OwnFetcher, "fetch", noted)
    return refused


def hostile_document():
    typed = "\n\n".join(HOSTILE)
    return public_edition(
        indicators=[
            indicator(
                f"PI-{place:02}",
                [80, 70],
                target=90,
                floor=80,
                title=each[:150].replace("\x00", ""),
                commentary=typed if place == 0 else each,
                definition=each,
                source=each,
                measure_unit=each[:20],
                **(CARE if place % 2 else {}),
            )
            for place, each in enumerate(HOSTILE)
        ],
        priorities=[],
    )


def test_the_report_has_the_structure_of_an_accessible_pdf(files):
    assert faults(files["report.pdf"]) == []


def test_verapdf_calls_the_report_compliant(files, tmp_path):
    report = tmp_path / "report.pdf"
    report.write_bytes(files["report.pdf"])

    assert objections(report) == ""


def test_the_text_holds_the_figures_of_the_edition(files, document):
    pdf = text_of(files["report.pdf"])

    for each in document["indicators"]:
        assert each["title"] in pdf
    assert {"76.4%", "85.5%", "14,010"} <= set(re.findall(r"[\d,.]+%?", pdf))
    assert "Page 2 of" in pdf


def text_of(content):
    """The text that a reader may copy out, by each font's own map of its glyphs."""
    words = []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for page in pdf.pages:
            maps = {
                name: _glyphs(font.ToUnicode.read_bytes().decode("latin-1"))
                for name, font in page.Resources.Font.items()
            }
            font = {}
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    font = maps[str(operands[0])]
                elif str(operator) in ("TJ", "Tj"):
                    words.append(_shown(operands[0], font))
                elif str(operator) == "BDC":
                    words.append(" ")
    return re.sub(r"\s+", " ", "".join(words))


def _glyphs(cmap):
    pairs = re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", cmap)
    return {int(glyph, 16): bytes.fromhex(text).decode("utf-16-be") for glyph, text in pairs}


def _shown(operand, font):
    strings = operand if isinstance(operand, pikepdf.Array) else [operand]
    shown = ""
    for each in strings:
        if isinstance(each, pikepdf.String):
            codes = bytes(each)
            shown += "".join(
                font.get(int.from_bytes(codes[place : place + 2]), "")
                for place in range(0, len(codes), 2)
            )
    return shown


@pytest.mark.usefixtures("no_network")
def test_nothing_typed_makes_the_pdf_fetch_or_attach_anything(asked):
    content = report_pdf(hostile_document())

    assert asked == []
    assert faults(content) == []
    assert b"root:" not in content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert not list(pdf.attachments)


def test_nothing_typed_becomes_markup_in_the_page():
    page = report_page(hostile_document())
    body = page[page.index("<body>") :]

    for tag in ("<script", "<img", "<iframe", "<object", "<embed", "<link", "<base", "<video"):
        assert tag not in body
    # What is read aloud of a picture says what was typed, and leads nowhere.
    markup = re.sub(r'aria-label="[^"]*"', "", re.sub(r">[^<]*<", "><", body))
    for attribute in ("onerror=", 'rel="attachment"', "javascript:"):
        assert attribute not in markup
    assert "SECRET_KEY" in body  # shown as it was typed, and not looked up
    assert body.count("<h1") == 1


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/x", "https://example.org", "file:///etc/passwd", "data:text/plain,x",
     "ftp://127.0.0.1/x", "asset:nothing-of-that-name", "asset:../../etc/passwd", "ASSET:square.svg", ""],
)  # fmt: skip
def test_the_fetcher_refuses_all_but_its_own(address):
    with pytest.raises(NothingFetched):
        OwnFetcher(pictures()).fetch(address)


def test_the_fetcher_gives_what_is_its_own():
    answer = OwnFetcher(pictures()).fetch("asset:square.svg")

    assert b"<svg" in answer.read()


def simple(body, lang='lang="en-GB"', title="<title>A title</title>"):
    html = f"<!DOCTYPE html><html {lang}><head>{title}</head><body>{body}</body></html>"
    return render_pdf(html, held=pictures(), identifier="x")


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"body": "<h1>One</h1><h3>Three</h3>"}, "7.4.2: a heading of level 3"),
        ({"body": "<h2>Two</h2>"}, "7.4.2: has no heading of level 1"),
        ({"body": "<h1>A</h1><svg width='9' height='9' xmlns='http://www.w3.org/2000/svg'></svg>"},
         "7.3: a figure"),
        ({"body": "<h1>A</h1><table><tr><td>x</td></tr></table>"}, "7.5: a table has no header"),
        ({"body": "<h1>A</h1>", "lang": ""}, "7.2: does not say"),
        ({"body": "<h1>A</h1>", "title": ""}, "7.1: has no title"),
        ({"body": "<p>x</p>"}, "has no bookmarks"),
        ({"body": "<h1 style='font-family:monospace'>A</h1>"}, "which is not our font"),
    ],
)  # fmt: skip
def test_our_checker_bites(broken, fault):
    """Each of these is broken on purpose."""
    assert any(each.startswith(fault) or fault in each for each in faults(simple(**broken)))


def test_verapdf_bites(tmp_path):
    """Each of these is broken on purpose, and the good one among them is not blamed."""
    made = {
        "good": simple("<h1>A</h1><p>x</p>"),
        "speechless": simple("<h1>A</h1><p>x</p>", lang=""),
        "untitled": simple("<h1>A</h1><p>x</p>", title=""),
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)

    said = objections(*(tmp_path / name for name in made))

    assert re.findall(r"/(\w+): (not compliant|compliant)", said) == [
        ("good", "compliant"),
        ("speechless", "not compliant"),
        ("untitled", "not compliant"),
    ]
    assert "  7.2: " in said, "the language"
    assert "  7.1: " in said, "the title"


@pytest.mark.parametrize(
    ("required", "what_happens"), [("1", pytest.fail.Exception), ("0", pytest.skip.Exception)]
)
def test_a_verdict_that_cannot_be_had_is_missed_where_services_are_required(
    monkeypatch, tmp_path, required, what_happens
):
    for name in ("bash", "grep", "dirname"):
        (tmp_path / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("REQUIRE_SERVICES", required)

    with pytest.raises(what_happens, match=r"Left out: veraPDF's verdict .* default-jdk-headless$"):
        objections(tmp_path / "report.pdf")


def test_header_cells_numbered_lists_and_links_are_finished():
    content = simple(
        "<h1>A</h1><ol><li>one</li></ol><p><a href='#b'>to b</a></p>"
        "<table id='b'><tr><th scope='col'>c</th></tr><tr><th scope='row'>r</th></tr></table>"
    )

    with pikepdf.open(io.BytesIO(content)) as pdf:
        found = list(elements(pdf.Root.StructTreeRoot))
        scopes = [str(each.A.Scope) for each in found if str(each.S) == "/TH"]
        lists = [each for each in found if str(each.S) == "/L"]
        links = [note for note in pdf.pages[0].Annots if note.Subtype == pikepdf.Name.Link]
        assert scopes == ["/Column", "/Row"]
        assert [str(each.A.ListNumbering) for each in lists] == ["/Decimal"]
        assert {str(note.Contents) for note in links} == {"Link: to b"}


LONG = "https://council.example/d/" + "0123456789abcdef" * 13


def test_a_word_longer_than_a_line_is_broken_and_no_part_of_it_is_lost(tmp_path):
    content = report_pdf(
        public_edition(
            indicators=[
                indicator("PI-1", [80, 70], target=90, floor=80, title="Calls answered",
                          commentary=f"See {LONG}, and then act.", definition=LONG, source=LONG),
                indicator("PI-2", [80, 70], target=90, floor=80, title="W" * 120),
            ],
            priorities=[],
        )
    )  # fmt: skip
    (tmp_path / "report.pdf").write_bytes(content)
    boxes = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "report.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    width = float(re.search(r'<page width="([\d.]+)"', boxes)[1])
    ends = [float(each) for each in re.findall(r'xMax="([\d.]+)"', boxes)]

    assert LONG in text_of(content).replace(" ", "")
    assert max(ends) <= width - 19 / 25.4 * 72 + 1  # the margin of the page


def test_letters_of_european_names_are_printed_in_the_vendored_fonts_alone():
    words = "Łódź Nguyễn Ольга Ολγα ≥ 95 ≠ 94"
    content = report_pdf(
        public_edition(
            indicators=[indicator("PI-1", [80, 70], target=90, floor=80, title=words)],
            priorities=[],
        )
    )
    with pikepdf.open(io.BytesIO(content)) as pdf:
        fonts = {
            str(font.BaseFont).rpartition("+")[2]
            for page in pdf.pages
            for font in page.Resources.Font.values()
        }

    assert words in text_of(content)
    assert {each.partition("-")[0] for each in fonts} <= {"Public", "Roboto", "PublicSans"}


def test_a_page_carries_only_the_fonts_that_its_text_needs():
    def faces(title):
        page = report_page(
            public_edition(
                indicators=[indicator("PI-1", [80, 70], target=90, floor=80, title=title)],
                priorities=[],
            )
        )
        return set(re.findall(r'@font-face{font-family:"([^"]+)"', page))

    assert faces("Roads") == {"Public Sans"}
    assert faces("Łódź ≥ 4") == {"Public Sans", "Public Sans Extended", "Roboto Mathematics"}
