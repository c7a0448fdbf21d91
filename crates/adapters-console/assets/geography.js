// The geometry of the map: Mercator's projection, views, clusters, labels, and the format of `map-data.bin`. Plain functions
// without a document, so that Node.js tests them.
//
// A position in the world is {x, y}, each from 0 to 1, as web maps have it: x from 180° W, y from the north. A view is
// {x, y, zoom, width, height}: the position in its middle, and its size in pixels.

/** The pixels of the whole world at zoom 0. */
const TILE = 256;
/** The latitude at which the square world ends. */
const EDGE = 85.0511287798;
/** Kilometres; the radius of the sphere with which the service measures distances. */
const EARTH = 6371.0088;
/** The steps of a degree in `map-data.bin`, as in `make-map`. */
const STEPS = 500;

const radians = (degrees) => (degrees * Math.PI) / 180;
const degrees = (angle) => (angle * 180) / Math.PI;
const between = (least, value, most) => Math.min(Math.max(value, least), most);
/** The part of a number that a world around the globe has of it: 0 ≤ x < 1. */
const turned = (x) => x - Math.floor(x);

export function project(lat, lng) {
  const sine = Math.sin(radians(between(-EDGE, lat, EDGE)));
  return { x: (lng + 180) / 360, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

export function unproject({ x, y }) {
  return { lat: degrees(Math.atan(Math.sinh(Math.PI * (1 - 2 * y)))), lng: turned(x) * 360 - 180 };
}

/** The pixels of the whole world at a zoom. */
export const scaleOf = (zoom) => TILE * 2 ** zoom;

/** The view with its zoom and its middle inside the bounds; the world is never smaller than the view. */
export function bounded(view, mostZoom) {
  const least = Math.log2(Math.max(view.width, view.height, 1) / TILE);
  const zoom = between(least, view.zoom, Math.max(least, mostZoom));
  const half = view.height / scaleOf(zoom) / 2;
  return { ...view, zoom, x: turned(view.x), y: between(half, view.y, 1 - half) };
}

/** The pixel of a position in the view, on the copy of the world that is nearest to its middle. */
export function pixel(view, { x, y }) {
  const scale = scaleOf(view.zoom);
  const along = turned(x - view.x + 0.5) - 0.5;
  return { x: view.width / 2 + along * scale, y: view.height / 2 + (y - view.y) * scale };
}

/** The view after a change of zoom that leaves the position at a pixel where it is. */
export function zoomed(view, zoom, at) {
  const dx = at.x - view.width / 2;
  const dy = at.y - view.height / 2;
  const change = 1 / scaleOf(view.zoom) - 1 / scaleOf(zoom);
  return { ...view, zoom, x: view.x + dx * change, y: view.y + dy * change };
}

/** The view moved by pixels. */
export function panned(view, dx, dy) {
  const scale = scaleOf(view.zoom);
  return { ...view, x: view.x + dx / scale, y: view.y + dy / scale };
}

/** The boxes of latitude and longitude that a view shows, with a margin: two where it crosses the 180th meridian. */
export function boxes(view, margin = 0) {
  const scale = scaleOf(view.zoom);
  const dx = (view.width / scale / 2) * (1 + margin);
  const dy = (view.height / scale / 2) * (1 + margin);
  const { lat: north } = unproject({ x: 0, y: Math.max(view.y - dy, 0) });
  const { lat: south } = unproject({ x: 0, y: Math.min(view.y + dy, 1) });
  if (dx >= 0.5) return [{ south, west: -180, north, east: 180 }];
  const west = turned(view.x - dx) * 360 - 180;
  const east = turned(view.x + dx) * 360 - 180;
  if (west <= east) return [{ south, west, north, east }];
  return [
    { south, west, north, east: 180 },
    { south, west: -180, north, east },
  ];
}

/** Whether all of the boxes lie in these. */
export function covers(outer, inner) {
  const inside = (a, b) => a.south >= b.south && a.north <= b.north && a.west >= b.west && a.east <= b.east;
  return inner.every((box) => outer.some((other) => inside(box, other)));
}

/** The view of a size that shows all of the positions. */
export function fitting(positions, size, mostZoom) {
  const first = positions[0].x;
  // Relative to the first, because a group may lie on both sides of the 180th meridian.
  const xs = positions.map(({ x }) => turned(x - first + 0.5) - 0.5);
  const ys = positions.map(({ y }) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const share = Math.max((right - left) / (size.width * 0.7), (bottom - top) / (size.height * 0.7));
  const zoom = share > 0 ? Math.log2(1 / share / TILE) : mostZoom;
  return bounded({ ...size, x: first + (left + right) / 2, y: (top + bottom) / 2, zoom }, mostZoom);
}

/** The radius in kilometres of the largest circle that a view shows whole. */
export function radiusOf(view) {
  const { lat } = unproject(view);
  const around = 2 * Math.PI * EARTH * Math.cos(radians(lat));
  return (Math.min(view.width, view.height) / 2 / scaleOf(view.zoom)) * around;
}

/** The zoom at which a view of a size shows a circle around the latitude. */
export function zoomOf(radius, lat, size) {
  const around = 2 * Math.PI * EARTH * Math.cos(radians(lat));
  return Math.log2(((Math.min(size.width, size.height) / 2) * around) / (radius * TILE));
}

/** The positions of a circle on the globe. */
export function circle(lat, lng, radius, corners = 72) {
  const angle = radius / EARTH;
  const [sine, cosine] = [Math.sin(radians(lat)), Math.cos(radians(lat))];
  return Array.from({ length: corners }, (_, corner) => {
    const bearing = (2 * Math.PI * corner) / corners;
    const up = sine * Math.cos(angle) + cosine * Math.sin(angle) * Math.cos(bearing);
    const across = Math.atan2(Math.sin(bearing) * Math.sin(angle) * cosine, Math.cos(angle) - sine * up);
    return project(degrees(Math.asin(up)), lng + degrees(across));
  });
}

/**
 * The groups of markers that are drawn as one at a zoom: {x, y, members}. Markers have positions. Groups are made in cells of
 * the world, not of the view, so that they stay while one pans; then those that would overlap are joined. They come in the order
 * of reading: from the top, then from the left.
 */
export function clusters(markers, zoom, cell = 80) {
  const scale = scaleOf(Math.floor(zoom)) / cell;
  const cells = new Map();
  for (const marker of markers) {
    const [column, row] = [Math.floor(marker.x * scale), Math.floor(marker.y * scale)];
    const key = row * 0x4000000 + column;
    const found = cells.get(key);
    if (found) {
      found.x += marker.x;
      found.y += marker.y;
      found.members.push(marker);
    } else {
      cells.set(key, { x: marker.x, y: marker.y, row, column, members: [marker] });
    }
  }
  for (const group of cells.values()) {
    group.x /= group.members.length;
    group.y /= group.members.length;
  }
  const largestFirst = [...cells.values()].sort((a, b) => b.members.length - a.members.length || a.row - b.row || a.column - b.column);
  for (const group of largestFirst) {
    if (!group.members.length) continue;
    for (let row = group.row - 1; row <= group.row + 1; row++) {
      for (let column = group.column - 1; column <= group.column + 1; column++) {
        const other = cells.get(row * 0x4000000 + column);
        if (!other?.members.length || other === group) continue;
        if (Math.hypot(other.x - group.x, other.y - group.y) * scale < 0.55) join(group, other);
      }
    }
  }
  const groups = largestFirst.filter((group) => group.members.length);
  return groups.sort((a, b) => a.row - b.row || a.x - b.x).map(({ x, y, members }) => ({ x, y, members }));
}

function join(group, other) {
  const all = group.members.length + other.members.length;
  group.x += ((other.x - group.x) * other.members.length) / all;
  group.y += ((other.y - group.y) * other.members.length) / all;
  group.members = group.members.concat(other.members);
  other.members = [];
}

/** Reads `map-data.bin`, whose format `make-map` says. */
export function decode(buffer) {
  const bytes = new Uint8Array(buffer);
  const text = new TextDecoder();
  let at = 0;
  const number = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const zigzag = () => {
    const value = number();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  const positionOf = (column, row) => project(row / STEPS - 90, column / STEPS - 180);
  const lines = () =>
    Array.from({ length: number() }, () => {
      const count = number();
      const line = { xs: new Float64Array(count), ys: new Float64Array(count), left: 1, right: 0, top: 1, bottom: 0 };
      let [column, row] = [number(), number()];
      for (let index = 0; index < count; index++) {
        if (index) {
          column += zigzag();
          row += zigzag();
        }
        const { x, y } = positionOf(column, row);
        line.xs[index] = x;
        line.ys[index] = y;
        line.left = Math.min(line.left, x);
        line.right = Math.max(line.right, x);
        line.top = Math.min(line.top, y);
        line.bottom = Math.max(line.bottom, y);
      }
      return line;
    });
  const names = () =>
    Array.from({ length: number() }, () => {
      const length = number();
      const name = text.decode(bytes.subarray(at, (at += length)));
      return { name, ...positionOf(number(), number()) };
    });
  const [land, borders] = [lines(), lines()];
  const [countries, places] = [names(), names()];
  return { land, borders, countries, places };
}

/**
 * Gives `move` and `line` the pixels of a line (`xs`, `ys`) of which a view may show something. Points that change nothing are left
 * out: those within a pixel of the one before, and runs that stay on one side of the view.
 */
export function trace(outline, view, move, line) {
  const scale = scaleOf(view.zoom);
  const last = outline.xs.length - 1;
  let sides = 0;
  let [keptX, keptY, skipped] = [0, 0, -1];
  const at = (index) => [(outline.xs[index] - view.x) * scale + view.width / 2, (outline.ys[index] - view.y) * scale + view.height / 2];
  for (let index = 0; index <= last; index++) {
    const [x, y] = at(index);
    const here = (x < 0 ? 1 : x > view.width ? 2 : 0) | (y < 0 ? 4 : y > view.height ? 8 : 0);
    if (index === 0) {
      move(x, y);
    } else if (index < last && sides & here) {
      sides &= here;
      skipped = index;
      continue;
    } else if (index < last && skipped < 0 && Math.abs(x - keptX) < 1 && Math.abs(y - keptY) < 1) {
      continue;
    } else {
      if (skipped >= 0) line(...at(skipped));
      line(x, y);
    }
    skipped = -1;
    sides = here;
    [keptX, keptY] = [x, y];
  }
}

/** The copies of the world, as shifts of x, on which a view shows something of a line. */
export function copies(outline, view) {
  const scale = scaleOf(view.zoom);
  const [dx, dy] = [view.width / scale / 2, view.height / scale / 2];
  if (outline.bottom < view.y - dy || outline.top > view.y + dy) return [];
  return [-1, 0, 1].filter((copy) => outline.right + copy >= view.x - dx && outline.left + copy <= view.x + dx);
}

/** How many names of a list, the most important first, may stand on a map of a zoom. */
export const countriesAt = (zoom) => (zoom > 8 ? 0 : Math.round(12 * 2 ** (zoom - 1)));
export const placesAt = (zoom) => (zoom < 3 ? 0 : Math.round(30 * 2.4 ** (zoom - 3)));

/** The names that fit beside each other: {name, x, y} in pixels. `widthOf` measures a name; `taken` collects their rectangles. */
export function labels(names, count, view, widthOf, height, taken) {
  const chosen = [];
  for (const name of names.slice(0, count)) {
    const { x, y } = pixel(view, name);
    if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
    const half = widthOf(name.name) / 2 + 6;
    const box = { left: x - half, right: x + half, top: y - height, bottom: y + height };
    const hits = (other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top;
    if (taken.some(hits)) continue;
    taken.push(box);
    chosen.push({ name: name.name, x, y });
  }
  return chosen;
}

/** The tiles of a tile server that a view shows: {z, x, y, left, top, size} with the last three in pixels. */
export function tiles(view, mostZoom = 19) {
  const z = between(0, Math.round(view.zoom), mostZoom);
  const scale = scaleOf(view.zoom);
  const size = scale / 2 ** z;
  const left = view.x * scale - view.width / 2;
  const top = view.y * scale - view.height / 2;
  const found = [];
  for (let row = Math.max(0, Math.floor(top / size)); row * size < top + view.height && row < 2 ** z; row++) {
    for (let column = Math.floor(left / size); column * size < left + view.width; column++) {
      const x = ((column % 2 ** z) + 2 ** z) % 2 ** z;
      found.push({ z, x, y: row, left: column * size - left, top: row * size - top, size });
    }
  }
  return found;
}
