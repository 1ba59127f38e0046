"""The charts of a shift as plotly figures: plain JSON, drawn by the bundle that is inside the report."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from dialer.domain.agent import AgentState
from dialer.measures.facts import Floats
from dialer.measures.series import Slices

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

BLUE, LIGHT_BLUE, GREEN, RED = "#2368a0", "#9dc3e0", "#2a8c63", "#c0392b"
YELLOW, VIOLET, GREY, PALE = "#e8b23a", "#8f6bb3", "#c5cad1", "#dfe7ef"

_STATES: tuple[tuple[AgentState, str, str], ...] = (
    (AgentState.TALKING, "on a call", BLUE),
    (AgentState.WRAPPING, "after-call work", LIGHT_BLUE),
    (AgentState.AVAILABLE, "available", YELLOW),
    (AgentState.RESERVED, "reserved for one call", VIOLET),
    (AgentState.NOT_READY, "on a break", GREY),
    (AgentState.LEG_LOST, "telephone lost", RED),
)


def calls_chart(slices: Slices, zone: ZoneInfo) -> Json:
    """Attempts as bars and live answers as a line on its own axis."""
    x = _middles(slices, zone)
    return {
        "data": [
            {
                "type": "bar",
                "name": "calls placed",
                "x": x,
                "y": _numbers(slices.attempts),
                "marker": _color(PALE),
            },
            _line("answered by a person", x, slices.live, GREEN, y2=True),
            _line("right party", x, slices.right_party, BLUE, y2=True),
        ],
        "layout": _layout(
            y="calls placed", y2="people", more={"bargap": 0.12, "yaxis2": {"rangemode": "tozero"}}
        ),
    }


def agents_chart(slices: Slices, zone: ZoneInfo) -> Json:
    """Mean agents in each state, stacked."""
    x = _middles(slices, zone)
    traces: list[Json] = []
    for state, title, color in _STATES:
        counts = slices.agents_in.get(state)
        if counts is not None:
            trace: dict[str, Json] = {
                "type": "scatter",
                "mode": "lines",
                "name": title,
                "x": x,
                "y": _numbers(counts),
                "stackgroup": "agents",
                "line": {"width": 0.5, "color": color},
                "fillcolor": color,
            }
            traces.append(trace)
    return {"data": traces, "layout": _layout(y="agents")}


def abandonment_chart(slices: Slices, zone: ZoneInfo, limit: float) -> Json:
    """The day's rate as it grew, against the limit; the abandoned of each slice as bars."""
    live, lost = np.cumsum(slices.live), np.cumsum(slices.abandoned)
    rate = np.divide(lost, live, out=np.full(live.shape, np.nan), where=live > 0)
    x, ends = _middles(slices, zone), _ends(slices, zone)
    bars: Json = {
        "type": "bar",
        "name": "people abandoned",
        "x": x,
        "y": _numbers(slices.abandoned),
        "yaxis": "y2",
        "marker": _color("#eab5af"),
    }
    line: Json = {
        "type": "scatter",
        "mode": "lines",
        "name": "rate of the day so far",
        "x": ends,
        "y": _numbers(rate),
        "line": {"color": RED, "width": 2.5},
    }
    edge: Json = {
        "type": "scatter",
        "mode": "lines",
        "name": f"limit ({limit:.0%})",
        "x": [ends[0], ends[-1]] if ends else [],
        "y": [limit, limit],
        "line": {"color": "#555", "dash": "dash", "width": 1.5},
    }
    top = max(limit * 1.4, float(np.nanmax(rate)) * 1.15 if np.isfinite(rate).any() else 0.0)
    layout = _layout(
        y="abandoned ÷ live answers",
        y2="people",
        more={
            "yaxis": {"tickformat": ".1%", "range": [0, top], "rangemode": "tozero"},
            "yaxis2": {"rangemode": "tozero", "range": [0, max(4.0, 2 * float(slices.abandoned.max()))]},
        },
    )
    return {"data": [bars, edge, line], "layout": layout}


def waits_chart(slices: Slices, zone: ZoneInfo) -> Json:
    """Mean wait of an agent for the next call."""
    x = _middles(slices, zone)
    return {
        "data": [
            {
                "type": "bar",
                "name": "mean wait for a call",
                "x": x,
                "y": _numbers(slices.wait_mean_s),
                "marker": _color(YELLOW),
            }
        ],
        "layout": _layout(y="seconds", more={"bargap": 0.12, "showlegend": False}),
    }


def _line(name: str, x: list[Json], y: Floats, color: str, *, y2: bool = False) -> Json:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": x,
        "y": _numbers(y),
        "yaxis": "y2" if y2 else "y",
        "line": {"color": color, "width": 2},
        "marker": {"size": 5},
    }


def _layout(*, y: str, y2: str | None = None, more: dict[str, Json] | None = None) -> Json:
    grid: dict[str, Json] = {"gridcolor": "#e8ecf0", "zerolinecolor": "#cfd6dd", "fixedrange": True}
    layout: dict[str, Json] = {
        "margin": {"l": 56, "r": 56 if y2 else 16, "t": 8, "b": 36},
        "height": 300,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": "#33404d"},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "hovermode": "x unified",
        "xaxis": {**grid, "tickformat": "%H:%M", "hoverformat": "%H:%M", "showgrid": False},
        "yaxis": {**grid, "title": {"text": y}, "rangemode": "tozero"},
    }
    if y2 is not None:
        layout["yaxis2"] = {
            "title": {"text": y2},
            "overlaying": "y",
            "side": "right",
            "tickmode": "auto",
            "nticks": 6,
            "showgrid": False,
            "fixedrange": True,
        }
    for key, value in (more or {}).items():
        present = layout.get(key)
        layout[key] = {**present, **value} if isinstance(present, dict) and isinstance(value, dict) else value
    return layout


def _color(color: str) -> Json:
    return {"color": color}


def _numbers(values: Floats) -> list[Json]:
    """Rounded for a smaller file; no data is null."""
    return [None if np.isnan(value) else round(float(value), 5) for value in values]


def _local(at: float, zone: ZoneInfo) -> str:
    """Wall-clock time without a zone: plotly shows it as it is."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def _middles(slices: Slices, zone: ZoneInfo) -> list[Json]:
    return [_local(float(start) + slices.width_s / 2, zone) for start in slices.starts]


def _ends(slices: Slices, zone: ZoneInfo) -> list[Json]:
    return [_local(float(start) + slices.width_s, zone) for start in slices.starts]
