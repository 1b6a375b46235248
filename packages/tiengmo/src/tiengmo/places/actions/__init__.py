from .load_locality import LoadReport, load_locality

__all__ = ["LoadReport", "load_locality"]
