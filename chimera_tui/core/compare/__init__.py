"""Two or more sides against each other: reports, groups of reports, or measurements chosen by a filter."""
