"""The promises of DESIGN.md, one test each."""
