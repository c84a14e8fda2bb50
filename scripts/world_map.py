"""Make the world map that Kept carries: an SVG with a shape for each country or area of M49, and where each lies.

    npm ci && uv run --group front scripts/world_map.py

From Natural Earth 1:50m (public domain), as the npm package `world-atlas` has it. Equal Earth, an equal-area projection
(Šavrič, Patterson, Jenny 2018, doi:10.1080/13658816.2018.1504949), seen from 11° east, so that no country is cut in two.
The result is committed; `--check` compares and changes nothing.

What is drawn follows the list of the United Nations (M49), of which Kept takes its names: an area that is not in it is
drawn with the one that M49 counts it to, and a border that is not settled is a dashed line (UNSETTLED below).
"""

from __future__ import annotations

import argparse
import gzip
import heapq
import json
import math
import sys
from collections import defaultdict
from pathlib import Path

from shapely import make_valid
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.geometry.polygon import orient
from shapely.ops import unary_union

HOME = Path(__file__).resolve().parent.parent
SOURCE = HOME / "node_modules/world-atlas/countries-50m.json"
PLACES = HOME / "src/kept/base/data/places.json"
SVG = HOME / "src/kept/registry/static/registry/world.svg"
PLAN = HOME / "src/kept/registry/data/world.json"
SHAPES = HOME / "src/kept/registry/data/shapes.json"

WIDTH = 2000  # units of the map; a country is drawn in whole ones
EAST = 11.0  # the middle of the map
CUT = EAST - 180
SOUTH, NORTH = -56.5, 83.7  # Antarctica is left out: nobody promises there
LEAST_TURN = 3.0  # square units: a corner that makes less is left out
LEAST_ISLAND = 14.0
SMALL = 60.0  # a country that covers less gets a dot
DOT, APART = 7, 15.5  # radius, and how far two dots stand apart at least

# Not in M49: drawn with the one that M49 counts them to.
COUNTED_TO = {"Taiwan": "CHN", "Somaliland": "SOM", "Kosovo": "SRB", "N. Cyprus": "CYP", "Siachen Glacier": "IND"}
# Parts of a shape of the source that M49 lists by themselves, or that lie elsewhere: (a point inside, the source's shape, code).
# Crimea: United Nations General Assembly resolution 68/262.
TAKEN_OUT = (
    (-61.5, 16.2, "FRA", "GLP"), (-61.0, 14.65, "FRA", "MTQ"), (-53.0, 4.0, "FRA", "GUF"), (55.5, -21.1, "FRA", "REU"),
    (45.15, -12.8, "FRA", "MYT"), (16.0, 78.7, "NOR", "SJM"), (34.3, 45.3, "RUS", "UKR"),
)  # fmt: skip
# Not in the source, or too small for it: longitude and latitude of the dot.
BY_HAND = {
    "BES": (-68.28, 12.18), "CCK": (96.85, -12.17), "CXR": (105.63, -10.49), "GIB": (-5.35, 36.14), "TKL": (-171.8, -9.2),
    "TUV": (179.2, -8.5), "UMI": (166.65, 19.29), "GLP": (-61.5, 16.2), "MTQ": (-61.0, 14.65), "REU": (55.5, -21.1),
    "MYT": (45.15, -12.8),
}  # fmt: skip
LEFT_OUT = {"ATA", "BVT", "HMD"}
# Borders that are not settled: (one side, other side, west, south, east, north); "" is any neighbour. Sources: the maps of the
# United Nations Geospatial Information Section, which draw these dashed or dotted.
UNSETTLED = (
    ("Kosovo", "", -180, -90, 180, 90),
    ("N. Cyprus", "", -180, -90, 180, 90),
    ("Somaliland", "Somalia", -180, -90, 180, 90),
    ("W. Sahara", "Morocco", -180, -90, 180, 90),
    ("Palestine", "", -180, -90, 180, 90),
    ("Israel", "Syria", -180, -90, 180, 90),
    ("Sudan", "S. Sudan", -180, -90, 180, 90),
    ("Egypt", "Sudan", 33.0, -90, 38, 90),
    ("Siachen Glacier", "", -180, -90, 180, 90),
    ("India", "Pakistan", 73.3, 32.4, 80, 37.5),
    ("India", "China", 76, 30.5, 80.5, 37.5),
    ("India", "China", 91.5, 26.5, 97.5, 30),
    ("North Korea", "South Korea", -180, -90, 180, 90),
    ("Ukraine", "Russia", 33, 44, 37, 46.6),
)


