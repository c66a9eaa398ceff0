"""Small PDFs, as somebody might bring them."""

import io

import pikepdf


def a_pdf(*, pages=1, change=None, **save):
    """A PDF of empty pages; `change` does something to it first."""
    pdf = pikepdf.new()
    for number in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[-1].Contents = pdf.make_stream(f"0 0 {100 + number} 100 re f".encode())
    if change:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out, deterministic_id=not save, **save)
    return out.getvalue()
