// Selecting nights of a month: from one to another with Shift, by dragging, a weekday by its heading, by the keyboard.

export const DAYS_OF_WEEK = 7;

/** The index at which an arrow key arrives in a month of so many nights. */
export function arrived(key, index, count) {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -DAYS_OF_WEEK, ArrowDown: DAYS_OF_WEEK }[key];
  const next = index + step;
  return step !== undefined && next >= 0 && next < count ? next : index;
}

/** The indexes from one to another, in either direction. */
export function range(from, to) {
  const first = Math.min(from, to);
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => first + step);
}

/** How a number of selected nights is said. */
export const told = (count) => (count === 0 ? "No night selected" : count === 1 ? "1 night selected" : `${count} nights selected`);

class Calendar {
  constructor(table) {
    this.cells = [...table.querySelectorAll("td[data-date]")];
    this.output = table.closest("form")?.querySelector("[data-selected]");
    this.last = 0;
    table.addEventListener("click", (event) => this.click(event));
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("change", () => this.tell());
    table.addEventListener("pointerdown", (event) => this.press(event));
    table.addEventListener("pointerover", (event) => this.drag(event));
    addEventListener("pointerup", () => (this.dragged = null));
    this.tell();
  }

  boxOf(index) {
    return this.cells[index]?.querySelector("input[type=checkbox]");
  }

  indexOf(target) {
    return this.cells.indexOf(target.closest?.("td[data-date]"));
  }

  set(from, to, checked) {
    for (const index of range(from, to)) {
      const box = this.boxOf(index);
      if (box) box.checked = checked;
    }
    this.tell();
  }

  click(event) {
    const index = this.indexOf(event.target);
    const box = this.boxOf(index);
    if (!box || event.target !== box) return;
    if (event.shiftKey) this.set(this.last, index, box.checked);
    this.last = index;
  }

  key(event) {
    const index = this.indexOf(event.target);
    const next = arrived(event.key, index, this.cells.length);
    if (index < 0 || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const box = this.boxOf(next);
    if (!box) return;
    if (event.shiftKey) this.set(index, next, true);
    box.focus();
    this.last = next;
  }

  press(event) {
    const index = this.indexOf(event.target);
    const box = this.boxOf(index);
    if (!box || event.pointerType === "touch" || event.button !== 0) return;
    this.dragged = { from: index, checked: !box.checked, moved: false };
  }

  drag(event) {
    const index = this.indexOf(event.target);
    if (!this.dragged || index < 0 || (index === this.dragged.from && !this.dragged.moved)) return;
    this.dragged.moved = true;
    this.set(this.dragged.from, index, this.dragged.checked);
    this.last = index;
  }

  tell() {
    if (!this.output) return;
    this.output.textContent = told(this.cells.filter((_, index) => this.boxOf(index)?.checked).length);
  }
}

if (globalThis.document) for (const table of document.querySelectorAll("table.month")) new Calendar(table);
