# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "tiktoken==0.14.0",
# ]
# ///
"""The special token, and the same characters as plain text."""

import tiktoken

encoding = tiktoken.get_encoding("gpt2")

text = "<|endoftext|>"
special = encoding.encode(text, allowed_special="all")
plain = encoding.encode(text, disallowed_special=())

print("as a marker:   1 token,  ID", special[0])
print(
    f"as plain text: {len(plain)} tokens:",
    " ".join(map(encoding.decode, zip(plain))),
)
print("the last ID of the vocabulary:", encoding.n_vocab - 1)
