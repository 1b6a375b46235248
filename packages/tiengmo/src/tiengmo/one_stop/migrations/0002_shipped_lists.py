import csv
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"


def ship(apps, schema_editor):
    for name, file_name in (("ProcedureField", "fields.csv"), ("ProcedureLevel", "levels.csv")):
        model = apps.get_model("one_stop", name)
        with (DATA / file_name).open(encoding="utf-8", newline="") as file:
            for position, row in enumerate(csv.DictReader(file)):
                model.objects.get_or_create(
                    code=row["code"], defaults={**row, "position": position}
                )


class Migration(migrations.Migration):
    dependencies = [("one_stop", "0001_procedures")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
