class AppendOnly(Exception):
    """Somebody tried to change or remove an audit row through the models."""
