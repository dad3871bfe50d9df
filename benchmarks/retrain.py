"""Whether `shop retrain` gets a reranker nearer to what is true, and lets through the better of two, on made-up clicks.

python benchmarks/retrain.py trial --store store --qrels requests_train.tsv --qrels requests_dev.tsv --catalogue retail_store
python benchmarks/retrain.py learn --store store --qrels requests_dev.tsv --catalogue retail_store --kept learnt.jsonl

What is true are the grades of these files. Requests are asked as often as 1, 1/2, 1/3, …; the reranker in use puts each one's graded
products in order, ten are shown, the one at place r is looked at with the probability 1/r, and what is looked at is clicked, put into the
cart and bought by its grade (CLICKED, CARTED, BOUGHT). The shoppers are made up: nothing here is evidence about people.

Rerankers of known worth: the product's own, and the same with a part of what it has learnt (--parts; 0: as the base model came).

trial: for each pair how often the trial takes the new one into use, over --logs made-up logs, and how often the last days alone would,
beside the truth (nDCG@10 of what is asked, weighed by how often). Then the same of new ones that are better where they have learnt and
worse for the needs kept from learning: what is learnt by heart.

learn: the retraining as the command does it, from each part, and nDCG@10 before and after, over the requests that were learnt from and
over those that were not (not asked, or kept from learning), with paired bootstrap 95% intervals. A JSON line each. A step takes 3.5 s of
a processor: with SHOP_THREADS=1 beside other work. --also names graded requests that are asked too, and not measured. --kept names a file
in which each fold is kept as it is done; the same command goes on from there.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import torch
import typer
from safetensors.torch import load_file, save_file

from assistant.build import build_embedder
from assistant.events.log import Event, EventLog, EventType
from assistant.relearning.clicks import Search
from assistant.relearning.examined import Scores
from assistant.relearning.reranker import Bench, judged, scores_of
from assistant.relearning.reranker import learn as learn_from
from assistant.relearning.retrain import Terms, recipe_of
from assistant.relearning.trial import KEPT, Parted, Scorer, Trial, is_kept, parted, trial_of
from assistant.settings import Settings
from retrieval.dense import Dense
from retrieval.evaluate import compared
from retrieval.judgements import Judged, of_catalogue, read_judgements
from retrieval.metrics import ndcg
from retrieval.models import model_path
from retrieval.store import copied
from retrieval.training.lists import Recipe

PAGE = 10
EYE = 1.0  # a place is looked at with the probability 1 / rank ** EYE
CLICKED, CARTED, BOUGHT = (
    (0.05, 0.15, 0.4, 0.7),
    (0.05, 0.1, 0.3, 0.5),
    (0.2, 0.3, 0.5, 0.6),
)  # by grade, each of those before
OF_ONE = 2  # searches of a shopper
START, DAYS = datetime(2026, 10, 1, tzinfo=UTC), 30
KINDS: tuple[EventType, ...] = ("click", "cart", "purchase")
Rng = np.random.Generator

app = typer.Typer(help=__doc__)
Store = Annotated[Path, typer.Option(help="A store made by `shop index`; it is copied.")]
Qrels = Annotated[list[Path], typer.Option(help="Graded requests; may be given more than once.")]
Catalogue = Annotated[str | None, typer.Option(help="Which of the requests.")]
Parts = Annotated[str, typer.Option(help="Shares of what the reranker has learnt, with commas between.")]
Searches = Annotated[int, typer.Option(help="Made-up searches; the last fifth of them is what is held out.")]


@dataclass(frozen=True)
class World:
    """A shop with requests whose truth is known. rerankers: by the part of what was learnt, the folder of each."""

    bench: Bench
    requests: Sequence[Judged]
    rerankers: Mapping[float, Path]

    def scores(self, folder: Path, requests: Sequence[Judged]) -> list[Scores]:
        """Log odds of the relevance of each request's graded products."""
        asked = [Search("", one.request, dict.fromkeys(sorted(one.grades), 1)) for one in requests]
        return scores_of(asked, self.bench.reranker(folder), self.bench.catalog)


