"""What the site says of itself: statements, emergency numbers, English, the installed program."""
