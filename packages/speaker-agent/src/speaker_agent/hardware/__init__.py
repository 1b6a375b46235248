"""What stands between the program and the horns: sound cards, the amplifier's relay."""
