"""A text board at the box: which line stands, handing it over, proving what stood."""
