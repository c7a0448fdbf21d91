import assert from "node:assert/strict";
import { test } from "node:test";
import { arrived, range, told } from "../calendar.js";

test("arrows go to the neighbours and to the same day of the week before and after", () => {
  assert.equal(arrived("ArrowLeft", 10, 31), 9);
  assert.equal(arrived("ArrowRight", 10, 31), 11);
  assert.equal(arrived("ArrowUp", 10, 31), 3);
  assert.equal(arrived("ArrowDown", 10, 31), 17);
});

test("no arrow leads out of the month, and other keys lead nowhere", () => {
  assert.equal(arrived("ArrowLeft", 0, 31), 0);
  assert.equal(arrived("ArrowDown", 30, 31), 30);
  assert.equal(arrived("Enter", 5, 31), 5);
});

test("a range has both of its ends, in either direction", () => {
  assert.deepEqual(range(3, 6), [3, 4, 5, 6]);
  assert.deepEqual(range(6, 3), [3, 4, 5, 6]);
  assert.deepEqual(range(4, 4), [4]);
});

test("the number of nights is said in English", () => {
  assert.deepEqual([0, 1, 2].map(told), ["No night selected", "1 night selected", "2 nights selected"]);
});
