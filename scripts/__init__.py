"""The build: everything the site shows that was computed, and nothing that was typed."""
