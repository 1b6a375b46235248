"""Bulletins on the public pages: lists by category, place, time; one and its versions."""
