"""The box's own page, for a commune without a link: two people warn or speak from a telephone."""
