# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""Three ways to say how near two vectors are."""

import numpy as np

cat, kitten, boat = (
    np.array([3.0, 4.0]),
    np.array([6.0, 8.0]),
    np.array([4.0, -3.0]),
)

for name, other in [("kitten", kitten), ("boat", boat)]:
    dot = cat @ other
    cosine = dot / (np.linalg.norm(cat) * np.linalg.norm(other))
    distance = np.linalg.norm(cat - other)
    print(f"cat, {name:6}  dot {dot:5.1f}  cosine {cosine:4.1f}", end="")
    print(f"  distance {distance:4.1f}")
