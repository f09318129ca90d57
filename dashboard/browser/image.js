/** Saves a chart as a picture: as it is drawn, with its question above it and its ground behind it. */

const FORMATS = ["svg", "png"];
const HEADING = 44; // pixels above the chart, for its question
const SHARPNESS = { svg: 1, png: 2 };

/** The buttons; `label` says what they do, before the name of the format. */
export function savers(label, save) {
  const box = document.createElement("div");
  box.className = "board-save";
  box.append(...FORMATS.map((format) => button(`${label} ${format.toUpperCase()}`, format, save)));
  return box;
}

function button(label, format, save) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = format.toUpperCase();
  made.title = label;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", () => save(format));
  return made;
}

export async function saveImage(library, node, { format, title, name, look }) {
  const { width, height, margin } = node.layout;
  const layout = {
    ...node.layout,
    title: { text: title, x: 0, xref: "paper", y: 1, yref: "container", yanchor: "top", pad: { t: 14 }, font: { size: 15 } },
    height: height + HEADING,
    margin: { ...margin, t: margin.t + HEADING },
    paper_bgcolor: look.ground,
  };
  const figure = { data: node.data, layout, config: look.config };
  const size = { width, height: height + HEADING, scale: SHARPNESS[format] };
  const link = document.createElement("a");
  link.href = await library.toImage(figure, { format, ...size });
  link.download = `${name}.${format}`;
  link.click();
}
