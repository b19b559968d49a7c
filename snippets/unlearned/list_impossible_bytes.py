# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "tiktoken==0.14.0",
# ]
# ///
"""Bytes that no text has."""

import tiktoken

encoding = tiktoken.get_encoding("gpt2")

code_points = [*range(0xD800), *range(0xE000, 0x110000)]  # all but surrogates
used = set("".join(map(chr, code_points)).encode("utf-8"))
never = [byte for byte in range(256) if byte not in used]

print(f"{len(code_points):,} characters encoded, {len(used)} bytes used")
print("byte   token ID")
for byte in never:
    print(f"0x{byte:02X} {encoding.encode_single_token(bytes([byte])):10}")
