from django.apps import AppConfig


class MonthlyConfig(AppConfig):
    name = "tiengmo.newsroom.monthly"
    label = "monthly"

    def ready(self) -> None:
        from tiengmo.channels.printed.models import Sheet
        from tiengmo.channels.printed.sheets import let_lay_out
        from tiengmo.newsroom.monthly.queries import SOURCE, sheet_of

        let_lay_out(SOURCE, Sheet.Kind.BOOKLET, sheet_of)
