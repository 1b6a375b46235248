import json
from pathlib import Path

from django.db import migrations

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "templates.json"


def ship(apps, schema_editor):
    template = apps.get_model("alerts", "Template")
    for position, entry in enumerate(json.loads(SHIPPED.read_text(encoding="utf-8"))):
        template.objects.get_or_create(name=entry["name"], defaults={**entry, "position": position})


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_alerts")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
