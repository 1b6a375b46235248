"""A small locality as files, for the tests that load it."""

import json

UNITS = """code,name,level,parent_code,valid_from,legal_basis
082,Huyện Bát Xát,district,,2004-07-08,QĐ 124/2004/QĐ-TTg
02701,Xã Y Tý,commune,082,08/07/2004,QĐ 124/2004/QĐ-TTg
02692,Xã A Lù,commune,082,2004-07-08,QĐ 124/2004/QĐ-TTg
"""
VILLAGES = """code,name,kind,unit_code,households,population,languages,latitude,longitude,is_dead_zone
02701-01,Thôn Choản Thèn,thôn,02701,84,400,"hni,vi",22.61,103.6,không
02692-01,Thôn Phìn Chải,thôn,02692,60,290,hmn,22.66,103.6,có
"""
SQUARE = [[[103.5, 22.5], [103.7, 22.5], [103.7, 22.7], [103.5, 22.7], [103.5, 22.5]]]


def collection(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features)} | more, indent=1)


def feature(coordinates=SQUARE, kind="Polygon", **properties):
    properties = properties or {"unit_code": "02701"}
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }
