"""Pictures and maps drawn by the server: no photographer, no tile server, no third party.

A *scene* is the landscape of an initiative without a photograph, a *panorama* the wide one of the
home page; a *motif* is what happens in front (market, workshop, pond, …), chosen from the topics.
A *map* shows the communes of a territory as *cells*, with *markers* that are plain links.
The same arguments always give the same drawing, so that both may be cached for ever.
This slice knows no row of the database and never reads the clock.
"""

from civic.landscapes.cells import Window
from civic.landscapes.maps import MapTexts, commune_map
from civic.landscapes.markers import Marker
from civic.landscapes.outlines import outlines_from_geojson
from civic.landscapes.scenes import panorama, poster, scene
from civic.landscapes.topics import MOTIFS, TOPIC_MOTIFS, description, motif_for

__all__ = [
    "MOTIFS",
    "TOPIC_MOTIFS",
    "MapTexts",
    "Marker",
    "Window",
    "commune_map",
    "description",
    "motif_for",
    "outlines_from_geojson",
    "panorama",
    "poster",
    "scene",
]
