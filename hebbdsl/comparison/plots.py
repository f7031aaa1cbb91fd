"""Figures of a comparison as PNG and SVG: classes in play, binding and learning curves."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hebbdsl.comparison.comparison import Comparison
from hebbdsl.comparison.curves import (
    Curve,
    binding_by_age,
    binding_by_exposures,
    classes_in_play,
    learning,
    of_metric,
)
from hebbdsl.comparison.table import substitution
from hebbdsl.diagnostics.escaping import figure as figure_text
from hebbdsl.expression.metrics import EVALUATION_METRICS
from hebbdsl.writing import make_folders, write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Distinguishable by colour-blind readers too (Okabe and Ito 2008); the spec's baseline is grey."""

_GREY = "#767676"
_AT_RIGHT = ("axes fraction", "data")
_BESIDE: Mapping[str, Any] = {"ha": "right", "va": "bottom", "fontsize": 8, "color": "#767676"}
_DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)))

_STYLE: Mapping[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": "#333333",
    "text.color": "#222222",
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    # The same bytes every time: no random ids, glyphs as paths.
    "svg.hashsalt": "hebbdsl",
    "svg.fonttype": "path",
    # Names are drawn as they are written, whatever their signs mean elsewhere.
    "text.parse_math": False,
    "text.usetex": False,
}


_WIDEST = 48
"""Characters of a name: more would leave no room for the curves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Drawing:
    name: str
    title: str
    x: str
    y: str
    curves: tuple[Curve, ...]
    steps: bool = False
    share: bool = False
    log: bool = False
    uniform: int | None = None
    """The perplexity of the uniform model, drawn where some curve is beyond it."""


def draw_figures(
    comparison: Comparison, folder: Path, within: Path | None = None
) -> tuple[Path, ...]:
    """Write each figure that the records have data for, as `NAME.png` and `NAME.svg`.

    Each file is written under a temporary name and renamed, so that none is ever half there. The
    bytes of the SVG depend on the comparison and on matplotlib's version alone: neither on a user's
    `matplotlibrc` nor on MPLBACKEND. A link among the figures is replaced by the figure.

    Args:
        within: the folder from which on no link is followed; None: `folder` itself may be one.

    Returns: the files, in the order in which they are best read.

    Raises: LinkFound, when a link stands in its place; OSError, when it cannot be written.
    """
    make_folders(within or folder, folder)
    drawings = (
        _Drawing(
            name="learning",
            title="Validation perplexity while learning",
            x="words trained on, repeats counted",
            y="perplexity of the validation text",
            curves=learning(comparison),
            log=True,
            uniform=comparison.words,
        ),
        _Drawing(
            name="classes_in_play",
            title="Classes in play",
            x="optimizer steps",
            y="classes",
            curves=classes_in_play(comparison),
            steps=True,
        ),
        _Drawing(
            name="binding_by_steps",
            title="Accuracy on newly introduced classes",
            x="steps since they appeared",
            y="test accuracy on them, among all in play",
            curves=binding_by_age(comparison),
            share=True,
        ),
        _Drawing(
            name="binding_by_exposures",
            title="Accuracy on newly introduced classes",
            x="training examples seen of each class since it appeared",
            y="test accuracy on them, among all in play",
            curves=binding_by_exposures(comparison),
            share=True,
        ),
    )
    declared = (
        _Drawing(
            name=name,
            title=metric.plotted,
            x="optimizer steps",
            y=f"{name.replace('_', ' ')}, {metric.unit}",
            curves=of_metric(comparison, name),
        )
        for name, metric in EVALUATION_METRICS.items()
        if metric.plotted is not None
    )
    paths = []
    for drawing in (*drawings, *declared):
        if drawing.curves:
            paths += _write(comparison, drawing, folder)
    return tuple(paths)


def _write(comparison: Comparison, drawing: _Drawing, folder: Path) -> list[Path]:
    import warnings

    mpl = _matplotlib()
    paths = []
    # What the user has set for other figures is nothing to these, which look the same everywhere.
    style = {name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"}
    with mpl.rc_context({**style, **_STYLE}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a box is drawn in its place
        figure = _figure(comparison, drawing)
        for kind in ("png", "svg"):
            metadata = {"Date": None} if kind == "svg" else {"Software": None}
            drawn = BytesIO()
            figure.savefig(drawn, format=kind, dpi=160, metadata=metadata)
            paths.append(folder / f"{drawing.name}.{kind}")
            write_atomically(paths[-1], drawn.getbuffer())
    return paths


def _matplotlib() -> Any:
    """The library, whatever its environment: figures are drawn without a backend that shows them,
    so that one which is not installed is no fault, and no home folder is needed.

    What it logs is how it does without such things.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib as mpl
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    return mpl


