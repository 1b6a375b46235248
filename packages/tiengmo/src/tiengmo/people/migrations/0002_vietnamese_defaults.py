from django.db import migrations

# What Wagtail's own first migration writes in English, and staff would meet.
PAGES = {"Root": "Gốc", "Welcome to your new Wagtail site!": "Trang chủ"}
COLLECTIONS = {"Root": "Tệp chung"}
REVIEW = {"Moderators approval": "Duyệt theo nhóm"}


def rename(apps, schema_editor):
    page = apps.get_model("wagtailcore", "Page")
    for english, vietnamese in PAGES.items():
        page.objects.filter(title=english, depth__lte=2).update(
            title=vietnamese, draft_title=vietnamese
        )
    for english, vietnamese in COLLECTIONS.items():
        apps.get_model("wagtailcore", "Collection").objects.filter(name=english, depth=1).update(
            name=vietnamese
        )
    for model in ("Workflow", "Task"):
        for english, vietnamese in REVIEW.items():
            apps.get_model("wagtailcore", model).objects.filter(name=english).update(
                name=vietnamese
            )
    # Roles make the groups here; Wagtail's two would be rights that no role gives.
    apps.get_model("auth", "Group").objects.filter(
        name__in=["Moderators", "Editors"], user=None
    ).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailimages", "0001_initial"),
        ("wagtaildocs", "0001_initial"),
    ]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
