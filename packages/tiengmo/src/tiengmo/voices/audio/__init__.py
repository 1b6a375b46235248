"""Sound as numbers: decoding, loudness, limiting, encoding. Nothing here knows Django."""
