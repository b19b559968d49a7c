"""What is kept of TinyGPT: writing it, reading it, and saying whether it is what the code makes."""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from . import ARTEFACT, MAKER, Snapshots, bpe, model, probes, training

Json: TypeAlias = dict[str, Any]

TOLERANCE: Final = 1e-5
"""How far a parameter, a loss or a probe may lie from the committed one when another kind of CPU retrains it."""

_RECIPE_FILES: Final = ("bpe.py", "grammar.py", "model.py", "training.py")
_HERE: Final = Path(__file__).parent


def recipe_hash() -> str:
    """The sha256 of the sources that decide the result, whatever the line ends of the checkout."""
    digest = hashlib.sha256()
    for name in _RECIPE_FILES:
        source = (_HERE / name).read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name} {len(source)}\n".encode() + source)
    return digest.hexdigest()


def make(folder: Path = ARTEFACT) -> int:
    """Train, and write what changed. Returns the exit code 0."""
    files = _train()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        print(f"{folder.name}/{name}: {_write(folder / name, content)}, {len(content):,} bytes")
    return 0


def check(folder: Path = ARTEFACT) -> int:
    """Compare the artefact with its recipe, then with a new training. Returns 0 if they agree, otherwise 1."""
    faults = quick_faults(folder)
    if not faults:
        print(f"{folder.name}: made by these sources, files whole; now retraining")
        faults = differences(folder, _train())
    for fault in faults:
        print(f"{folder.name}: {fault}")
    if faults:
        print(f"mend it with: {MAKER}")
    return 1 if faults else 0


def quick_faults(folder: Path = ARTEFACT) -> list[str]:
    """What is wrong with the artefact as far as hashes tell, without training."""
    try:
        provenance = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        parameters = read_parameters(folder)
        expected = _hashes(
            parameters, {name: (folder / name).read_bytes() for name in ("merges.txt", "vocab.json")}
        )
        said = {key: provenance[key] for key in ("revision", *expected)}
    except FileNotFoundError as missing:
        return [f"{missing.filename or missing} is missing"]
    except (KeyError, SafetensorError, ValueError) as damage:
        return [f"a file is damaged: {damage!r}"]
    faults = [] if said["revision"] == recipe_hash() else [f"{', '.join(_RECIPE_FILES)}: changed since"]
    return faults + [
        f"{key}: not what provenance.json says" for key in expected if said[key] != expected[key]
    ]


def read_parameters(folder: Path = ARTEFACT) -> dict[str, npt.NDArray[np.float32]]:
    """Every tensor of `model.safetensors` by name, float32."""
    return dict(load_file(folder / "model.safetensors"))


def read_snapshots(folder: Path = ARTEFACT) -> Snapshots:
    """The snapshots of training, the finished table as the last of them."""
    kept = load_file(folder / "snapshots.safetensors")
    finished = read_parameters(folder)["wte.weight"]
    return Snapshots(
        steps=np.append(kept["steps"], len(kept["loss"])).astype(np.int32),
        wte=np.concatenate([kept["wte"].astype(np.float32), finished[None]]),  # (n, V, C)
        loss=kept["loss"],
    )


def word_ids(merges: list[bpe.Merge]) -> dict[str, int]:
    """The ID of each token that starts with a space, by what follows the space."""
    return {
        token[1:].decode(): i for token, i in bpe.ranks(merges).items() if token[:1] == b" " and token[1:]
    }


def _train() -> dict[str, bytes]:
    recipe = training.RECIPE
    corpus = training.make_corpus(recipe)
    print(
        f"corpus: {corpus.texts[0]:,} texts, {len(corpus.train):,} tokens, n_vocab {corpus.encoding.n_vocab:,}"
    )
    trained = training.run(corpus, recipe, on_step=_progress(recipe.steps))
    final = float(trained.loss[-100:].mean())
    perplexities = training.baseline_perplexities(corpus)
    perplexities["tiny"] = training.perplexity(
        trained.params, corpus.held_out, corpus.held_out_starts, recipe.n_head
    )
    print(f"final loss: {final:.3f} nats per token (mean of the last 100 steps)")
    print("held-out perplexity: " + ", ".join(f"{name} {value:.2f}" for name, value in perplexities.items()))
    parameters = {name: value.astype(np.float32) for name, value in trained.params.items()}
    answers = probes.probe(parameters["wte.weight"], word_ids(corpus.merges))
    print(_table(answers))
    return _files(
        corpus, trained, parameters, {"final_loss": final, "perplexity": perplexities, "probes": answers}
    )


def _progress(steps: int) -> Callable[[int, float], None]:
    start = time.monotonic()

    def on_step(step: int, loss: float) -> None:
        if step % 100 == 0 or step == steps - 1:
            print(f"step {step:5d}/{steps}  loss {loss:6.3f}  {time.monotonic() - start:5.1f} s", flush=True)

    return on_step


def _table(answers: Json) -> str:
    lines = [f"mean cosine  {name:12s} {value:6.2f}" for name, value in answers["cosine"].items()]
    for name, values in answers["direction"].items():
        lines.append(f"direction    {name:12s} " + "  ".join(f"{key} {v:5.2f}" for key, v in values.items()))
    for name, ranks in answers["analogy"].items():
        lines.append(f"analogy      {name:36s} " + "  ".join(f"{key} {v}" for key, v in ranks.items()))
    return "\n".join(lines)


