import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../", import.meta.url);
const sizeOf = (name) => statSync(new URL(name, folder)).size;
const sum = (names) => names.map(sizeOf).reduce((all, size) => all + size, 0);

test("a page is small: the style sheet, the scripts and the outlines of the map have limits", () => {
  const files = readdirSync(folder);
  assert.ok(sum(files.filter((name) => name.endsWith(".css"))) < 30_000);
  assert.ok(sum(files.filter((name) => name.endsWith(".js"))) < 40_000);
  assert.ok(sizeOf("map-data.bin") < 300_000);
});
