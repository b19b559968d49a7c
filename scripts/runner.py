"""Run programs as their readers would, but offline and on the model in use.

``python -P runner.py program.py`` runs one.  ``python -P runner.py`` reads from its input, line by line, which program to
run in which folder, and forks for each: what every program imports is then loaded once, and not once a program.

The Hugging Face cache is laid out by ``tables.stage`` and answers by itself.  Only the tokenizer needs help: tiktoken
checks GPT-2's hashes, so its registry is given the model's own encoding by the name that the program asks for.
"""

import json
import os
import runpy
import sys
import traceback
from pathlib import Path


def give_tokenizer(folder: str) -> None:
    """Have ``tiktoken.get_encoding("gpt2")`` answer with the tokenizer in ``folder``."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import tiktoken.registry

    from scripts.tables.tokenizer import encoding_from

    tiktoken.registry.ENCODINGS["gpt2"] = encoding_from(
        Path(folder, "vocab.json"), Path(folder, "merges.txt"), "gpt2"
    )
    sys.path.pop(0)
    for name in [name for name in sys.modules if name.partition(".")[0] == "scripts"]:
        del sys.modules[name]  # a program that imported the project would run here and nowhere else


def run(program: str) -> None:
    """Run one program in this process."""
    sys.argv = [program]
    runpy.run_path(program, run_name="__main__")


def serve() -> None:
    """Answer each line of the input with the process that runs the program, and then with its exit code."""
    import numpy  # noqa: F401
    import safetensors  # noqa: F401
    from huggingface_hub import hf_hub_download  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        if child := os.fork():
            print(child, flush=True)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        else:
            os._exit(in_child(**asked))


def in_child(program: str, folder: str, stdout: str, stderr: str) -> int:
    """Run one program in ``folder``, its output into two files, as an interpreter of its own would; its exit code."""
    os.chdir(folder)
    for path, stream in ((stdout, 1), (stderr, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    code = 0
    try:
        run(program)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        if code and not isinstance(error.code, int):
            print(error.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    tokenizer = os.environ.pop("EMBEDDINGS_RUNNER_TOKENIZER")
    if len(sys.argv) == 1:
        give_tokenizer(tokenizer)
        serve()
    else:
        if "tiktoken" in Path(sys.argv[1]).read_text("utf-8"):
            give_tokenizer(tokenizer)
        run(sys.argv[1])