@app.command()
def trial(
    store: Store,
    qrels: Qrels,
    catalogue: Catalogue = None,
    parts: Parts = "1,0.8,0.5,0",
    searches: Searches = 2_000,
    logs: Annotated[int, typer.Option(help="Made-up logs for each pair.")] = 200,
    seed: int = 7,
) -> None:
    """How often the trial takes a new reranker in place of the one in use."""
    with world(store, qrels, catalogue, parts) as there:
        scores = {part: there.scores(folder, there.requests) for part, folder in there.rerankers.items()}
    truths = {part: truth_of(there.requests, some) for part, some in scores.items()}
    kept = np.array([is_kept(one.request) for one in there.requests])
    share = popularity(len(kept))
    same = [(now, new, new) for now, new in permutations(scores, 2)]
    by_heart = [(now, high, low) for high, now, low in combinations(sorted(scores, reverse=True), 3)]
    for now, new, unseen in same + by_heart:
        rng = np.random.default_rng(seed)
        mixed = [scores[unseen if out else new][row] for row, out in enumerate(kept)]
        found = [tried(there.requests, scores[now], mixed, searches, rng) for _ in range(logs)]
        truth = np.where(kept, truths[unseen], truths[new])
        told = {"now": now, "new": new, "new_on_kept": unseen, "needs_kept": int(kept.sum())}
        told |= {"ndcg@10": [round(float(share @ one), 4) for one in (truths[now], truth)]}
        told |= {"ndcg@10_kept": [round(float(one[kept].mean()), 4) for one in (truths[now], truth)]}
        told |= {"taken": share_of(one.better for one in found)}
        told |= {"taken_by_last_days": share_of(one.repeated.better for one in found), "of": logs}
        told |= {"bend": round(float(np.mean([one.bend for one in found])), 3)}
        print(json.dumps(told), flush=True)


@app.command()
def learn(
    store: Store,
    qrels: Qrels,
    catalogue: Catalogue = None,
    parts: Parts = "1,0",
    searches: Searches = 2_000,
    steps: Annotated[int, typer.Option(help="Of the training at most.")] = Terms.steps,
    folds: Annotated[
        int, typer.Option(min=2, help="The requests are cut into so many; of each one the others are asked.")
    ] = 2,
    seed: int = 7,
    clicked: Annotated[
        float, typer.Option(min=0, max=1, help="Share of what is learnt from that was clicked; the rest is made up.")
    ] = Recipe.graded,
    also: Annotated[
        list[Path] | None, typer.Option(help="Graded requests that are asked too, and not measured.")
    ] = None,
    kept: Annotated[Path | None, typer.Option(help="JSON lines of folds that are done, to go on from.")] = None,
) -> None:
    """What retraining does to the truth."""
    with world(store, qrels, catalogue, parts) as there:
        more = known_of(there.bench, read_judgements(also or []), catalogue)
        for part in there.rerankers:
            values: dict[tuple[str, str], list[float]] = {}
            for fold in range(folds):
                terms = {"from": part, "fold": fold, "of": folds, "steps": steps, "searches": searches, "seed": seed,
                         "clicked": clicked, "also": len(more)}  # fmt: skip
                done = kept_before(kept, terms) or keep(kept, terms | fold_of(there, terms, more))
                print(json.dumps({name: value for name, value in done.items() if name != "truth"}), flush=True)
                for name, of_which in done["truth"].items():
                    for which, found in of_which.items():
                        values.setdefault((name, which), []).extend(found)
            for name in ("learnt from", "not learnt from"):
                gain = compared(values[name, "new"], values[name, "now"])
                count = len(values[name, "new"])
                print(json.dumps({"from": part, "requests": name, "over": count, **gain.to_json()}), flush=True)


