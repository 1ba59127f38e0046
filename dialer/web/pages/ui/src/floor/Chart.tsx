// Agents and calls over the last minutes. Drawn; the same figures stand in words above it.
import "uplot/dist/uPlot.min.css";

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";

import type { Moment } from "./live";

const HEIGHT = 180;
/** So much is shown at the least, however little there is yet. */
const LEAST_S = 60;

interface Line {
  label: string;
  light: string;
  dark: string;
  dash: number[];
}

/** Told apart by dashes, too, and by colours that most people tell apart. */
const LINES: Line[] = [
  { label: "Agents talking", light: "#1c5fb0", dark: "#7ab5f5", dash: [] },
  { label: "Agents waiting for a call", light: "#8a5a00", dark: "#e8b04a", dash: [8, 4] },
  { label: "Calls ringing", light: "#5f6b76", dark: "#aab4be", dash: [2, 4] },
  { label: "Persons waiting", light: "#b3261e", dark: "#ff8f85", dash: [8, 3, 2, 3] },
];

export function Chart({ history }: { history: readonly Moment[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const last = history.at(-1)?.at ?? 0;
  const span = useRef<[number, number]>([last - LEAST_S, last]);
  const isDark = useComputedColorScheme("light") === "dark";

  useEffect(() => {
    const at = place.current;
    if (at === null) return;
    const colourOf = (number: number) => LINES[number - 1]?.[isDark ? "dark" : "light"] ?? "";
    const ink = isDark ? "#c9d1d9" : "#333b43";
    const grid = { stroke: isDark ? "#3a4048" : "#e3e7eb", width: 1 };
    const axis = { stroke: ink, grid, ticks: grid };
    const made = new uPlot(
      {
        width: at.clientWidth,
        height: HEIGHT,
        cursor: { drag: { x: false, y: false } },
        legend: { live: false, markers: { fill: (_plot, place) => colourOf(place) } },
        scales: { x: { range: () => span.current }, y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil(high * 1.1))] } },
        axes: [axis, { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500], size: 40 }],
        series: [{ label: "Time" }, ...LINES.map((line) => ({ label: line.label, stroke: isDark ? line.dark : line.light, width: 2, dash: line.dash, points: { show: false } }))],
      },
      [[], ...LINES.map(() => [])] as unknown as uPlot.AlignedData,
      at,
    );
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: at.clientWidth, height: HEIGHT }));
    watch.observe(at);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [isDark]);

  useEffect(() => {
    const end = history.at(-1)?.at ?? 0;
    span.current = [Math.min(history[0]?.at ?? end, end - LEAST_S), end];
    plot.current?.setData([
      history.map((one) => one.at),
      history.map((one) => one.talking),
      history.map((one) => one.ready),
      history.map((one) => one.ringing),
      history.map((one) => one.waiting),
    ]);
  }, [history, isDark]);

  return <div ref={place} className="chart" role="img" aria-label="Agents talking and waiting, calls ringing and persons waiting, over the last minutes" />;
}
