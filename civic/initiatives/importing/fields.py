"""One entry of a file → one row: columns under their many names, values cleaned and bounded."""

import math
import re
from collections.abc import Mapping
from typing import Any

from civic.i18n import _
from civic.initiatives.importing import rows
from civic.initiatives.importing.rows import ParsedRow, RefusedLine
from civic.initiatives.importing.texts import cut, first_sentence, to_line, to_markdown
from civic.places.folding import fold

SYNONYMS = {
    "title": "titre title nom name label intitule initiative structure nominitiative nomstructure "
    "organisation association raisonsociale",
    "summary": "resume summary accroche chapo abstract descriptioncourte shortdescription enbref",
    "description": "description descriptif presentation texte contenu details descriptionlongue "
    "longdescription story objet",
    "commitment": "engagement engagements commitment",
    "address": "adresse address rue voie street streetaddress adresse1 numeroetvoie",
    "postcode": "codepostal cp postcode postalcode zip zipcode",
    "city": "commune ville city town localite addresslocality municipality nomcommune",
    "latitude": "latitude lat y",
    "longitude": "longitude lon lng long x",
    "point": "coordonnees coordinates geopoint latlon latlng",
    "categories": "categories categorie category themes theme thematiques thematique tags topics type types "
    "secteur domaine sujet sujets",
    "website": "siteweb website site web siteinternet homepage urlsite sites",
    "external_id": "id identifiant externalid uuid ref reference",
    "source_url": "url source sourceurl permalien permalink fiche lien link",
}
NAMES = {synonym: name for name, synonyms in SYNONYMS.items() for synonym in synonyms.split()}
NESTED = frozenset(
    {"address", "adresse", "location", "geo", "position", "coordinates", "properties", "geometry"}
)
POSTCODE_AND_CITY = re.compile(r"\b(\d{5})\b[\s,]*([^\d,;]*)")


def name_of(column: str) -> str:
    """Our name for a column of the file, French or English, or "" for one that is not read."""
    return NAMES.get(fold(column).replace(" ", ""), "")


def flatten(entry: Mapping[str, Any], depth: int = 3) -> dict[str, Any]:
    """A JSON entry with our names; what is nested (address, location, geo, properties) is brought up.

    « type » and « @type » are the grammar of GeoJSON and JSON-LD, not a category.
    """
    flat: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, dict) and fold(key) in NESTED:
            nested = flatten(value, depth - 1) if depth else {}
            for name, inner in nested.items():
                flat.setdefault(name, inner)
        elif fold(key) != "type" and (name := name_of(key)) and not flat.get(name):
            flat[name] = value
    return flat


def row_of(entry: Mapping[str, Any], line: int) -> ParsedRow | RefusedLine:
    """The row that an entry makes, or the reason why it makes none."""
    title = to_line(_text(entry, "title"))
    if not title:
        return RefusedLine(line, _("Cette ligne n’a pas de titre."))
    remarks: list[str] = []
    description = _description(entry)
    summary = to_line(_text(entry, "summary")) or first_sentence(description)
    address, postcode, city = _address(entry)
    latitude, longitude = _point(entry, remarks)
    if len(title) > rows.TITLE_MOST:
        remarks.append(_("Le titre a été raccourci."))
    if len(description) > rows.DESCRIPTION_MOST:
        remarks.append(_("La description a été raccourcie."))
    return ParsedRow(
        line=line,
        title=cut(title, rows.TITLE_MOST),
        external_id=_text(entry, "external_id").strip()[: rows.EXTERNAL_ID_MOST],
        source_url=_link(_text(entry, "source_url"), rows.ADDRESS_OF_PAGE_MOST, remarks),
        summary=cut(summary, rows.SUMMARY_MOST),
        description=cut(description, rows.DESCRIPTION_MOST),
        address=cut(address, rows.ADDRESS_MOST),
        postcode=postcode,
        city=cut(city, rows.CITY_MOST),
        latitude=latitude,
        longitude=longitude,
        categories=_categories(entry.get("categories")),
        website=_link(_text(entry, "website"), rows.WEBSITE_MOST, remarks),
        remarks=tuple(remarks),
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str | int)), "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def _description(entry: Mapping[str, Any]) -> str:
    parts = (to_markdown(_text(entry, name)) for name in ("description", "commitment"))
    return "\n\n".join(part for part in parts if part)


def _address(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    address, city = to_line(_text(entry, "address")), to_line(_text(entry, "city"))
    postcode = re.sub(r"\s", "", _text(entry, "postcode"))
    if postcode.isdigit() and len(postcode) == 4:
        postcode = f"0{postcode}"
    if not re.fullmatch(r"\d{5}", postcode):
        postcode = ""
    for text in (city, address):
        if (not postcode or not city) and (match := POSTCODE_AND_CITY.search(text)):
            postcode = postcode or match[1]
            if not city or text == city:
                city = match[2].strip(" -,") or city
    return address, postcode, city


def _point(entry: Mapping[str, Any], remarks: list[str]) -> tuple[float | None, float | None]:
    latitude, longitude = entry.get("latitude"), entry.get("longitude")
    pair = entry.get("point")
    if latitude in (None, "") and isinstance(pair, list) and len(pair) >= 2:
        longitude, latitude = pair[0], pair[1]
    elif latitude in (None, "") and isinstance(pair, str) and pair.strip():
        latitude, _separator, longitude = pair.strip().partition(";" if ";" in pair else ",")
    if latitude in (None, "") and longitude in (None, ""):
        return None, None
    north, east = _degrees(latitude, 90), _degrees(longitude, 180)
    if north is None or east is None or (north == 0 and east == 0):
        remarks.append(_("Les coordonnées ne sont pas comprises\u202f: elles sont laissées de côté."))
        return None, None
    return north, east


def _degrees(value: object, most: int) -> float | None:
    try:
        degrees = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    return degrees if math.isfinite(degrees) and abs(degrees) <= most else None


def _categories(value: object) -> tuple[str, ...]:
    found: list[str] = []
    if isinstance(value, str):
        found = re.split(r"[|;/]|,(?=\S)" if not re.search(r"[|;]", value) else r"[|;]", value)
    elif isinstance(value, list):
        for one in value:
            named = (
                next((one[key] for key in ("name", "label", "shortName") if one.get(key)), "")
                if isinstance(one, dict)
                else one
            )
            found.append(named if isinstance(named, str) else "")
    cleaned = (cut(to_line(one), rows.CATEGORY_MOST) for one in found)
    return tuple(dict.fromkeys(one for one in cleaned if one))[: rows.CATEGORIES_MOST]


def _link(value: str, most: int, remarks: list[str]) -> str:
    link = to_line(value)
    if not link:
        return ""
    if not re.match(r"[a-z][a-z0-9+.-]*:", link, re.IGNORECASE) and re.match(r"[^\s/@]+\.[^\s/@]{2,}", link):
        link = f"https://{link}"
    if not re.match(r"https?://[^\s/]+\.\S+$", link, re.IGNORECASE) or len(link) > most:
        remarks.append(_("Une adresse de page n’est pas comprise\u202f: elle est laissée de côté."))
        return ""
    return link