def fold_of(there: World, terms: Mapping[str, Any], more: Sequence[Judged]) -> dict[str, Any]:
    """What the trial said of one retraining; nDCG@10, by the new and by the old one, of each request that was learnt from, and was not."""
    folder, fold, folds = there.rerankers[terms["from"]], terms["fold"], terms["of"]
    asked = [one for at, one in enumerate(there.requests) if at % folds != fold]
    learnt = [one for one in asked if not is_kept(one.request)]
    others = [one for one in there.requests if one not in learnt]
    out = folder.with_name(f"{folder.name}-{fold}")
    seed = terms["seed"] + fold
    recipe = replace(recipe_of(Terms(steps=terms["steps"], seed=seed)), graded=terms["clicked"])
    told = retrained(there, folder, out, mixed_with(asked, more, seed), terms["searches"], recipe)
    truth = {
        name: {
            which: truth_of(some, there.scores(one, some)).tolist() for which, one in (("new", out), ("now", folder))
        }
        for name, some in (("learnt from", learnt), ("not learnt from", others))
    }
    return {**told, "truth": truth}


def mixed_with(asked: Sequence[Judged], more: Sequence[Judged], seed: int) -> list[Judged]:
    """Both in one order by chance, since those that come first are asked most; as they are where there are no more."""
    if not more:
        return list(asked)
    every = [*asked, *more]
    return [every[row] for row in np.random.default_rng(seed).permutation(len(every))]


def kept_before(kept: Path | None, terms: Mapping[str, Any]) -> dict[str, Any] | None:
    """What came out on these terms, where the file has it."""
    lines = kept.read_text(encoding="utf-8").splitlines() if kept and kept.is_file() else []
    return next((one for one in map(json.loads, lines) if terms.items() <= one.items()), None)


def keep(kept: Path | None, done: dict[str, Any]) -> dict[str, Any]:
    if kept:
        with kept.open("a", encoding="utf-8") as file:
            file.write(json.dumps(done) + "\n")
    return done


@contextmanager
def world(store: Path, qrels: Sequence[Path], catalogue: str | None, parts: str) -> Iterator[World]:
    settings = Settings()
    with copied(store) as copy, TemporaryDirectory(prefix="shop-") as folder:
        embedder = build_embedder(settings)
        dense = Dense(copy.chroma(), embedder)
        bench = Bench(copy.catalog, dense, embedder, model_path("all-minilm-l6-v2"), settings.threads)
        judged = known_of(bench, read_judgements(qrels), catalogue)
        np.random.default_rng(1).shuffle(judged)  # type: ignore[arg-type]
        made = {float(part): weakened(float(part), Path(folder)) for part in parts.split(",")}
        yield World(bench, judged, made)


def known_of(bench: Bench, judged: Sequence[Judged], catalogue: str | None) -> list[Judged]:
    """The requests that have two products and more of the shop, one of them good, with these."""
    sold = bench.catalog.ids()
    found = [
        replace(one, grades={name: grade for name, grade in one.grades.items() if name in sold})
        for one in of_catalogue(judged, catalogue)
    ]
    return [one for one in found if len(one.grades) > 1 and any(one.grades.values())]


def weakened(part: float, folder: Path) -> Path:
    """The product's reranker with this part of the changes to the base model's encoder."""
    whole = model_path("reranker")
    out = folder / f"part-{part:g}"
    out.mkdir()
    shutil.copy(whole / "config.json", out)
    changes = load_file(whole / "delta.safetensors")
    own = [name for name in changes if name.startswith("encoder.") and not name.endswith(".right")]
    save_file({**changes, **{name: changes[name] * part for name in own}}, out / "delta.safetensors")
    return out


