"""A new program on the box: brought, judged, tried, kept or taken back."""
