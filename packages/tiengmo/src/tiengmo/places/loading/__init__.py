"""Reading a locality from files: every bad row is named before anything is written."""
