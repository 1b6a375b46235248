"""Messages between a Tiếng Mõ server and its loudspeakers, and their signatures."""
