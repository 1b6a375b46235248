"""Looking after the box from afar: its log, its self-test, its volume by the hour, its watchdog."""
