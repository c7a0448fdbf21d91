import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as geography from "../geography.js";

const size = { width: 800, height: 400 };
const viewOf = (lat, lng, zoom) => ({ ...size, ...geography.project(lat, lng), zoom });
const marker = (lat, lng) => ({ lat, lng, ...geography.project(lat, lng) });
const close = (found, expected, tolerance = 1e-6) =>
  assert.ok(Math.abs(found - expected) < tolerance, `${found} is not about ${expected}`);
/** A repeatable random number from 0 to 1. */
const randomly = (seed) => () => (seed = (seed * 16807) % 2147483647) / 2147483647;

test("the middle of the world is where the equator meets Greenwich", () => {
  assert.deepEqual(geography.project(0, 0), { x: 0.5, y: 0.5 });
});

test("a projected position leads back to its latitude and longitude", () => {
  for (const [lat, lng] of [[40.7128, -74.006], [-33.87, 151.2], [85, -180], [-85, 179.99], [0, 0]]) {
    const back = geography.unproject(geography.project(lat, lng));
    close(back.lat, lat);
    close(back.lng, lng);
  }
});

test("the poles are drawn at the edges of the world", () => {
  close(geography.project(90, 0).y, 0);
  close(geography.project(-90, 0).y, 1);
});

test("a zoom of one more doubles the world", () => {
  assert.equal(geography.scaleOf(0), 256);
  assert.equal(geography.scaleOf(3), 2048);
});

test("the middle of a view is in the middle of its pixels", () => {
  const view = viewOf(40, -74, 9);
  assert.deepEqual(geography.pixel(view, view), { x: 400, y: 200 });
});

test("a position beyond the 180th meridian is drawn beside those before it", () => {
  const view = viewOf(-18, 179.9, 8);
  const fiji = geography.pixel(view, geography.project(-18, -179.9));
  assert.ok(fiji.x > 400 && fiji.x < 800, `${fiji.x}`);
});

test("zooming leaves the position under the pointer where it is", () => {
  const view = viewOf(48, 11, 6);
  const at = { x: 130, y: 310 };
  const near = geography.zoomed(view, 9, at);
  const position = geography.panned(view, at.x - 400, at.y - 200);
  const pixel = geography.pixel(near, position);
  close(pixel.x, at.x);
  close(pixel.y, at.y);
});

test("a view never shows beyond the poles, nor more than one world", () => {
  const far = geography.bounded({ ...size, x: 1.25, y: -3, zoom: -5 }, 12);
  assert.equal(far.x, 0.25);
  close(geography.scaleOf(far.zoom), 800);
  close(far.y, 0.25);
  assert.equal(geography.bounded({ ...size, x: 0, y: 0.5, zoom: 30 }, 12).zoom, 12);
});

test("a view asks for its box", () => {
  const [box, ...others] = geography.boxes(viewOf(40, -74, 10));
  assert.equal(others.length, 0);
  assert.ok(box.south < 40 && box.north > 40 && box.west < -74 && box.east > -74);
  close(box.east - box.west, (800 / geography.scaleOf(10)) * 360);
});

test("a view across the 180th meridian asks for two boxes", () => {
  const [west, east] = geography.boxes(viewOf(-18, 179.9, 8));
  assert.equal(west.east, 180);
  assert.equal(east.west, -180);
  assert.ok(west.west < 179 && east.east > -180);
});

test("a view of the whole world asks for all longitudes", () => {
  const [box] = geography.boxes({ ...size, x: 0.3, y: 0.5, zoom: Math.log2(800 / 256) });
  assert.deepEqual([box.west, box.east], [-180, 180]);
});

test("what was asked for with a margin covers a short way, and not a long one", () => {
  const view = viewOf(40, -74, 10);
  const asked = geography.boxes(view, 0.3);
  assert.ok(geography.covers(asked, geography.boxes(geography.panned(view, 100, 50))));
  assert.ok(!geography.covers(asked, geography.boxes(geography.panned(view, 200, 0))));
});

