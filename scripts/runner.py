"""Run one program as its reader would, but offline, on the model in use: ``python -P runner.py program.py``.

The Hugging Face cache is laid out by ``tables.stage`` and answers by itself.  Only the tokenizer needs help: tiktoken
checks GPT-2's hashes, so under TinyGPT its registry is given TinyGPT's encoding by the name that the program asks for.
"""

import os
import runpy
import sys
from pathlib import Path

program = Path(sys.argv[1])
folder = os.environ.pop("EMBEDDINGS_RUNNER_TOKENIZER")
if "tiktoken" in program.read_text("utf-8"):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import tiktoken.registry

    from scripts.tables.tokenizer import encoding_from

    tiktoken.registry.ENCODINGS["gpt2"] = encoding_from(
        Path(folder, "vocab.json"), Path(folder, "merges.txt"), "gpt2"
    )
    sys.path.pop(0)
    for name in [name for name in sys.modules if name.partition(".")[0] == "scripts"]:
        del sys.modules[name]  # a program that imported the project would run here and nowhere else
sys.argv = [str(program)]
runpy.run_path(str(program), run_name="__main__")
