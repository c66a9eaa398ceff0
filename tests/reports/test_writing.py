"""A folder is written whole or not at all, and nothing of anyone else's is touched."""

import pytest

from reports.output import write_folder
from reports.rendering.csvs import harmless, written

FILES = {"manifest.json": b"{}", "a.txt": b"one"}


def test_a_folder_is_written_and_written_again(tmp_path):
    write_folder(tmp_path / "deep" / "out", FILES)
    write_folder(tmp_path / "deep" / "out", {"manifest.json": b"{}", "b.txt": b"two"})

    assert {each.name for each in (tmp_path / "deep" / "out").iterdir()} == {
        "manifest.json",
        "b.txt",
    }
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["out"]


def test_a_folder_that_holds_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(ValueError, match="name a new folder"):
        write_folder(tmp_path, FILES)

    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_failure_half_way_leaves_the_old_folder_and_no_litter(tmp_path, monkeypatch):
    write_folder(tmp_path / "out", FILES)

    def refuse(descriptor):
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_folder(tmp_path / "out", {"manifest.json": b"other"})

    assert (tmp_path / "out" / "a.txt").read_bytes() == b"one"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(text):
    assert harmless(text) == f"'{text}"


def test_figures_keep_their_sign_and_text_its_quotes_and_lines():
    rows = [{"value": "-3.2", "reason": 'He said "no",\r\nthen left', "late": True, "rag": None}]

    assert written(("value", "reason", "late", "rag"), rows) == (
        b'value,reason,late,rag\r\n-3.2,"He said ""no"",\r\nthen left",yes,\r\n'
    )
