"""Curves as inline SVG: no script, no network; colours come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 400, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 24, 14, 44
_POINTS = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of a chart.

    Args:
        name: as its points say when they are pointed at.
        index: which of the page's colours it has.
        points: x and y, x ascending.
        labels: for each point, what it says; empty: its coordinates.
    """

    name: str
    index: int
    points: Sequence[tuple[float, float]]
    labels: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis.

    Args:
        title: with its unit.
        low, high: ends.
        show: a value in words.
        log: whether powers of ten are equally far apart; `low` is above 0 then.
    """

    title: str
    low: float
    high: float
    show: Callable[[float], str]
    log: bool = False

    def at(self, value: float) -> float:
        """Where a value lies, from 0 to 1."""
        low, high, value = (math.log10(v) if self.log else v for v in (self.low, self.high, max(value, self.low)))
        return min(1.0, (value - low) / (high - low)) if high > low else 0.5

    def ticks(self) -> list[float]:
        """Round values to be written beside the axis."""
        if self.log:
            ends = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            step = max(1, len(ends) // 6)
            return [v for e in ends[::step] if self.low * 0.999 <= (v := 10.0**e) <= self.high * 1.001]
        rough = (self.high - self.low) / 5 or 1
        unit = 10 ** math.floor(math.log10(rough))
        step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        return [i * step for i in range(first, math.floor(self.high / step + 1e-9) + 1)]


def draw(series: Sequence[Series], *, x: Axis, y: Axis, about: str, steps: bool = False) -> str:
    """An SVG of some lines.

    Args:
        series: the lines.
        x, y: axes.
        about: read aloud in place of the picture.
        steps: whether a value holds until the next point.
    """
    inner = [_grid(x, y)]
    for one in series:
        points = [(_across(x.at(a)), _down(y.at(b))) for a, b in thinned(one.points)]
        if not points:
            continue
        inner.append(f'<path class="line c{one.index % 6}" d="{_path(points, steps)}"/>')
        if one.labels:
            dots = zip(points, one.labels, strict=True)
            inner += [_dot(one, at, label) for at, label in dots]
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(about)}">'
        f"<title>{escape(about)}</title>{''.join(inner)}</svg>"
    )


def thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """At most some hundreds of points, first and last among them."""
    if len(points) <= _POINTS:
        return points
    return [points[round(i * (len(points) - 1) / (_POINTS - 1))] for i in range(_POINTS)]


def _dot(series: Series, at: tuple[float, float], label: str) -> str:
    words, place = escape(f"{series.name}: {label}"), f'cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="4"'
    return f'<circle class="dot c{series.index % 6}" {place}><title>{words}</title></circle>'


def _path(points: Sequence[tuple[float, float]], steps: bool) -> str:
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for across, down in points[1:]:
        parts.append(f"H{across:.1f}V{down:.1f}" if steps else f"L{across:.1f} {down:.1f}")
    return "".join(parts)


def _grid(x: Axis, y: Axis) -> str:
    parts = []
    for value in y.ticks():
        at = _down(y.at(value))
        parts.append(f'<path class="grid" d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 7}" y="{at + 4:.1f}" text-anchor="end">{escape(y.show(value))}</text>')
    for value in x.ticks():
        at = _across(x.at(value))
        parts.append(f'<path class="grid" d="M{at:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/>')
        text = escape(x.show(value))
        parts.append(f'<text x="{at:.1f}" y="{_HEIGHT - _BOTTOM + 17}" text-anchor="middle">{text}</text>')
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    parts.append(f'<text x="{(_LEFT + _WIDTH) / 2}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(x.title)}</text>')
    turned = f'transform="rotate(-90 12 {middle})"'
    parts.append(f'<text x="12" y="{middle}" text-anchor="middle" {turned}>{escape(y.title)}</text>')
    return "".join(parts)


def _across(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _down(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)
