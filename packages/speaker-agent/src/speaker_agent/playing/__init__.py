"""Deciding what to play, and handing it to the output so that it is heard at its instant."""