def projected(longitude: float, latitude: float) -> tuple[float, float]:
    """Equal Earth, in units of the globe's radius."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    root = math.sqrt(3) / 2
    t = math.asin(root * math.sin(math.radians(latitude)))
    x = math.radians(longitude) * math.cos(t) / (root * (a1 + 3 * a2 * t**2 + t**6 * (7 * a3 + 9 * a4 * t**2)))
    return x, t * (a1 + a2 * t**2 + t**6 * (a3 + a4 * t**2))


SCALE = WIDTH / (2 * projected(180, 0)[0])
TOP = projected(0, NORTH)[1]
HEIGHT = round((TOP - projected(0, SOUTH)[1]) * SCALE)


def on_map(longitude: float, latitude: float) -> tuple[float, float]:
    """A point of the globe in the map's units, from the left upper corner."""
    x, y = projected(longitude - EAST, latitude)
    return WIDTH / 2 + x * SCALE, (TOP - y) * SCALE


def arcs_of(topology: dict) -> list[list[tuple[float, float]]]:
    """Every line of the source in degrees, without a jump from 180° to -180°; what lies west of the cut is moved to the
    east end."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            longitude = x * sx + tx
            if line:
                longitude += 360 * round((line[-1][0] - longitude) / 360)
            line.append((longitude, y * sy + ty))
        if sum(lon for lon, _lat in line) / len(line) < CUT:
            line = [(lon + 360, lat) for lon, lat in line]
        found.append(line)
    return found


def simplified(line: list[tuple[float, float]]) -> list[tuple[int, int]]:
    """A line in whole units of the map, without corners that nobody would see."""
    kept = [tuple(map(round, on_map(*line[i]))) for i in corners(line)]
    return [point for i, point in enumerate(kept) if i == 0 or point != kept[i - 1]]


def corners(line: list[tuple[float, float]]) -> list[int]:
    """Which points of a line stay, by Visvalingam and Whyatt: the corner that matters least goes first. The ends stay, so
    that neighbours still meet."""
    points = [on_map(*point) for point in line]
    before, after = list(range(-1, len(points) - 1)), list(range(1, len(points) + 1))

    def turn(i: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = points[before[i]], points[i], points[after[i]]
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2

    least = [turn(i) if 0 < i < len(points) - 1 else math.inf for i in range(len(points))]
    queue = [(area, i) for i, area in enumerate(least) if area < math.inf]
    heapq.heapify(queue)
    gone = set()
    while queue:
        area, i = heapq.heappop(queue)
        if i in gone or area != least[i]:
            continue
        if area >= LEAST_TURN:
            break
        gone.add(i)
        after[before[i]], before[after[i]] = after[i], before[i]
        for near in (before[i], after[i]):
            if 0 < near < len(points) - 1:
                least[near] = max(turn(near), area)
                heapq.heappush(queue, (least[near], near))
    return [i for i in range(len(points)) if i not in gone]


def rings(geometry: dict) -> list[list[list[int]]]:
    """The polygons of a shape, each as lists of arcs: outline and holes."""
    if geometry["type"] == "Polygon":
        return [geometry["arcs"]]
    return geometry.get("arcs", []) if geometry["type"] == "MultiPolygon" else []


def joined(arcs: list[list], numbers: list[int]) -> list[tuple[float, float]]:
    """One ring, its arcs put together; a negative number is an arc backwards."""
    line: list = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        line += arc[1:] if line else arc
    return line


def code_of(geometry: dict, by_m49: dict[str, str]) -> str:
    """The place that a shape of the source is, or ""."""
    return by_m49.get(geometry.get("id", ""), "") or COUNTED_TO.get(geometry["properties"]["name"], "")


def shapes(topology: dict, by_m49: dict[str, str], arcs: list, fine: list) -> tuple[dict, dict]:
    """({code: its polygons in the map's units}, {code: its largest polygon in degrees})."""
    found: dict[str, list[Polygon]] = defaultdict(list)
    real: dict[str, Polygon] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        whole = code_of(geometry, by_m49)
        if not whole or whole in LEFT_OUT:
            continue
        for polygon in rings(geometry):
            outline = Polygon(joined(fine, polygon[0]))
            code = next(
                (to for lon, lat, of, to in TAKEN_OUT if of == whole and outline.contains(Point(lon, lat))), whole
            )
            if code not in real or outline.area > real[code].area:
                real[code] = outline
            drawn = [joined(arcs, ring) for ring in polygon]
            if len(drawn[0]) >= 4:
                found[code].append(Polygon(drawn[0], [hole for hole in drawn[1:] if len(hole) >= 4]))
    return found, real


def merged(parts: list[Polygon]) -> list[Polygon]:
    """Polygons that touch become one; the largest first; islands that nobody would see are left out."""
    whole = unary_union([make_valid(part) for part in parts])
    pieces = whole.geoms if hasattr(whole, "geoms") else [whole]
    polygons = sorted((p for p in pieces if isinstance(p, Polygon)), key=lambda p: -p.area)
    return [p for i, p in enumerate(polygons) if p.area >= LEAST_ISLAND or (i == 0 and p.area > 0)]


def path_of(polygons: list[Polygon]) -> str:
    """An SVG path of whole units, each step from the point before."""
    text = ""
    for polygon in polygons:
        for ring in (polygon.exterior, *(hole for hole in polygon.interiors if Polygon(hole).area >= LEAST_ISLAND)):
            points = [(round(x), round(y)) for x, y in ring.coords[:-1]]
            text += "M{},{}".format(*points[0]) + steps(points) + "z"
    return text


def steps(points: list[tuple[int, int]]) -> str:
    """`l3,-4 5,2`, without a sign or comma that can be spared."""
    text = "l"
    for (ax, ay), (bx, by) in zip(points, points[1:], strict=False):
        dx, dy = bx - ax, by - ay
        text += f"{'' if text == 'l' or dx < 0 else ' '}{dx}{'' if dy < 0 else ','}{dy}"
    return text if len(text) > 1 else ""


def unsettled(topology: dict, fine: list, arcs: list) -> str:
    """The dashed lines, as one path."""
    sides: dict[int, list[str]] = defaultdict(list)
    for geometry in topology["objects"]["countries"]["geometries"]:
        for polygon in rings(geometry):
            for ring in polygon:
                for number in ring:
                    sides[number if number >= 0 else ~number].append(geometry["properties"]["name"])
    text = ""
    for number, names in sides.items():
        for one, other, west, south, east, north in UNSETTLED:
            if len(names) != 2 or one not in names or (other and other not in names):
                continue
            inside = [west <= lon <= east and south <= lat <= north for lon, lat in fine[number]]
            if all(inside):
                text += "M{},{}".format(*arcs[number][0]) + steps(arcs[number])
            elif any(inside):
                part = simplified([p for p, is_in in zip(fine[number], inside, strict=True) if is_in])
                text += "M{},{}".format(*part[0]) + steps(part)
            break
    return text


def geometry_of(parts: list[Polygon], dot: tuple[float, float]) -> dict:
    """The same shape in degrees for GeoJSON (RFC 7946: cut at 180°), or a point where there is none to see."""
    pieces = []
    whole = unary_union([make_valid(part) for part in parts])
    for west, shift in ((-180, 0), (180, -360)):
        inside = whole.intersection(box(west, -90, west + 360, 90))
        for piece in inside.geoms if hasattr(inside, "geoms") else [inside]:
            if isinstance(piece, Polygon) and piece.area > 0.02:
                turned = orient(piece)
                rings = (turned.exterior, *turned.interiors)
                pieces.append([[[round(x + shift, 2), round(y, 2)] for x, y in ring.coords] for ring in rings])
    if not pieces:
        return {"type": "Point", "coordinates": [round((dot[0] + 180) % 360 - 180, 2), round(dot[1], 2)]}
    return {"type": "MultiPolygon", "coordinates": pieces}


def spread(dots: dict[str, list[float]]) -> None:
    """Push dots that would lie on each other apart, a little at a time."""
    codes = sorted(dots)
    for _round in range(200):
        moved = False
        for i, one in enumerate(codes):
            for other in codes[i + 1 :]:
                dx, dy = dots[other][0] - dots[one][0], dots[other][1] - dots[one][1]
                apart = math.hypot(dx, dy)
                if apart >= APART:
                    continue
                push = (APART - apart) / 2 + 0.05
                ux, uy = (dx / apart, dy / apart) if apart else (1.0, 0.0)
                for code, sign in ((one, -1), (other, 1)):
                    dots[code][0] += sign * ux * push
                    dots[code][1] += sign * uy * push
                moved = True
        if not moved:
            return


def made() -> tuple[str, str, str]:
    """(the SVG, the plan as JSON, the shapes in degrees as JSON)."""
    topology = json.loads(SOURCE.read_text())
    countries = json.loads(PLACES.read_text())["countries"]
    by_m49 = {row["m49"]: code for code, row in countries.items() if row.get("m49")}
    fine = arcs_of(topology)
    arcs = [simplified(line) for line in fine]
    found, real = shapes(topology, by_m49, arcs, fine)
    drawn = {code: merged(parts) for code, parts in found.items()}
    dots = {code: list(on_map(lon + 360 * (lon < CUT), lat)) for code, (lon, lat) in BY_HAND.items()}
    for code, outline in real.items():
        if code not in dots and sum(p.area for p in drawn.get(code, ())) < SMALL:
            point = outline.representative_point()
            dots[code] = list(on_map(point.x, point.y))
    spread(dots)
    plan, lines = {}, []
    for code in sorted({*drawn, *dots}):
        around = MultiPolygon(drawn[code][:1]).bounds if drawn.get(code) and code not in dots else ()
        if code in dots:
            x, y = (round(v) for v in dots[code])
            lines.append(f'<circle id="{code}" cx="{x}" cy="{y}" r="{DOT}"/>')
            around = (x - DOT, y - DOT, x + DOT, y + DOT)
            plan[code] = {"box": [round(v) for v in around], "dot": True}
        elif drawn[code]:
            lines.append(f'<path id="{code}" d="{path_of(drawn[code])}"/>')
            plan[code] = {"box": [round(v) for v in around]}
    lines.append(f'<path id="unsettled" d="{unsettled(topology, fine, arcs)}"/>')
    everybody = "".join(f'<use href="#{code}"/>' for code in plan)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">\n'
        "<!-- Made by scripts/world_map.py of Natural Earth (public domain), world-atlas 2.0.2. Equal Earth. -->\n<defs>\n"
        + "\n".join(lines)
        + f'\n<g id="land">{everybody}</g>\n</defs>\n</svg>\n'
    )
    about = {"width": WIDTH, "height": HEIGHT, "places": plan}
    turned, _real = shapes(topology, by_m49, [[line[i] for i in corners(line)] for line in fine], fine)
    middles = {code: shape.representative_point().coords[0] for code, shape in real.items()} | BY_HAND
    degrees = {code: geometry_of(turned.get(code, []), middles[code]) for code in plan}
    return svg, *(json.dumps(data, separators=(",", ":")) + "\n" for data in (about, degrees))


def main() -> int:
    """Write the two files, or with `--check` say whether they are what this script makes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    check = parser.parse_args().check
    wrong = 0
    for path, text in zip((SVG, PLAN, SHAPES), made(), strict=True):
        if check:
            same = path.exists() and path.read_text() == text
            wrong += not same
            sys.stdout.write(f"{path.name}: {'as it should be' if same else 'differs'}\n")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        size = len(gzip.compress(text.encode(), 9))
        sys.stdout.write(f"{path.name}: {len(text):,} bytes, {size:,} compressed\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