def _files(
    corpus: training.Corpus, trained: training.Training, parameters: model.Params, results: Json
) -> dict[str, bytes]:
    recipe = training.RECIPE
    texts = {
        "vocab.json": bpe.vocab_json(corpus.merges).encode(),
        "merges.txt": bpe.merges_txt(corpus.merges, MAKER).encode(),
    }
    kept: dict[str, npt.NDArray[Any]] = {
        "steps": np.array(sorted(trained.snapshots), np.int32),
        "wte": np.stack([trained.snapshots[step] for step in sorted(trained.snapshots)]).astype(np.float16),
        "loss": trained.loss.astype(np.float32),
    }
    config = {
        "_maker": MAKER,
        "activation_function": "gelu_new",
        "architectures": ["GPT2LMHeadModel"],
        "bos_token_id": corpus.encoding.eot_token,
        "eos_token_id": corpus.encoding.eot_token,
        "layer_norm_epsilon": 1e-5,
        "model_type": "gpt2",
        "n_ctx": recipe.n_ctx,
        "n_embd": recipe.n_embd,
        "n_head": recipe.n_head,
        "n_layer": recipe.n_layer,
        "n_positions": recipe.n_ctx,
        "tie_word_embeddings": True,
        "vocab_size": corpus.encoding.n_vocab,
    }
    provenance = {
        "_maker": MAKER,
        **results,
        **_hashes(parameters, texts),
        "numpy": np.__version__,
        "revision": recipe_hash(),
        "revision_of": list(_RECIPE_FILES),
        "steps": recipe.steps,
        "texts": {"held_out": corpus.texts[1], "train": corpus.texts[0]},
        "tokens": {"held_out": len(corpus.held_out), "train": len(corpus.train)},
    }
    # One key of metadata only: safetensors does not keep the order of several.
    return {
        "model.safetensors": save(parameters, {"maker": MAKER}),
        "snapshots.safetensors": save(kept, {"maker": MAKER}),
        **texts,
        "config.json": _json(config),
        "provenance.json": _json(provenance),
    }


def _hashes(parameters: Mapping[str, npt.NDArray[Any]], texts: Mapping[str, bytes]) -> dict[str, str]:
    hashed = {
        "merges_sha256": texts["merges.txt"],
        "vocab_sha256": texts["vocab.json"],
        "wpe_sha256": parameters["wpe.weight"].astype("<f4").tobytes(),
        "wte_sha256": parameters["wte.weight"].astype("<f4").tobytes(),
    }
    return {name: hashlib.sha256(content).hexdigest() for name, content in hashed.items()}


def differences(folder: Path, made: dict[str, bytes]) -> list[str]:
    """How the artefact differs from files made anew, beyond what another kind of CPU may round differently."""
    committed = {name: (folder / name).read_bytes() if (folder / name).exists() else b"" for name in made}
    if committed == made:
        print(f"{folder.name}: retrained, every byte the same")
        return []
    faults = [
        f"{name}: not what the code writes"
        for name in ("vocab.json", "merges.txt", "config.json")
        if committed[name] != made[name]
    ]
    with tempfile.TemporaryDirectory() as temporary:
        for name, content in made.items():
            _write(Path(temporary) / name, content)
        for name in ("model.safetensors", "snapshots.safetensors"):
            faults += _tensor_faults(folder / name, Path(temporary) / name)
    old, new = (json.loads(files["provenance.json"] or b"{}") for files in (committed, made))
    faults += [
        f"provenance.json: {key} changed" for key in new if key not in old or _far(key, old[key], new[key])
    ]
    if not faults:
        print(
            f"{folder.name}: retrained, nothing further off than {TOLERANCE:g}: as another kind of CPU rounds"
        )
    return faults


def _tensor_faults(committed: Path, made: Path) -> list[str]:
    try:
        old, new = load_file(committed), load_file(made)
    except (FileNotFoundError, SafetensorError) as damage:
        return [f"{committed.name}: missing or damaged: {damage}"]
    if {name: value.shape for name, value in old.items()} != {
        name: value.shape for name, value in new.items()
    }:
        return [f"{committed.name}: other tensors than the code makes"]
    faults = []
    for name, value in new.items():
        allowed = TOLERANCE + (
            np.abs(value) * 2**-10 if value.dtype == np.float16 else 0
        )  # two float16 steps
        furthest = np.abs(old[name].astype(np.float64) - value.astype(np.float64))
        if (furthest > allowed).any():
            faults.append(f"{committed.name}: {name} is {furthest.max():.2g} off, more than {TOLERANCE:g}")
    return faults


def _far(key: str, old: Any, new: Any) -> bool:
    """Whether two values of a provenance differ by more than rounding; hashes of tables and numpy's version may."""
    if key in {"numpy", "wte_sha256", "wpe_sha256"}:
        return False
    if isinstance(new, dict) and isinstance(old, dict):
        return old.keys() != new.keys() or any(_far(name, old[name], new[name]) for name in new)
    if isinstance(new, float) and isinstance(old, float):
        return abs(new - old) > TOLERANCE * max(1.0, abs(new))
    return bool(old != new)


def _json(value: Json) -> bytes:
    return (json.dumps(_rounded(value), indent=2, sort_keys=True) + "\n").encode()


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(value, 6) if isinstance(value, float) else value


def _write(path: Path, content: bytes) -> str:
    if path.exists() and path.read_bytes() == content:
        return "up to date"
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return "written"
