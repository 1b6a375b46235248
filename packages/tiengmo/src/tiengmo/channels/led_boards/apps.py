from django.apps import AppConfig


class LedBoardsConfig(AppConfig):
    name = "tiengmo.channels.led_boards"
    label = "led_boards"

    def ready(self) -> None:
        from tiengmo.channels import health as board
        from tiengmo.channels import registry
        from tiengmo.channels.led_boards import health, receipts, trail
        from tiengmo.channels.led_boards.channel import LedBoards
        from tiengmo.speakers.events import text_reported, texts_taken

        registry.register(LedBoards())
        registry.leave_trail(
            registry.Trail(LedBoards.code, LedBoards.label, trail.rows_of, trail.counted)
        )
        registry.explain_method(receipts.METHOD, receipts.METHOD_TEXT)
        board.register(LedBoards.code, health.lines)
        text_reported.connect(receipts.on_text_reported, dispatch_uid="led_boards.reported")
        texts_taken.connect(trail.on_texts_taken, dispatch_uid="led_boards.taken")
