# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "tiktoken==0.14.0",
# ]
# ///
"""The ID of " cat", and two IDs that are said to be it."""

import tiktoken

encoding = tiktoken.get_encoding("gpt2")

for claimed in [5842, 9827]:
    if claimed < encoding.n_vocab:
        print(f"ID {claimed} is {encoding.decode([claimed])!r}")
    else:
        print(f"ID {claimed} does not exist: the last is {encoding.n_vocab - 1}")

for text in [" cat", "cat"]:
    print(f"{text!r:6} is {encoding.encode_single_token(text)}")
