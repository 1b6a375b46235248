"""A list of categories to begin with; each locality makes it its own."""

from django.db import migrations

CATEGORIES = [
    # code, name, English name, has it a closing date?
    ("chi-dao-dieu-hanh", "Chỉ đạo điều hành", "Directives and administration", False),
    ("kinh-te", "Kinh tế", "Economy", False),
    ("van-hoa-xa-hoi", "Văn hoá – xã hội", "Culture and society", False),
    ("y-te", "Y tế", "Health", False),
    ("giao-duc", "Giáo dục", "Education", False),
    ("an-ninh-trat-tu", "An ninh trật tự", "Security and order", False),
    ("nong-nghiep", "Nông nghiệp", "Farming", False),
    ("nong-thon-moi", "Xây dựng nông thôn mới", "New countryside", False),
    ("thong-bao", "Thông báo", "Announcements", True),
    ("dau-thau-mua-sam", "Đấu thầu, mua sắm", "Tenders and purchases", True),
    ("moi-goi-dau-tu", "Mời gọi đầu tư", "Investment calls", True),
]


def add(apps, _schema_editor):
    category = apps.get_model("newsroom", "Category")
    for position, (code, name, name_en, closes) in enumerate(CATEGORIES, start=1):
        category.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "name_en": name_en,
                "has_closing_date": closes,
                "position": position * 10,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0002_categories")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