test("a fitting view shows all of its positions, on both sides of the 180th meridian too", () => {
  const positions = [marker(-17, 178), marker(-18, -179), marker(-16, 179)];
  const view = geography.fitting(positions, size, 12);
  for (const position of positions) {
    const { x, y } = geography.pixel(view, position);
    assert.ok(x > 0 && x < 800 && y > 0 && y < 400, `${x}, ${y}`);
  }
  assert.ok(view.zoom > 5, "it is no larger than it must be");
});

test("a fitting view of one position is the nearest", () => {
  assert.equal(geography.fitting([marker(10, 10)], size, 12).zoom, 12);
});

test("a radius and the zoom that shows it agree", () => {
  const zoom = geography.zoomOf(50, 40.7, size);
  close(geography.radiusOf(viewOf(40.7, -74, zoom)), 50, 1e-3);
});

test("a circle is everywhere as far from its middle as its radius", () => {
  for (const corner of geography.circle(60, 179, 200)) {
    const { lat, lng } = geography.unproject(corner);
    const radians = (degrees) => (degrees * Math.PI) / 180;
    const sine = Math.sin(radians(60)) * Math.sin(radians(lat));
    const cosine = Math.cos(radians(60)) * Math.cos(radians(lat)) * Math.cos(radians(lng - 179));
    close(Math.acos(sine + cosine) * 6371.0088, 200, 0.01);
  }
});

test("no marker is lost or counted twice by clusters", () => {
  const random = randomly(5);
  const markers = Array.from({ length: 5000 }, () => marker(random() * 160 - 80, random() * 360 - 180));
  for (const zoom of [0, 2.5, 5, 9]) {
    const members = geography.clusters(markers, zoom).flatMap((group) => group.members);
    assert.equal(members.length, markers.length);
    assert.equal(new Set(members).size, markers.length);
  }
});

test("markers of one place are one cluster at every zoom, and its position is theirs", () => {
  const markers = [marker(51.5, -0.1), marker(51.5, -0.1), marker(51.5, -0.1)];
  const [group, ...others] = geography.clusters(markers, 18);
  assert.equal(others.length, 0);
  assert.equal(group.members.length, 3);
  close(group.x, markers[0].x);
});

test("markers on both sides of an edge of cells are one cluster", () => {
  const edge = 80 / geography.scaleOf(6);
  const markers = [{ x: edge * 10 - 1e-6, y: 0.3 }, { x: edge * 10 + 1e-6, y: 0.3 }];
  assert.equal(geography.clusters(markers, 6).length, 1);
});

test("clusters come apart as one zooms in", () => {
  const markers = [marker(51.5, -0.1), marker(51.6, 0.1)];
  assert.equal(geography.clusters(markers, 6).length, 1);
  assert.equal(geography.clusters(markers, 12).length, 2);
});

test("clusters stay while one pans: they depend on the markers and the whole zoom only", () => {
  const random = randomly(7);
  const markers = Array.from({ length: 300 }, () => marker(random() * 10, random() * 10));
  assert.deepEqual(geography.clusters(markers, 7), geography.clusters(markers, 7.9));
});

test("clusters are read from the top, then from the left", () => {
  const markers = [marker(10, 10), marker(50, 100), marker(50, -100)];
  const order = geography.clusters(markers, 4).map((group) => group.members[0]);
  assert.deepEqual(order, [markers[2], markers[1], markers[0]]);
});

test("a traced line leaves out what changes nothing, and keeps its ends", () => {
  const xs = Float64Array.from({ length: 1000 }, (_, index) => index / 999);
  const ys = xs.map(() => 0.5);
  const found = [];
  geography.trace({ xs, ys }, viewOf(0, 0, 6), (x, y) => found.push([x, y]), (x, y) => found.push([x, y]));
  assert.ok(found.length < 120, `${found.length} points`);
  close(found[0][0], 400 - geography.scaleOf(6) / 2);
  close(found.at(-1)[0], 400 + geography.scaleOf(6) / 2);
  assert.ok(found.some(([x]) => x >= 0 && x <= 800), "what is in view is drawn");
});

