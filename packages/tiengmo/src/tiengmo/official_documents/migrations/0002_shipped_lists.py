import csv
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ship(apps, schema_editor):
    kind = apps.get_model("official_documents", "DocumentKind")
    for position, row in enumerate(rows("kinds.csv")):
        is_programme = row.pop("is_programme") == "1"
        kind.objects.get_or_create(
            code=row["code"],
            defaults={**row, "is_programme": is_programme, "position": position},
        )
    field = apps.get_model("official_documents", "DocumentField")
    for position, row in enumerate(rows("fields.csv")):
        field.objects.get_or_create(code=row["code"], defaults={**row, "position": position})


class Migration(migrations.Migration):
    dependencies = [("official_documents", "0001_documents")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
