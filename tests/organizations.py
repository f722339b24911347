"""Organizations in the tests' databases."""

HOME = 1  # the first row: flow files and BOTFLOW_API_KEY belong to it