test("a traced ring around the view stays around it", () => {
  const xs = Float64Array.from([0.1, 0.5, 0.9, 0.9, 0.9, 0.5, 0.1, 0.1, 0.1]);
  const ys = Float64Array.from([0.1, 0.1, 0.1, 0.5, 0.9, 0.9, 0.9, 0.5, 0.1]);
  const found = [];
  geography.trace({ xs, ys }, viewOf(0, 0, 5), (x, y) => found.push([x, y]), (x, y) => found.push([x, y]));
  const crossings = found.filter(([x, y], index) => {
    const [x2, y2] = found[(index + 1) % found.length];
    return y < 200 !== y2 < 200 && x + ((200 - y) / (y2 - y)) * (x2 - x) > 400;
  });
  assert.equal(crossings.length % 2, 1, "the middle of the view is inside");
});

test("labels do not overlap, and the most important ones stay", () => {
  const names = [{ name: "first", ...geography.project(40, -74) }, { name: "second", ...geography.project(40.001, -74) }, { name: "third", ...geography.project(40.2, -74) }];
  const found = geography.labels(names, 3, viewOf(40, -74, 10), () => 40, 10, []);
  assert.deepEqual(found.map(({ name }) => name), ["first", "third"]);
});

test("tiles cover the view once", () => {
  const found = geography.tiles(viewOf(40, -74, 5.4));
  assert.ok(found.every(({ z, x, y }) => z === 5 && x >= 0 && x < 32 && y >= 0 && y < 32));
  assert.ok(Math.min(...found.map(({ left }) => left)) <= 0 && Math.max(...found.map(({ left, size: wide }) => left + wide)) >= 800);
  assert.equal(new Set(found.map(({ x, y }) => `${x}/${y}`)).size, found.length);
});

test("fifty thousand markers become a few dozen groups", () => {
  const random = randomly(11);
  const markers = Array.from({ length: 50_000 }, () => marker(40 + random(), -74 + random()));
  const groups = geography.clusters(markers, 9);
  // The number of groups, and so of buttons, follows from the size of the view, not from the number of markers.
  assert.ok(groups.length < 60, `${groups.length} groups`);
});

test("the file of outlines has the world in it", () => {
  const file = readFileSync(new URL("../map-data.bin", import.meta.url));
  assert.ok(file.length < 300_000, `${file.length} bytes`);
  const { land, borders, countries, places } = geography.decode(new Uint8Array(file).buffer);
  assert.ok(land.length > 1000 && borders.length > 200 && countries.length > 200 && places.length > 4000);
  const names = places.slice(0, 50).map(({ name }) => name);
  for (const name of ["Tokyo", "New York", "Paris", "São Paulo"]) assert.ok(names.includes(name), name);
  const paris = geography.unproject(places.find(({ name }) => name === "Paris"));
  close(paris.lat, 48.86, 0.1);
  close(paris.lng, 2.35, 0.1);
  const inside = (lat, lng) => {
    const { x, y } = geography.project(lat, lng);
    let crossings = 0;
    for (const { xs, ys } of land) {
      for (let index = 0, before = xs.length - 1; index < xs.length; before = index++) {
        const across = ys[index] > y !== ys[before] > y;
        if (across && x < ((xs[before] - xs[index]) * (y - ys[index])) / (ys[before] - ys[index]) + xs[index]) crossings++;
      }
    }
    return crossings % 2 === 1;
  };
  for (const [lat, lng] of [[48.5, 2], [39, -98], [-25, 135], [51, 10], [-15, -55], [20, 78]]) assert.ok(inside(lat, lng), `${lat}, ${lng} is land`);
  for (const [lat, lng] of [[0, -30], [45, -40], [-30, 90], [42, 51], [30, -140], [35, 18]]) assert.ok(!inside(lat, lng), `${lat}, ${lng} is water`);
});
