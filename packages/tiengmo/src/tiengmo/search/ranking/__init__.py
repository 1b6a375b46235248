"""Which of what holds the words comes first, and how it is shown. The same on every database."""
