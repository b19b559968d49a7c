# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "tiktoken==0.14.0",
# ]
# ///
"""What is in the vocabulary?"""

import tiktoken

encoding = tiktoken.get_encoding("gpt2")

names = [encoding.decode_single_token_bytes(i) for i in range(encoding.n_vocab)]


def is_text(name):
    try:
        return bool(name.decode("utf-8"))
    except UnicodeDecodeError:
        return False


several = [name for name in names if len(name) > 1]
spaced = [name for name in several if name.startswith(b" ")]
letters = [name for name in spaced if name[1:].isalpha()]
parts = [name for name in several if not is_text(name)]
longest = max(range(encoding.eot_token), key=lambda i: len(names[i]))

print(f"tokens in all                       {len(names):6,}")
print(f"single bytes                        {len(names) - len(several):6,}")
print(f"longer, with a space in front       {len(spaced):6,}")
print(f"   and after it only letters a to z {len(letters):6,}")
print(f"longer, but only part of characters {len(parts):6,}")
print(f"special, written in no text         {len(encoding.special_tokens_set):6,}")
print(f"bytes of the longest, ID {longest:5}      {len(names[longest]):6,}")
print("   it begins", repr(names[longest].decode("utf-8", "backslashreplace")[:12]))
