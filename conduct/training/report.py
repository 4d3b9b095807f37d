"""An evaluation as Markdown and as a picture."""

from collections.abc import Sequence
from pathlib import Path

from conduct.training.evaluate import Report, Row


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


def draw(report: Report, curve: Sequence[tuple[int, Row]], path: Path) -> None:
    """A picture of hit@1 of each system with its interval, and of the learning curve if there is one."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2 if curve else 1, figsize=(11 if curve else 6, 3.6), squeeze=False)
    bars = axes[0][0]
    values = [row.hit1.value for row in report.rows]
    spread = [
        [row.hit1.value - row.hit1.low for row in report.rows],
        [row.hit1.high - row.hit1.value for row in report.rows],
    ]
    colours = ["#8a4b00" if row.system == "conduct" else "#b9b7ad" for row in report.rows]
    bars.barh([row.system for row in report.rows], values, xerr=spread, color=colours, ecolor="#595954")
    bars.set(xlim=(0, 1), xlabel="hit@1, 95% interval")
    bars.grid(axis="x", alpha=0.3)
    if curve:
        line = axes[0][1]
        sizes = [size for size, _ in curve]
        line.plot(sizes, [row.hit1.value for _, row in curve], "o-", color="#8a4b00")
        line.fill_between(
            sizes, [row.hit1.low for _, row in curve], [row.hit1.high for _, row in curve], color="#8a4b00", alpha=0.15
        )
        line.set(xscale="log", xlabel="situations", ylabel="hit@1", ylim=(0, 1), xticks=sizes)
        line.set_xticklabels([str(size) for size in sizes])
        line.minorticks_off()
        line.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=130)


def _table(rows: Sequence[Row]) -> list[str]:
    return [
        "| | hit@1 | hit@3 | nDCG@3 | scope AUC | silent refused at 95% kept |",
        "|---|---|---|---|---|---|",
        *(f"| {r.system} | {r.hit1} | {r.hit3} | {r.ndcg3} | {r.auc:.3f} | {r.refused:.2f} |" for r in rows),
    ]


def _coverage(name: str, shares: tuple[float, float, float]) -> str:
    return f"| {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |"
