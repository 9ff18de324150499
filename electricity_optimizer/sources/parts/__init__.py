"""Second files of adapters that are too long for one: documents, structures and codes of one upstream or of one family."""
