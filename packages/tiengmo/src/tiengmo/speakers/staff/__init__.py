"""The station operator's board, in the staff interface."""
