"""Progress report of a patient's weeks, for people: reckoned here, told in a terminal or on a page."""