def retrained(
    there: World, used: Path, out: Path, asked: Sequence[Judged], searches: int, recipe: Recipe
) -> dict[str, Any]:
    """A reranker in `out`, learnt from made-up searches for these requests; what its trial said, and what it came to while it learnt."""
    made = made_up(asked, there.scores(used, asked), searches, np.random.default_rng(recipe.seed))
    with closing(EventLog()) as log:
        log.add(list(events_of(made)))
        parts = parted(log, Terms.last)
    learn_from(parts, there.bench, used=used, out=out, recipe=recipe)
    found = judged(parts, there.bench, new=out, used=used)
    history = torch.load(out.with_name(f"{out.name}.part") / "state.pt", weights_only=True)["state"]["history"]
    return {"better": found.better, "bend": round(found.bend, 3), "searches": [parts.chosen, len(parts.repeated)],
            "needs_kept": parts.needs, "needs_needed": KEPT, "repeated": found.repeated.to_json(), "new": found.new.to_json(),
            "history": history}  # fmt: skip


def tried(requests: Sequence[Judged], now: Sequence[Scores], new: Sequence[Scores], searches: int, rng: Rng) -> Trial:
    """What the trial says of the new one on one made-up log."""
    made = made_up(requests, now, searches, rng)
    rows = {one.request: row for row, one in enumerate(requests)}
    cut = len(made) * 4 // 5
    learnt, held = ([one for one in some if not is_kept(one.query)] for some in (made[:cut], made[cut:]))
    kept = [one for one in made if is_kept(one.query)]
    repeated, unseen = ([one for one in some if one.grades] for some in (held, kept))

    def of(scores: Sequence[Scores]) -> Scorer:
        return lambda some: [scores[rows[one.query]] for one in some]

    return trial_of(Parted([], learnt, repeated, unseen), new=of(new), used=of(now))


def made_up(requests: Sequence[Judged], scores: Sequence[Scores], count: int, rng: Rng) -> list[Search]:
    """So many searches, in order of time, each with what was shown in the order of the scores, and chosen."""
    orders = [best_first(one)[:PAGE] for one in scores]
    drawn = rng.choice(len(requests), count, p=popularity(len(requests)))
    return [
        Search(
            f"shopper {number // OF_ONE}",
            requests[row].request,
            {name: place for place, name in enumerate(orders[row], 1)},
            chosen(orders[row], requests[row].grades, rng),
        )
        for number, row in enumerate(drawn.tolist())
    ]


def chosen(shown: Sequence[str], grades: Mapping[str, int], rng: Rng) -> dict[str, int]:
    found = {}
    for place, name in enumerate(shown, start=1):
        chances = (place**-EYE * CLICKED[grades[name]], CARTED[grades[name]], BOUGHT[grades[name]])
        reached = 0
        while reached < len(chances) and rng.random() < chances[reached]:
            reached += 1
        if reached:
            found[name] = reached
    return found


def popularity(count: int) -> np.ndarray:
    """(count,) how often each request is asked, sum 1."""
    rates = 1 / np.arange(1, count + 1)
    return np.asarray(rates / rates.sum())


def share_of(claims: Iterable[bool]) -> float:
    return round(float(np.mean(list(claims))), 4)


def truth_of(requests: Sequence[Judged], scores: Sequence[Scores]) -> np.ndarray:
    """nDCG@10 of each request by its grades."""
    runs = map(best_first, scores)
    return np.array([ndcg(run, one.grades) for run, one in zip(runs, requests, strict=True)], dtype=float)


def best_first(scores: Scores) -> list[str]:
    return sorted(scores, key=lambda name: (-scores[name], name))


def events_of(made: Sequence[Search]) -> Iterator[Event]:
    for number, one in enumerate(made):
        at, session = START + timedelta(days=DAYS * number / len(made)), f"s{number}"
        for name, place in one.places.items():
            yield Event(f"{number}-{name}", "shown", at, one.who, name, one.query, session, place, 1.0)
            for step, kind in enumerate(KINDS[: one.grades.get(name, 0)], start=1):
                yield Event(f"{number}-{name}-{kind}", kind, at + timedelta(seconds=10 * place + step), one.who, name,
                            one.query, session)  # fmt: skip


if __name__ == "__main__":
    app()
