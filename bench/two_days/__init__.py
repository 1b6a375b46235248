"""Two days of a box that nothing reaches, in seconds: `python -m bench.two_days`.

Everything of the box is the real thing (inbox, book, conductor, player, output, journal on the
disk, reporter, clock); only time, the line to the broker and the threads' turns are in our hands.
"""
