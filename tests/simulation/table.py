"""The one table of what officers do, and of what is checked beside `checks`: each act's file brings its own.

A new act stands in a file of its subject, with its truth and its checks; here it is named, and `scenes` draws it.
"""

from __future__ import annotations

from tests.simulation import acts, erasing, files, governing, letters, onward

ACTS = {**acts.ACTS, **erasing.ACTS, **letters.ACTS, **governing.ACTS, **files.ACTS}
AFTER_STEP = (erasing.after_step, letters.after_step, governing.after_step)
"""Asked of each node that a step touched, with its store before and after."""
CONVERGED = (erasing.converged, letters.converged, governing.converged, files.converged, onward.converged)
"""Asked once everything is healed and nothing is left to do."""
