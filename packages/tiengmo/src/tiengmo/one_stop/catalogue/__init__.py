"""A catalogue of procedures as a table file: read, judged row by row, and only then written."""
