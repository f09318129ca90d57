/** The areas of a map as marks: a filled outline stands for what its series' `meta` lists, and lies where it is filled. */

/** Of a series and its points, or none where the series is no area. */
export function areasOf(node, trace, points) {
  if (!Array.isArray(trace.meta) || trace.fill !== "toself") return [];
  const rings = ringsOf(node, points);
  const [x, y] = ["x", "y"].map((letter) => spanOf(rings.flat(), letter));
  const middle = insideOf(rings, (y[0] + y[1]) / 2);
  if (!middle) return [];
  const holds = (across, down) => isBetween(crossings(rings, down), across);
  return [{ curve: trace.index, number: 0, data: trace.meta, ...middle, wide: x[1] - x[0], high: y[1] - y[0], lies: "both", holds }];
}

/** Its closed lines, in pixels of the chart; a gap ends one. */
function ringsOf(node, points) {
  const { xaxis, yaxis } = node._fullLayout;
  const rings = [[]];
  for (const { x, y } of points) {
    if (Number.isFinite(x) && Number.isFinite(y)) rings.at(-1).push({ x: xaxis._offset + xaxis.c2p(x), y: yaxis._offset + yaxis.c2p(y) });
    else rings.push([]);
  }
  return rings;
}

function spanOf(points, letter) {
  const places = points.map((point) => point[letter]);
  return [Math.min(...places), Math.max(...places)];
}

/** Half-way up and in the widest part there, so that it is filled however the outline bends. */
function insideOf(rings, y) {
  const across = crossings(rings, y);
  const parts = across.filter((_, place) => place % 2 === 0).map((from, place) => [from, across[2 * place + 1]]);
  const [from, to] = parts.sort((one, other) => other[1] - other[0] - (one[1] - one[0]))[0] ?? [];
  return from === undefined ? null : { x: (from + to) / 2, y };
}

/** Where a level line enters and leaves, from the left. */
function crossings(rings, y) {
  const sides = rings.flatMap((ring) => ring.slice(1).map((point, place) => [ring[place], point]));
  const met = sides.filter(([one, other]) => one.y <= y !== other.y <= y);
  return met.map(([one, other]) => one.x + ((y - one.y) / (other.y - one.y)) * (other.x - one.x)).sort((one, other) => one - other);
}

const isBetween = (across, x) => across.filter((place) => place <= x).length % 2 === 1;
