/** How figures look on this page: its typeface, ink and lines, beneath what a figure sets itself. */

const NARROWEST = 24; // pixels of a cell that two digits can be read in
const AXIS = 110; // pixels for the names beside the cells, about
const TOUCH = window.matchMedia("(pointer: coarse)");

const COLOURS = ["link-color", "border-color", "background-color", "text-color"];

export class Look {
  /** Streamlit writes its theme as variables on the element of a component. */
  constructor(element, { code, format }) {
    const style = getComputedStyle(element);
    const named = (name) => style.getPropertyValue(`--st-${name}`).trim();
    this.named = named;
    this.template = { layout: template(style.fontFamily, named) };
    this.config = {
      displayModeBar: false,
      scrollZoom: false,
      doubleClick: false,
      doubleClickDelay: 0,
      locale: code,
      locales: { [code]: { dictionary: {}, format } },
    };
    this.id = `${code} ${named("text-color")} ${named("background-color")}`;
    this.ground = named("background-color");
    this.isDark = style.colorScheme.includes("dark");
  }

  /** Numbers in cells that are too narrow to read them go; a tap on a cell and the table tell them. */
  data(traces, width) {
    const cells = traces.filter(({ meta }) => meta === "cells");
    const columns = Math.max(0, ...cells.map(({ z }) => z?.[0].length ?? 0));
    if (!columns || (width - AXIS) / columns >= NARROWEST) return traces;
    return traces.map((trace) => (cells.includes(trace) ? { ...trace, texttemplate: "", text: null } : trace));
  }

  /** The theme's colours for what of ours stands elsewhere on the page. */
  spread(page) {
    for (const name of COLOURS) page.style.setProperty(`--board-${name}`, this.named(name));
  }

  /** With a mouse, dragging over a time axis brushes; on a touch screen it scrolls the page. */
  layout(own, { brushes, width }) {
    const brush = { dragmode: "select", selectdirection: "h", newselection: { line: { width: 1, dash: "dot" } } };
    return {
      ...own,
      ...(brushes && !TOUCH.matches ? brush : { dragmode: false }),
      autosize: false,
      width,
      template: this.template,
    };
  }
}

function template(family, named) {
  const ink = named("text-color");
  const [strong, soft] = [named("border-color"), named("border-color-light")];
  const axis = { gridcolor: soft, zerolinecolor: strong, linecolor: strong, tickcolor: strong, tickfont: { size: 12 } };
  const title = { font: { size: 12 } };
  return {
    font: { family, color: ink, size: 12 },
    xaxis: { ...axis, showgrid: false, title },
    yaxis: { ...axis, title },
    hoverlabel: { bgcolor: named("background-color"), bordercolor: strong, font: { family, color: ink, size: 12.5 } },
    legend: { font: { size: 12 } },
  };
}