def _figure(comparison: Comparison, drawing: _Drawing) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    figure = Figure(figsize=(7.2, 3.9), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    looks = _looks(comparison)
    # The baseline is drawn first, so that no other line hides behind it.
    for curve in sorted(drawing.curves, key=lambda c: c.variant != comparison.baseline):
        _draw(axes, curve, looks[curve.variant], drawing)
    axes.set_title(drawing.title, pad=24)
    axes.text(
        0,
        1.035,
        _caption(comparison, drawing),
        transform=axes.transAxes,
        fontsize=8.5,
        color="#666666",
        in_layout=False,
    )
    axes.set_xlabel(drawing.x)
    axes.set_ylabel(drawing.y)
    axes.set_xlim(0, max(curve.x[-1] for curve in drawing.curves) or 1)
    if drawing.share:
        ends = [end for curve in drawing.curves for end in (*curve.mean, *curve.high)]
        top = max(end for end in ends if math.isfinite(end))
        axes.set_ylim(0, min(1.0, max(0.1, 1.05 * top)))
    elif drawing.log:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(ScalarFormatter())
        axes.yaxis.set_minor_formatter(NullFormatter())
        if drawing.uniform and any(max(c.mean) > drawing.uniform for c in drawing.curves):
            axes.axhline(drawing.uniform, color="#999999", linewidth=1.0, linestyle=(0, (1, 2)))
            axes.annotate("uniform model", (1.0, drawing.uniform), xycoords=_AT_RIGHT, **_BESIDE)
    else:
        axes.set_ylim(0, 1.06 * max(max(curve.mean) for curve in drawing.curves))
    _legend(axes, drawing)
    return figure


def _looks(comparison: Comparison) -> Mapping[str, tuple[str, Any]]:
    """Colour and dashes of each variant, the same in every figure of the experiment."""
    declared, *others = comparison.palette
    looks: dict[str, tuple[str, Any]] = {declared: (_GREY, "-")}
    for place, variant in enumerate(others):
        turn, index = divmod(place, len(_COLOURS))
        looks[variant] = (_COLOURS[index], _DASHES[turn % len(_DASHES)])
    return looks


def _draw(axes: Axes, curve: Curve, look: tuple[str, Any], drawing: _Drawing) -> None:
    colour, dashes = look
    axes.plot(
        curve.x,
        curve.mean,
        color=colour,
        linestyle=dashes,
        linewidth=1.9,
        drawstyle="steps-post" if drawing.steps else "default",
        marker=None if drawing.steps else "o",
        markersize=3.2,
        label=_name(curve.variant),
        solid_capstyle="round",
    )
    axes.fill_between(
        curve.x,
        curve.low,
        curve.high,
        color=colour,
        alpha=0.16,
        linewidth=0,
        step="post" if drawing.steps else None,
    )


def _name(variant: str) -> str:
    return figure_text(variant, _WIDEST)


def _caption(comparison: Comparison, drawing: _Drawing) -> str:
    counts = sorted({len(row.seeds) for row in comparison.rows})
    seeds = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    one = counts[-1] == 1
    said = f"{comparison.experiment}, {substitution(comparison) or comparison.data}; "
    band = "lowest to highest" if drawing.steps else "its 95 % interval"
    said += "1 seed" if one else f"mean of {seeds} seeds, band: {band}"
    return figure_text(said, most=3 * _WIDEST)


def _legend(axes: Axes, drawing: _Drawing) -> None:
    """Beside the axes, from the highest curve to the lowest."""
    heights = {_name(c.variant): sum(c.mean) / len(c.mean) for c in drawing.curves}
    handles, labels = axes.get_legend_handles_labels()
    pairs = sorted(zip(handles, labels, strict=True), key=lambda pair: -heights[pair[1]])
    axes.legend(
        [handle for handle, _ in pairs],
        [label for _, label in pairs],
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        frameon=False,
        handlelength=1.6,
        labelspacing=0.6,
    )
