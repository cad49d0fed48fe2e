"""Forms of a pack beside its HTML page: PDF, spreadsheet, sticky notes, and the bundle."""

from __future__ import annotations

from pathlib import Path

from ..model import PackData


def write_forms(data: PackData, folder: Path) -> None:
    """Write every form into a folder that holds the page; the bundle seals them all."""
    # With them come libraries that only writing needs.
    from ..bundle import claims_of, printed_claims, tables_of, write_bundle
    from .pdf import write_pdfs
    from .spreadsheet import write_spreadsheet
    from .sticky import write_sticky_notes

    html = (folder / "pack.html").read_text(encoding="utf-8")
    claims = claims_of(data, printed_claims(html))
    tables = tables_of(data, claims)
    write_spreadsheet(data, tables, folder)
    write_sticky_notes(data, folder)
    write_pdfs(data, html, folder)
    write_bundle(data, claims, tables, folder)
