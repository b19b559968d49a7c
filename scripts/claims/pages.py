"""What the site shows of the claims: a block each, the list of all, and the same for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from scripts import config, labels
from scripts.build import Artefact, BuildError, Files, environment, fingerprint, sources
from scripts.claims import published
from scripts.claims.claim import PAGES, Judged, Judgement, Source, claims, judge
from scripts.claims.published import Checked
from scripts.paths import FRAGMENTS, GENERATED
from scripts.tables import embedded

if TYPE_CHECKING:
    from scripts.tables import Provenance, Tables

#: An icon and a word each: the verdict is never told by colour alone.
VERDICTS: dict[Judgement, tuple[str, str]] = {
    "holds": ("✔", "Holds"),
    "partly": ("◐", "Partly"),
    "fails": ("✘", "Fails"),
    "not checked": ("○", "Not checked in this build"),
}


def judge_all(tables: Tables, tiny: Tables) -> list[Judged]:
    """Every claim with its verdict, in the order of the pages.

    Raises:
        BuildError: names the claims whose checks raise.
    """
    judged, failures = [], []
    for made in claims():
        try:
            judged.append(judge(made, tables, tiny))
        except Exception as error:
            failures.append(f"claim {made.page}/{made.id} cannot be checked: {type(error).__name__}: {error}")
    if failures:
        raise BuildError("\n".join(failures))
    return judged


def block(judged: Judged) -> str:
    """A claim as a page shows it: Markdown in a ``div`` with what a filter needs to know of it.

    The statement, its verdict, the evidence and the source are seen at once; how it is judged and how to cite it are
    folded. A claim that this build does not check is one line: all that would be evidence or source is folded too.
    """
    made = judged.claim
    icon, word = VERDICTS[judged.verdict]
    verdict = judged.verdict.replace(" ", "-")
    on = f" for {judged.model}" if judged.model else ""
    told = f'<span class="claim-verdict"><span class="claim-icon" aria-hidden="true">{icon}</span> {word}{on}.</span>'
    source = f"""\
