"""What stands in the files of a grown world: small, but of the type that their names say."""

from __future__ import annotations

import io
import zipfile
from functools import cache

_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 59>>stream
BT /F 12 Tf 72 770 Td (A file of the emulator's world.) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
_CSV = (
    b"account,instrument,quantity,price\r\n4410-20731,DBR 10y,5000000,98.615\r\n4410-20732,OAT 10y,2000000,97.240\r\n"
)
_TXT = b"Attached as discussed.\n"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPES = "application/vnd.openxmlformats-officedocument."
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
_OFFICE = {
    "docx": (
        "word/document.xml",
        f"{_TYPES}wordprocessingml.document.main+xml",
        f'<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>Draft</w:t></w:r></w:p></w:body></w:document>',
    ),
    "xlsx": (
        "xl/workbook.xml",
        f"{_TYPES}spreadsheetml.sheet.main+xml",
        f'<workbook xmlns="{_SHEET}"><sheets/></workbook>',
    ),
    "pptx": (
        "ppt/presentation.xml",
        f"{_TYPES}presentationml.presentation.main+xml",
        f'<p:presentation xmlns:p="{_SLIDES}"><p:sldSz cx="9144000" cy="6858000"/></p:presentation>',
    ),
}


def content_of(name: str) -> bytes:
    """The content of a file of this name; the same bytes for all of a type."""
    return _content(name.rpartition(".")[2].lower())


@cache
def _content(extension: str) -> bytes:
    if extension in _OFFICE:
        return _package(*_OFFICE[extension])
    return {"pdf": _PDF, "csv": _CSV}.get(extension, _TXT)


def _package(path: str, kind: str, body: str) -> bytes:
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{path}" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATION}" Target="{path}"/></Relationships>',
        path: body,
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), _HEAD + text)
    return made.getvalue()
