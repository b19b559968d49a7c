"""Leaves out of a page's code the marks that give it no colour: half of the elements of a page with programs.

A highlighter marks every name, bracket and blank.  ``site.css`` gives these the colour of the code that they stand in, so
nothing is seen to be missing, and a phone has half as much to style each time that Material changes something above it.
"""

from __future__ import annotations

import re

#: Pygments' classes that the site gives no colour of their own: names, punctuation, operators, blanks.
PLAIN = ("n", "p", "o", "w")

_MARK = re.compile(rf'<span class="(?:{"|".join(PLAIN)})">([^<]*)</span>')


def unmarked(page: str) -> str:
    """``page``, the HTML of a built page, with the text of each such mark in its place; a second time changes nothing."""
    return _MARK.sub(r"\1", page)
