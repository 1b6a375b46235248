"""Small programs that read what strangers made, each in a process of its own: see bounded.py.

They import nothing of Django, so that starting one takes a tenth of a second.
"""
