import json
from pathlib import Path

from django.db import migrations

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "topics.json"


def ship(apps, schema_editor):
    topic = apps.get_model("outreach", "Topic")
    for position, entry in enumerate(json.loads(SHIPPED.read_text(encoding="utf-8"))):
        topic.objects.get_or_create(
            code=entry["code"], defaults={"name": entry["name"], "order": 10 * (position + 1)}
        )


class Migration(migrations.Migration):
    dependencies = [("outreach", "0001_questions_and_events")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
