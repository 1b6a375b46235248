"""Units of measure and of money, as they are written and as they are said."""

from __future__ import annotations

UNITS: dict[str, str] = {
    # length, area, volume
    "km": "ki lô mét", "Km": "ki lô mét", "KM": "ki lô mét",
    "m": "mét", "dm": "đề xi mét", "cm": "xen ti mét", "mm": "mi li mét",
    "km2": "ki lô mét vuông", "Km2": "ki lô mét vuông", "m2": "mét vuông", "M2": "mét vuông",
    "dm2": "đề xi mét vuông", "cm2": "xen ti mét vuông", "mm2": "mi li mét vuông",
    "ha": "héc ta", "Ha": "héc ta", "HA": "héc ta",
    "m3": "mét khối", "M3": "mét khối", "dm3": "đề xi mét khối", "cm3": "xen ti mét khối",
    "l": "lít", "ml": "mi li lít", "mL": "mi li lít", "ML": "mi li lít", "cc": "xê xê",
    # mass
    "kg": "ki lô gam", "Kg": "ki lô gam", "KG": "ki lô gam",
    "g": "gam", "gr": "gam", "mg": "mi li gam",
    # heat, electricity, waves, data, sound
    "°C": "độ xê", "°c": "độ xê", "oC": "độ xê", "° C": "độ xê", "độ C": "độ xê", "°F": "độ ép",
    "°": "độ",
    "W": "oát", "kW": "ki lô oát", "KW": "ki lô oát", "kw": "ki lô oát", "MW": "mê ga oát",
    "GW": "gi ga oát", "MWp": "mê ga oát píc", "kWp": "ki lô oát píc",
    "kWh": "ki lô oát giờ", "KWh": "ki lô oát giờ", "kwh": "ki lô oát giờ", "KWH": "ki lô oát giờ",
    "MWh": "mê ga oát giờ",
    "V": "vôn", "kV": "ki lô vôn", "KV": "ki lô vôn", "kv": "ki lô vôn",
    "kVA": "ki lô vôn am pe", "KVA": "ki lô vôn am pe", "MVA": "mê ga vôn am pe",
    "Hz": "héc", "kHz": "ki lô héc", "KHz": "ki lô héc", "MHz": "mê ga héc", "Mhz": "mê ga héc",
    "GHz": "gi ga héc",
    "KB": "ki lô bai", "MB": "mê ga bai", "GB": "gi ga bai", "Gb": "gi ga bít", "TB": "tê ra bai",
    "Mbps": "mê ga bít trên giây", "Mb/s": "mê ga bít trên giây", "Gbps": "gi ga bít trên giây",
    "Kbps": "ki lô bít trên giây", "kbps": "ki lô bít trên giây", "MB/s": "mê ga bai trên giây",
    "dB": "đề xi ben", "inch": "inh", "HP": "mã lực", "hp": "mã lực", "ppm": "phần triệu",
    # shares
    "%": "phần trăm", "‰": "phần nghìn",
    # money
    "đ": "đồng", "Đ": "đồng", "₫": "đồng", "VNĐ": "đồng", "VND": "đồng", "vnđ": "đồng",
    "vnd": "đồng",
    "đồng VN": "đồng",
    "trđ": "triệu đồng", "tr.đ": "triệu đồng", "Trđ": "triệu đồng", "tr": "triệu",
    "tỷđ": "tỷ đồng", "tỉ": "tỷ", "k": "nghìn",
    "USD": "đô la Mỹ", "usd": "đô la Mỹ", "$": "đô la Mỹ", "US$": "đô la Mỹ",
    "EUR": "ơ rô", "€": "ơ rô", "£": "bảng Anh", "¥": "yên Nhật", "JPY": "yên Nhật",
    "NDT": "nhân dân tệ", "CNY": "nhân dân tệ",
    # time
    "h": "giờ", "s": "giây", "ph": "phút",
}  # fmt: skip

# Said after "trên" when a slash stands before them: đồng/ha, lượt/ngày, người/km2.
PER: dict[str, str] = {
    **{key: UNITS[key] for key in ("km", "m", "km2", "m2", "m3", "ha", "Ha", "l", "kg", "Kg")},
    "ml": "mi li lít",
    "kWh": "ki lô oát giờ", "KWh": "ki lô oát giờ", "kwh": "ki lô oát giờ", "h": "giờ",
    "s": "giây", "p": "phút", "ph": "phút",
}  # fmt: skip

# Words that count as the lower half of a rate when a number stands before the slash.
PER_WORDS = (
    "ngày|đêm|tuần|tháng|quý|năm|giờ|phút|giây|lần|lượt|buổi|ca|vụ|mùa|kỳ|đợt|khóa|"
    "hộ|nhà|người|khẩu|em|cháu|học sinh|lao động|đầu người|đại biểu|suất|con|cây|gốc|"
    "xã|thôn|bản|tổ|xóm|ấp|lớp|trường|huyện|tỉnh|đơn vị|"
    "lượng|chỉ|điểm|viên|quả|kíp|"
    "sào|mẫu|công|héc ta|lít|mét vuông|mét khối|mét|cân|lạng|yến|tạ|tấn|ký|bao|bó|chai|"
    "hộp|gói|thùng|"
    "máy|bộ|chiếc|cái|cuốn|tờ|bài|tin|xe|chuyến|vé|phòng|bàn|căn|hồ sơ|trường hợp|mô hình|"
    "sản phẩm"
)

# After these a comma is a decimal comma even before three digits.
DECIMAL_AFTER = (
    "tỷ",
    "tỉ",
    "triệu",
    "%",
    "‰",
    "phần",
    "ha",
    "km",
    "km2",
    "tấn",
    "tạ",
    "lần",
    "m3",
    "kg",
    "trđ",
)
