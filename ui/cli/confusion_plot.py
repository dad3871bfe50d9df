"""The confusion matrix of intents as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


def draw_confusion(counts: Sequence[Mapping[str, Mapping[str, int]]], path: Path) -> None:
    """Writes a PNG: a row a labelled intent, a column an intent read, all counts added up; the shade is the share of the row."""
    from matplotlib.figure import Figure  # a second of every other command's start
    from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix

    cells = [(w, got, n) for file in counts for w, read in file.items() for got, n in read.items()]
    intents = sorted({name for wanted, got, _ in cells for name in (wanted, got)})
    wanted, got, weights = zip(*cells, strict=True)
    matrix = confusion_matrix(wanted, got, labels=intents, sample_weight=weights).astype(int)
    figure = Figure(figsize=(11, 9.5), layout="constrained")
    axes = figure.add_subplot()
    shown = ConfusionMatrixDisplay(matrix, display_labels=intents)
    shown.plot(ax=axes, cmap="Blues", colorbar=False, xticks_rotation=60, include_values=False)
    rows = matrix.sum(axis=1, keepdims=True)
    shares = matrix / rows.clip(min=1)
    shown.im_.set_data(shares)
    shown.im_.set_clim(0, 1)
    for row, column in zip(*matrix.nonzero(), strict=True):
        color = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(matrix[row, column]), ha="center", va="center", color=color, fontsize=9)
    axes.set(xlabel="read as", ylabel="labelled", title=f"Intents of {matrix.sum()} messages")
    figure.savefig(path, format="png", dpi=120)
