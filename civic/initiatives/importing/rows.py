"""What a file says, row by row."""

from dataclasses import dataclass, field

TITLE_MOST = 120
SUMMARY_MOST = 400
DESCRIPTION_MOST = 10_000
ADDRESS_MOST = 200
CITY_MOST = 80
ADDRESS_OF_PAGE_MOST = 500
WEBSITE_MOST = 300
EXTERNAL_ID_MOST = 200
CATEGORY_MOST = 80
CATEGORIES_MOST = 30


@dataclass(slots=True, frozen=True)
class ParsedRow:
    """One initiative. `line` is the line of a CSV file, or the place in a JSON list, from 1.

    Texts are never None; latitude and longitude (degrees) are both known or both None.
    """

    line: int
    title: str
    external_id: str = ""
    source_url: str = ""
    summary: str = ""
    description: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None
    categories: tuple[str, ...] = ()
    website: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True)
class RefusedLine:
    """A line that cannot become an initiative, the sentence that says why, and its title when it has one."""

    line: int
    reason: str
    title: str = ""


@dataclass(slots=True, frozen=True)
class ParsedFile:
    """A whole file: its format (csv or json), its encoding (utf-8, utf-16 or cp1252), good rows and refused
    lines.
    """

    format: str
    encoding: str
    rows: list[ParsedRow] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)
