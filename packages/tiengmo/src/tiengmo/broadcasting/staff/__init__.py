"""The station operator's pages: the week, an episode, shows, fill, what is allowed, the log."""