Source: {_source(made.source)}. [Link](#{made.anchor}){{ .claim-link title="Link to this claim" }}
{{ .claim-source }}"""
    if judged.verdict == "not checked":
        seen = [f"{told} **{made.statement}**\n{{ .claim-statement }}"]
        summary, folded = "Why · source · how it is judged · cite", [judged.evidence, source]
    else:
        seen = [
            f"**{made.statement}**\n{{ .claim-statement }}",
            f"{told} {judged.evidence}\n{{ .claim-evidence }}",
            source,
        ]
        summary, folded = "How it is judged · cite", []
    folded += [f"{made.judged}\n{{ .claim-judged }}"]
    between = "\n\n"
    return f"""\
<div class="claim claim-{verdict}" id="{made.anchor}" data-claim="{made.page}/{made.id}" data-verdict="{verdict}" \
data-page="{made.page}" data-source="{made.source.kind}" data-model="{" ".join(sorted(made.models))}" \
role="group" aria-label="Claim: {word}" markdown>

{between.join(seen)}

<details class="claim-how" markdown>
<summary data-search-exclude="true">{summary}</summary>

{between.join(folded)}

<div class="claim-cite" data-search-exclude="true" markdown>

{_cited(judged)}

</div>

</details>

</div>
"""


def _cited(judged: Judged) -> str:
    """A citation: what is claimed, its verdict, its address, and the build that says so (the line that is included)."""
    made, on = judged.claim, f" for {judged.model}" if judged.model else ""
    title = str(config.settings()["site_name"])
    return f"""\
“{made.statement}” {VERDICTS[judged.verdict][1]}{on}. In: *{title}*,
<span class="claim-address">{config.address()}claims/#{made.anchor}</span>, build of
--8<-- "version"\
"""


def _source(source: Source) -> str:
    return f"[{source.text}]({source.url})" if source.url else source.text


def counted(judged: Sequence[Judged]) -> dict[Judgement, int]:
    """How many claims have each verdict, in the order of ``VERDICTS``."""
    counts = Counter(one.verdict for one in judged)
    return {verdict: counts[verdict] for verdict in VERDICTS}


def listing(judged: Sequence[Judged]) -> str:
    """The list of all claims: counts, then page by page.  Search finds each where it stands, so not here a second time."""
    names = [f"{icon} {word}" for icon, word in VERDICTS.values()]
    lines = [f"| Page | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    by_page = {page: [one for one in judged if one.claim.page == page] for page in PAGES}
    for page, of_page in by_page.items():
        counts = counted(of_page)
        lines.append(f"| [{PAGES[page]}](#claims-{page}) | {' | '.join(map(str, counts.values()))} |")
    totals = counted(judged)
    lines.append(f"| **All {len(judged)}** | {' | '.join(f'**{count}**' for count in totals.values())} |")
    table = "\n".join(lines)
    parts = [f'<div class="claims-counts" markdown>\n\n{table}\n\n</div>\n']
    for page, of_page in by_page.items():
        parts.append(f"## {PAGES[page]} {{ #claims-{page} }}\n")
        # a section, since Material's search takes the end of any `div` in it for the end of what is excluded
        parts += ['<section data-search-exclude="true" markdown>\n', *map(block, of_page), "</section>\n"]
    return "\n".join(parts)


def report(judged: Sequence[Judged]) -> Iterator[str]:
    """Lines for a terminal: every claim with its verdict and evidence, page by page, and a line that counts."""
    for page, of_page in groupby(judged, key=lambda one: one.claim.page):
        yield f"\n{PAGES[page]}"
        for one in of_page:
            icon, word = VERDICTS[one.verdict]
            yield f"  {icon} {one.claim.statement}\n      {word}{f' for {one.model}' if one.model else ''}: {one.evidence}"
    said = {"holds": "hold", "partly": "hold partly", "fails": "fail"}
    counts = [f"{count} {said.get(verdict, verdict)}" for verdict, count in counted(judged).items()]
    yield f"\n{len(judged)} claims: " + ", ".join(counts)


FACT_VERDICTS: dict[published.Verdict, str] = {
    "holds": "✔ Holds",
    "FAILS": "✘ Fails",
    "not checked": "○ Not checked",
}


def published_beside_ours(results: Sequence[Checked]) -> str:
    """Every published number beside the one computed here: a folded table for each heading and source."""
    parts = []
    for (group, source), found in groupby(
        results, key=lambda result: (result.fact.group, result.fact.source)
    ):
        of_group = list(found)
        counts = Counter(result.verdict for result in of_group)
        count = ", ".join(f"{counts[v]} {word[2:].lower()}" for v, word in FACT_VERDICTS.items() if counts[v])
        lines = [f'??? abstract "{group[0].upper()}{group[1:]} ({count})"', "", f"    Source: {source}.", ""]
        lines += ["    | What | Published | Here | Verdict |", "    |---|---|---|---|"]
        for result in of_group:
            here = "—" if result.computed is None else f"`{published.written(result.computed)}`"
            verdict = FACT_VERDICTS[result.verdict] + (f": {result.why}" if result.why else "")
            cells = (result.fact.name, f"`{published.written(result.fact.published)}`", here, verdict)
            lines.append(f"    | {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def as_json(judged: Sequence[Judged], provenance: Provenance) -> bytes:
    """Every claim for machines: ``claims.json`` of the site."""
    record = {
        "made_by": "python -m scripts build",
        "label": labels.label(provenance),
        "model": provenance.model,
        "verified": provenance.verified,
        "counts": counted(judged),
        "claims": [
            {
                "id": one.claim.id,
                "page": one.claim.page,
                "anchor": one.claim.anchor,
                "statement": one.claim.statement,
                "source": {
                    "text": one.claim.source.text,
                    "kind": one.claim.source.kind,
                    "url": one.claim.source.url,
                },
                "judged": one.claim.judged,
                "models": sorted(one.claim.models),
                "needs": sorted(one.claim.needs),
                "verdict": one.verdict,
                "checked_on": one.model,
                "evidence": one.evidence,
                "address": f"{config.address()}claims/#{one.claim.anchor}",
                "values": dict(one.values),
            }
            for one in judged
        ],
    }
    return (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()


def files(judged: Sequence[Judged], results: Sequence[Checked], provenance: Provenance) -> Files:
    """All files: a fragment a claim, the list, the published facts beside ours, and the JSON."""
    folder = FRAGMENTS / "claims"
    return {
        **{folder / one.claim.page / f"{one.claim.id}.md": block(one).encode() for one in judged},
        folder / "all.md": listing(judged).encode(),
        folder / "published.md": published_beside_ours(results).encode(),
        GENERATED / "claims.json": as_json(judged, provenance),
    }


def artefacts(provenance: Provenance, tables: Callable[[], Tables]) -> list[Artefact]:
    """All claims as one artefact: they share what they measure."""
    from scripts.tables import load

    def make() -> Files:
        at_hand = tables()
        tiny = at_hand if provenance.model == "tiny" else load("tiny")
        return files(judge_all(at_hand, tiny), published.checked(at_hand), provenance)

    key = fingerprint(
        "claims",
        labels.identity(provenance),
        config.address(),
        environment(),
        published.FILE,
        *sorted(path for path in embedded.ARTEFACT.iterdir() if path.is_file()),
        *sources(__name__, *(f"scripts.claims.{page}" for page in PAGES)),
    )
    return [Artefact("claims", key, make)]
