"""Directives, decisions, plans and strategies, as people look for them."""
