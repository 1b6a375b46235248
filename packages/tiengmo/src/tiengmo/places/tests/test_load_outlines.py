"""Outlines from GeoJSON: what is wrong is told with the line of its feature."""

import json

import pytest

from tiengmo.places.models import Unit

from .locality_files import SQUARE, collection, feature

pytestmark = pytest.mark.django_db


class TestBadOutlines:
    BOW_TIE = [[[103.5, 22.5], [103.7, 22.7], [103.7, 22.5], [103.5, 22.7], [103.5, 22.5]]]

    @pytest.mark.parametrize(
        ("document", "reason"),
        [
            ("{", "không phải GeoJSON: hỏng ở cột"),
            ("[]", "không phải FeatureCollection"),
            ('{"type":"FeatureCollection","features":[{"x":NaN}]}', "NaN"),
            ("[" * 100_000, "không phải GeoJSON"),
            (collection(feature(), crs={"properties": {"name": "EPSG:3405"}}), "không phải WGS 84"),
            (collection({"type": "Feature"}), "không phải Feature có properties"),
            (collection(feature(name="Xã")), "unit_code hoặc village_code"),
            (collection(feature(kind="Point", coordinates=[1, 2])), "Polygon hoặc MultiPolygon"),
            (collection(feature(BOW_TIE)), "tự cắt hoặc không khép đúng tại 103.6, 22.6"),
            (
                collection(
                    feature(
                        [
                            [
                                [540000, 2500000],
                                [540100, 2500000],
                                [540100, 2500100],
                                [540000, 2500000],
                            ]
                        ]
                    )
                ),
                "VN-2000",
            ),
            (collection(feature([])), "hình rỗng"),
            (collection(feature([[["a", "b"]]])), "không đọc được"),
            (collection(feature(village_code="x-9")), "không có thôn mang mã x-9"),
            (collection(feature(unit_code="2701")), "có phải 02701?"),
            (collection(feature(), feature()), "đã có hình của mã 02701 ở dòng 4"),
            ("", "tệp rỗng"),
        ],
    )
    def test_is_told_with_its_line(self, problems, document, reason):
        found = problems(geometry=document)
        assert len(found) == 1, found
        assert found[0].startswith("g.geojson, dòng ")
        assert reason in found[0]

    def test_the_line_is_that_of_the_feature(self, problems):
        features = [feature(unit_code="02701"), feature(unit_code="02692"), feature(self.BOW_TIE)]
        lines = ["{", '"type": "FeatureCollection", "features": [']
        lines += [json.dumps(one) + ("," if one is not features[-1] else "") for one in features]
        (found,) = problems(geometry="\n".join([*lines, "]}"]))
        assert found.startswith("g.geojson, dòng 5: ")

    def test_a_third_coordinate_and_many_parts_are_fine(self, load):
        high = [[[x, y, 1500.0] for x, y in SQUARE[0]]]
        load(geometry=collection(feature([high], kind="MultiPolygon")))
        unit = Unit.objects.get(code="02701")
        assert unit.geometry["type"] == "MultiPolygon"
        assert len(unit.geometry["coordinates"][0][0][0]) == 2

    def test_a_village_outside_its_outline_is_noted(self, load):
        far = [[[104.5, 22.5], [104.7, 22.5], [104.7, 22.7], [104.5, 22.5]]]
        report = load(geometry=collection(feature(far)))
        assert report.notes == ["v.csv, dòng 2: toạ độ thôn 02701-01 nằm ngoài ranh giới đã vẽ"]
