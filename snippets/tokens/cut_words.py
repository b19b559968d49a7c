# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "tiktoken==0.14.0",
# ]
# ///
"""Which words are whole?"""

import tiktoken

encoding = tiktoken.get_encoding("gpt2")

words = (
    "cat kitten kittens kittenish unbelievable unbelievably tokenization "
    "antidisestablishmentarianism SolidGoldMagikarp 2019 20190214"
).split()
print("tokens  pieces")
for word in words:
    tokens = encoding.encode(" " + word)
    pieces = [encoding.decode([token]) for token in tokens]
    print(f"{len(tokens):6}  {'|'.join(pieces)}")
