/** Legends that are text under their chart: an entry filters as its series' marks do. */

import { pointsOf } from "./gestures.js";

export function legendGesture(event, charts) {
  const entry = event.target.closest?.("[data-legend]");
  const chart = entry && charts.get(entry.dataset.legend);
  const [point] = chart?.drawn ? pointsOf(chart.node.data, Number(entry.dataset.series)) : [];
  if (!point) return;
  const { left, bottom } = entry.getBoundingClientRect();
  const wantsMenu = event.type === "contextmenu" || (event.key === "Enter" && event.shiftKey);
  if (wantsMenu) chart.openMenu(point.customdata, { x: left, y: bottom, focus: entry, isSeries: true });
  else if (event.type === "click") chart.gestures.click(chart.id, [point]);
  else return;
  event.preventDefault();
}
