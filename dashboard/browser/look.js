/** How figures look on this page: its typeface, its ink and its lines, read from the theme, beneath what a figure sets. */

const TOUCH = window.matchMedia("(pointer: coarse)");

/** The figure with the page's look; on a mouse, dragging over a time axis brushes. */
export function themed({ data, layout }, node, { brushes }) {
  const canBrush = brushes && !TOUCH.matches;
  return {
    data,
    layout: {
      ...layout,
      autosize: false,
      template: { layout: template(getComputedStyle(node.parentElement ?? document.body)) },
      dragmode: canBrush ? "select" : false,
      selectdirection: "h",
      newselection: { line: { width: 1, dash: "dot" } },
      uirevision: "board",
    },
  };
}

export function configOf({ code, format }) {
  const locales = { [code]: { dictionary: {}, format } };
  return { displayModeBar: false, scrollZoom: false, doubleClick: false, locale: code, locales };
}

function template(page) {
  const ink = page.getPropertyValue("--st-text-color").trim() || page.color;
  const line = page.getPropertyValue("--st-border-color").trim() || "#888";
  const ground = page.getPropertyValue("--st-background-color").trim() || "#fff";
  const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, tickcolor: line, tickfont: { size: 12 } };
  return {
    font: { family: page.fontFamily, color: ink, size: 12 },
    xaxis: { ...axis, showgrid: false, title: { font: { size: 12 } } },
    yaxis: { ...axis, title: { font: { size: 12 } } },
    hoverlabel: { bgcolor: ground, bordercolor: line, font: { family: page.fontFamily, color: ink, size: 12.5 } },
    legend: { font: { size: 12 }, title: { text: "" } },
    margin: { t: 8, r: 12, b: 8, l: 8 },
  };
}
