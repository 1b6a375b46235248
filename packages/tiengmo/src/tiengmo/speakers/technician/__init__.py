"""The technician's work: how the fleet fares, what is wrong, and what can be done from afar."""
