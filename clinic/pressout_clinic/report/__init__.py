"""What a patient did over the weeks, for people: reckoned here, told in a terminal or on a page."""
