"""Tiếng Mõ, the grassroots information system of one locality."""
