"""The public register of official pages and accounts."""
