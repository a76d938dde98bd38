"""Killing an operation at each place where that makes a difference, and looking at what is left.

Read in this order: die.c (the kill), inside/operations.py (of what), inside/look.py (who is asked afterwards),
inside/matrix.py (kill, look, let the next call repair, look again; runs in the booted system), programs.py (how all of
it gets there). The tests are ../boot/test_crash.py, quick, and test_everywhere.py here. deny.c is for
../boot/test_older_kernels.py.
"""
