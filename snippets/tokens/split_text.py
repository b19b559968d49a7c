# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "tiktoken==0.14.0",
# ]
# ///
"""A text, cut into tokens and put together again."""

import tiktoken

encoding = tiktoken.get_encoding("gpt2")

text = "The fluffy cat isn't on the mat.\nIt sat there 10 minutes ago!"
tokens = encoding.encode(text)

for token in tokens:
    print(f"{token:6}  {encoding.decode([token])!r}")
print(f"{len(text)} characters became {len(tokens)} tokens")
print("put together again, they are the text:", encoding.decode(tokens) == text)
