"""Standing certificates: when another authority's signed CAP message is the second signature.

Two people give one (`paper.py`), the root key certifies the key it names (`keys.py`), and each use
is judged anew by what they signed (`judging.py`); `season.py` says when in the year it counts.
"""
