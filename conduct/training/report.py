"""An evaluation as Markdown and as a picture."""

from collections.abc import Sequence
from pathlib import Path

from conduct.answering.answer import MIN_OPEN_RELEVANCE
from conduct.training.breadth import Breadth
from conduct.training.care import CareReport
from conduct.training.comparison import OURS
from conduct.training.evaluate import Report, Row
from conduct.training.metrics import Figure

_OURS, _OTHERS = "#8a4b00", "#b9b7ad"


def as_markdown(report: Report, curve: Sequence[tuple[int, Row]] = ()) -> str:
    """Tables for docs/evaluation.md: figures with 95% bootstrap intervals."""
    lines = [
        f"{report.in_scope} questions in scope, {report.silent} that the code is silent on; split: {report.split}.",
        "",
        *_table(report.rows),
        "",
        "| coverage | covered | unclear | not covered |",
        "|---|---|---|---|",
        _coverage("questions in scope", report.coverage_in_scope),
        _coverage("questions that the code is silent on", report.coverage_silent),
        "",
        f"Calibration error of relevance: {report.calibration_error:.3f}.",
    ]
    lines += ["", "| said differently | first passage moved |", "|---|---|"]
    lines += [f"| {change.name} | {change.moved} |" for change in report.changes]
    if curve:
        lines += ["", "With random parts of the bank:", "", *_table([row for _, row in curve])]
    if report.confusions:
        lines += ["", "| shown first | should be first | times |", "|---|---|---|"]
        lines += [f"| {shown} | {wanted} | {count} |" for shown, wanted, count in report.confusions[:12]]
    return "\n".join(lines)


def breadth_as_markdown(measured: Breadth) -> str:
    """Tables of other languages, or of other codes."""
    lines = [
        "",
        f"{measured.title}: {measured.questions} questions in scope.",
        "",
        "| | hit@1 | hit@3 |",
        "|---|---|---|",
    ]
    lines += [f"| {row.system} | {row.hit1} | {row.hit3} |" for row in measured.systems]
    lines += ["", "| coverage | questions | covered | not covered |", "|---|---|---|---|"]
    lines += [f"| in scope | {measured.questions} | {measured.covered} | {measured.not_covered} |"]
    lines += [f"| silent: {row.kind} | {row.count} | {row.covered} | {row.not_covered} |" for row in measured.silent]
    lines += ["", "hit@1: " + ", ".join(f"{group} {figure.value:.2f}" for group, figure in measured.by_group) + "."]
    if measured.marked and measured.longest:
        lines += ["", f"The sentence marked is right: {measured.marked}; always the longest: {measured.longest}."]
    return "\n".join(lines)


def care_as_markdown(measured: CareReport) -> str:
    """What somebody in trouble reads, as a table."""
    help_ = "; ".join(f"{hand} hand {figure}" for hand, figure in measured.examples_help)
    rows = (
        ("grave questions that are told that the code is silent", f"{measured.grave_silent} of {measured.grave}"),
        ("harmless ones with the same words, likewise", str(measured.harmless_silent)),
        (f"of {measured.examples} labelled examples that are shown, those that help or are neutral", help_ or "none"),
        ("of them, those that hurt, by either hand", str(measured.examples_hurt)),
        (f"second and third passages with a relevance of {MIN_OPEN_RELEVANCE} or more that belong",
         str(measured.open_belong)),
        ("those below, which are folded away", str(measured.folded_belong)),
    )  # fmt: skip
    return "\n".join(
        [f"\nIn trouble, split {measured.split}:", "", "| | |", "|---|---|", *(f"| {n} | {v} |" for n, v in rows)]
    )


def draw(report: Report, curve: Sequence[tuple[int, Row]], wide: Sequence[Breadth], path: Path) -> None:
    """A picture of hit@1 with its intervals: by system, by language or code, and with more situations, if measured."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = 1 + len(wide) + bool(curve)
    figure, axes = pyplot.subplots(1, panels, figsize=(6 + 4 * (panels - 1), 4), squeeze=False)
    systems = [(row.system, row.hit1) for row in report.rows]
    _bars(axes[0][0], "hit@1, 95% interval", systems, [name for name, _ in systems if name != OURS])
    for axis, measured in zip(axes[0][1:], wide, strict=False):
        _bars(axis, measured.title, measured.by_group)
    if curve:
        line = axes[0][-1]
        sizes = [size for size, _ in curve]
        line.plot(sizes, [row.hit1.value for _, row in curve], "o-", color=_OURS)
        line.fill_between(
            sizes, [row.hit1.low for _, row in curve], [row.hit1.high for _, row in curve], color=_OURS, alpha=0.15
        )
        line.set(xscale="log", xlabel="situations", ylabel="hit@1", ylim=(0, 1), xticks=sizes)
        line.set_xticklabels([str(size) for size in sizes])
        line.minorticks_off()
        line.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=130)


def _bars(axis, title: str, rows: Sequence[tuple[str, Figure]], others: Sequence[str] = ()) -> None:
    figures = [figure for _, figure in rows]
    spread = [[figure.value - figure.low for figure in figures], [figure.high - figure.value for figure in figures]]
    names = [name for name, _ in rows]
    colours = [_OTHERS if name in others else _OURS for name in names]
    axis.barh(names, [figure.value for figure in figures], xerr=spread, color=colours, ecolor="#595954")
    axis.set(xlim=(0, 1), xlabel=title)
    axis.grid(axis="x", alpha=0.3)


def _table(rows: Sequence[Row]) -> list[str]:
    return [
        "| | hit@1 | hit@3 | nDCG@3 | scope AUC | silent refused at 95% kept |",
        "|---|---|---|---|---|---|",
        *(f"| {r.system} | {r.hit1} | {r.hit3} | {r.ndcg3} | {r.auc:.3f} | {r.refused:.2f} |" for r in rows),
    ]


def _coverage(name: str, shares: tuple[float, float, float]) -> str:
    return f"| {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |"
