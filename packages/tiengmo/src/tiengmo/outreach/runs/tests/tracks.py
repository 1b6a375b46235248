"""GPX files as phones make them."""

from datetime import timedelta

DEGREE_M = 111_195


def gpx(points, *, head='<?xml version="1.0" encoding="UTF-8"?>'):
    """points: (instant or None, latitude, longitude)."""
    rows = "".join(
        f'<trkpt lat="{lat}" lon="{lon}">'
        + (f"<time>{at:%Y-%m-%dT%H:%M:%SZ}</time>" if at else "")
        + "</trkpt>"
        for at, lat, lon in points
    )
    return (
        f'{head}<gpx version="1.1" creator="thử" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><name>Chuyến</name><trkseg>{rows}</trkseg></trk></gpx>"
    )


def drive(start, *, latitude, west, east, kmh=15, every=10):
    """Eastward along a parallel: a point every so many seconds."""
    import math

    step = kmh / 3.6 * every / (DEGREE_M * math.cos(math.radians(latitude)))
    points, longitude, at = [], west, start
    while longitude < east:
        points.append((at, latitude, longitude))
        longitude, at = longitude + step, at + timedelta(seconds=every)
    return points
