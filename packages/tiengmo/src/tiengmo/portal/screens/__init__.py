"""What a screen asks of us: its player, the pulse that all of them share, and its own API."""
