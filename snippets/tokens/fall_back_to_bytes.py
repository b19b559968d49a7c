# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "tiktoken==0.14.0",
# ]
# ///
"""Any text has tokens: down to single bytes, if it must be."""

import tiktoken

encoding = tiktoken.get_encoding("gpt2")

for text in ["cat", "é", "naïve", "猫", "🐈"]:
    tokens = encoding.encode(text)
    pieces = [encoding.decode_single_token_bytes(token) for token in tokens]
    print(f"{text}  characters: {len(text)}, bytes: {len(text.encode())}")
    print("   bytes by token: ", " | ".join(piece.hex(" ") for piece in pieces))
    print("   token IDs:      ", tokens)
    assert b"".join(pieces).decode() == text  # nothing is lost
