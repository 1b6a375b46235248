"""What people can apply for, and how: the catalogue of administrative procedures."""
