"""Reads a drawing (SVG), sanitises it and writes it as a picture (PNG).

    python -m tiengmo.foundation.programs.draw_svg PIXELS < drawing.svg > picture.png

PIXELS: of its longer side. Ends with 1 and a word on stderr for what is no drawing to be shown.
"""

import re
import sys
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, tostring

import py_svg_hush
import resvg_py
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

MOST_RATIO = 20
# Sanitising takes time with the square of the depth; no drawing that is drawn has hundreds.
MOST_DEPTH = 200
SVG = "{http://www.w3.org/2000/svg}svg"
# What may stand inside a drawing as data: pictures that cannot hold anything else.
KEPT = {"image": ["png", "jpeg", "webp", "gif"]}
REFERENCES = {"href", "src", "base"}
INSIDE = re.compile(r"^\s*(#|data:image/(png|jpeg|webp|gif)[;,])", re.IGNORECASE)
# In styles: what is fetched, also written with CSS's own escapes.
ELSEWHERE = re.compile(
    r"@import|//|file:|url\(\s*[\"']?\s*(?!#|data:image/(?:png|jpeg))[^\s]|\\", re.IGNORECASE
)
MOVING = {"set", "animate", "animatetransform", "animatemotion", "script", "foreignobject"}
NUMBER = re.compile(r"^\s*([0-9]*\.?[0-9]+)(px|pt|mm|cm|in|pc)?\s*$")
LARGEST = 1e7


def main() -> int:
    raw = sys.stdin.buffer.read()
    try:
        width, height = size_of(root_of(raw))
        clean = sanitised(raw).decode()
        pixels = int(sys.argv[1])
        # Without both, resvg takes the other from the drawing's own size, rounded.
        scale = pixels / max(width, height)
        across, down = max(1, round(width * scale)), max(1, round(height * scale))
        picture = resvg_py.svg_to_bytes(svg_string=clean, width=across, height=down, dpi=96)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        sys.stderr.write(str(error)[:300])
        return 1
    sys.stdout.buffer.write(bytes(picture))
    return 0


def sanitised(raw: bytes) -> bytes:
    """The drawing without what would run or be fetched.

    svg-hush leaves addresses without a host alone, as a web page could; here they would be files of
    this machine, so that only what stands in the drawing itself may be referred to.
    """
    root = fromstring(py_svg_hush.filter_svg(raw, KEPT))
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            is_reference = name.rpartition("}")[2].lower() in REFERENCES
            if (is_reference and not INSIDE.match(value)) or ELSEWHERE.search(value):
                del element.attrib[name]
        if element.tag.rpartition("}")[2].lower() == "style" and ELSEWHERE.search(
            "".join(element.itertext())
        ):
            element.text = ""
            del element[:]
        for child in list(element):
            if child.tag.rpartition("}")[2].lower() in MOVING:
                element.remove(child)
    return tostring(root)


def root_of(raw: bytes) -> Element:
    """The outermost element. Raises for entities (hundreds of bytes can unfold to gigabytes)."""
    root, depth = None, 0
    for event, element in iterparse(BytesIO(raw), ("start", "end"), forbid_external=True):
        if root is None:
            root = element
        depth += 1 if event == "start" else -1
        if depth > MOST_DEPTH:
            raise ValueError("depth")
    if root is None or root.tag != SVG:
        raise ValueError("no drawing")
    drawing: Element = root
    return drawing


def size_of(root: Element) -> tuple[float, float]:
    """Width and height, as far as their ratio goes. Raises ValueError where none is said."""
    found = [NUMBER.match(str(root.get(side, ""))) for side in ("width", "height")]
    box = re.split(r"[\s,]+", str(root.get("viewBox", "")).strip())
    if found[0] and found[1] and found[0][2] == found[1][2]:
        width, height = float(found[0][1]), float(found[1][1])
    elif len(box) == 4:  # noqa: PLR2004 (x, y, width, height)
        width, height = float(box[2]), float(box[3])
    else:
        raise ValueError("no size")
    if not (0 < width < LARGEST and 0 < height < LARGEST):  # also leaves out NaN
        raise ValueError("no size")
    if not 1 / MOST_RATIO <= width / height <= MOST_RATIO:
        raise ValueError("ratio")
    return width, height


if __name__ == "__main__":
    sys.exit(main())
