"""What does not wait for the schedule: live sound that takes a station over, and alerts."""
