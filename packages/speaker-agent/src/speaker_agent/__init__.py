"""The program on a loudspeaker box."""
