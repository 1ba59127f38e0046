"""A pytest plugin: property tests draw the same examples each time, and remember none of a mutant's."""

import hypothesis

hypothesis.settings.register_profile("mutants", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("mutants")
