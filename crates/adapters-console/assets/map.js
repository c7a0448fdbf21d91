// The map of the listings that can be imported: a canvas with the outlines, and a button for each marker or group of markers in
// view. `geography.js` computes; this file draws, listens and asks the server.

import * as geography from "./geography.js";

/** Milliseconds without a movement before the server is asked for markers. */
const PAUSE = 200;
/** What is asked for beyond the view, as a share of it, so that a short way needs no request. */
const MARGIN = 0.3;
/** The largest radius that the service searches in, in kilometres. */
const LARGEST_RADIUS = 1000;
const COMPACT = new Intl.NumberFormat("en", { notation: "compact" });

class ListingMap {
  constructor(root) {
    this.root = root;
    this.mostZoom = root.dataset.tiles ? 18 : 13;
    this.markers = [];
    this.asked = null;
    this.chosen = new Map();
    this.images = new Map();
    this.build();
    this.view = this.resized({ x: 0.5, y: 0.4, zoom: 2 });
    const { lat, lng, radius } = root.dataset;
    this.searched = lat && lng && { lat: Number(lat), lng: Number(lng), radius: Number(radius) || 50 };
    if (this.searched) this.goTo(this.searched);
    this.listen();
    this.show();
    this.loadOutlines();
  }

  build() {
    const { root } = this;
    const element = (name, properties = {}, parent = root) => parent.appendChild(Object.assign(document.createElement(name), properties));
    this.canvas = element("canvas", { tabIndex: 0 });
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", "Map. Arrow keys move it, plus and minus zoom. The Tab key goes to the listings on it.");
    this.context = this.canvas.getContext("2d");
    this.layer = element("div", { className: "markers" });
    const controls = element("div", { className: "controls" });
    const control = (text, name, act) => {
      const button = element("button", { type: "button", className: "quiet", textContent: text, title: name }, controls);
      button.setAttribute("aria-label", name);
      button.addEventListener("click", act);
    };
    control("+", "Zoom in", () => this.zoomBy(1));
    control("−", "Zoom out", () => this.zoomBy(-1));
    control("⌕", "Search here", () => this.searchHere());
    this.told = element("p", { className: "told" });
    this.told.setAttribute("role", "status");
    this.panel = element("div", { className: "choice-panel", hidden: true });
    const credit = [root.dataset.attribution, "Made with Natural Earth"].find(Boolean);
    element("span", { className: "credit", textContent: credit });
  }

  resized(view) {
    const { clientWidth: width, clientHeight: height } = this.root;
    return geography.bounded({ ...view, width, height }, this.mostZoom);
  }

  goTo({ lat, lng, radius }) {
    const zoom = geography.zoomOf(radius, lat, this.view) - 0.1;
    this.view = this.resized({ ...geography.project(lat, lng), zoom });
  }

  async loadOutlines() {
    const answer = await fetch(this.root.dataset.outlines);
    if (!answer.ok) return;
    this.outlines = geography.decode(await answer.arrayBuffer());
    this.draw();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("dblclick", (event) => this.zoomBy(1, this.pointOf(event)));
    const fingers = new Map();
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, this.pointOf(event));
      this.root.classList.add("dragged");
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = this.pointOf(event);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      fingers.set(event.pointerId, now);
      if (other) {
        const far = (a, b) => Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1);
        const zoom = this.view.zoom + Math.log2(far(now, other) / far(before, other));
        this.change(geography.zoomed(this.view, zoom, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }));
      } else {
        this.change(geography.panned(this.view, before.x - now.x, before.y - now.y));
      }
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => {
        fingers.delete(event.pointerId);
        this.root.classList.toggle("dragged", fingers.size > 0);
      });
    }
    new ResizeObserver(() => this.change(this.resized(this.view))).observe(this.root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.colours = null;
      this.draw();
    });
  }

  pointOf(event) {
    const { left, top } = this.root.getBoundingClientRect();
    return { x: event.clientX - left - this.root.clientLeft, y: event.clientY - top - this.root.clientTop };
  }

  key(event) {
    const step = 80;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const zooms = { "+": 1, "=": 1, "-": -1, _: -1 };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) this.change(geography.panned(this.view, ...moves[event.key]));
    else if (zooms[event.key]) this.zoomBy(zooms[event.key]);
    else return;
    event.preventDefault();
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
    const zoom = this.view.zoom - Math.max(-1, Math.min(1, (event.deltaY * lines) / 300));
    this.change(geography.zoomed(this.view, zoom, this.pointOf(event)));
  }

  zoomBy(steps, at = { x: this.view.width / 2, y: this.view.height / 2 }) {
    this.change(geography.zoomed(this.view, this.view.zoom + steps, at));
  }

  change(view) {
    const zoom = Math.max(Math.min(view.zoom, this.mostZoom), geography.bounded(view, this.mostZoom).zoom);
    // A zoom beyond the bounds must not move the map.
    if (zoom !== view.zoom && view.zoom !== this.view.zoom) view = { ...this.view, zoom };
    this.view = geography.bounded(view, this.mostZoom);
    this.show();
  }

  show() {
    this.draw();
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.ask(), PAUSE);
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.drawOutlines();
      this.placeMarkers();
    });
  }

  /** Asks for the markers of the view, unless they are there already; ends what was asked before. */
  async ask() {
    const wanted = geography.boxes(this.view);
    if (this.asked && !this.asked.more && geography.covers(this.asked.boxes, wanted)) return;
    this.request?.abort();
    const request = (this.request = new AbortController());
    const boxes = geography.boxes(this.view, MARGIN);
    try {
      const answers = await Promise.all(boxes.map((box) => this.fetchMarkers(box, request.signal)));
      const found = answers.flatMap((answer) => answer.markers);
      this.asked = { boxes, more: answers.some((answer) => answer.more) };
      this.markers = found.map((marker) => ({ ...marker, ...geography.project(marker.lat, marker.lng) }));
      const shown = found.length ? `The ${found.length.toLocaleString("en")} nearest listings. Zoom in to see all.` : "Zoom in to see listings.";
      this.told.textContent = this.asked.more ? shown : "";
      this.grouped = null;
      this.draw();
    } catch (error) {
      if (error.name !== "AbortError") this.told.textContent = "The listings cannot be loaded now.";
    }
  }

  async fetchMarkers(box, signal) {
    const url = new URL(this.root.dataset.source, location.href);
    for (const [side, value] of Object.entries(box)) url.searchParams.set(side, value.toFixed(5));
    const answer = await fetch(url, { signal, headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  }

  drawOutlines() {
    const { context, canvas, view } = this;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const style = getComputedStyle(this.root);
    this.colours ??= Object.fromEntries(["sea", "land", "coast", "border", "text", "muted", "accent"].map((name) => [name, style.getPropertyValue(`--${name}`)]));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = this.colours.sea;
    context.fillRect(0, 0, view.width, view.height);
    if (this.outlines) {
      this.paint(this.outlines.land, this.colours.coast, this.colours.land);
      this.paint(this.outlines.borders, this.colours.border);
    }
    if (this.root.dataset.tiles) this.drawTiles();
    else if (this.outlines) this.drawNames(style.fontFamily);
    if (this.searched) this.drawCircle();
  }

  paint(outlines, stroke, fill) {
    const { context, view } = this;
    Object.assign(context, { lineWidth: 1, lineJoin: "round", strokeStyle: stroke });
    if (fill) {
      context.fillStyle = fill;
      this.trace(outlines, (x, y) => context.lineTo(x, y));
      context.fill("evenodd");
    }
    // Some land is cut at the 180th meridian, which is no coast. Points of a line may be a pixel away.
    const scale = geography.scaleOf(view.zoom);
    const isCut = (x) => {
      const around = (x - view.width / 2) / scale + view.x;
      return Math.abs(around - Math.round(around)) * scale < 1.5;
    };
    this.trace(outlines, (x, y, before) => (isCut(x) && isCut(before) ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.stroke();
  }

  /** Begins a path of the outlines; `line` gets each point but the first of one, and the x before it. */
  trace(outlines, line) {
    const { context, view } = this;
    let before;
    const move = (x, y) => {
      context.moveTo(x, y);
      before = x;
    };
    const on = (x, y) => {
      line(x, y, before);
      before = x;
    };
    context.beginPath();
    for (const outline of outlines) {
      for (const copy of geography.copies(outline, view)) geography.trace(outline, { ...view, x: view.x - copy }, move, on);
    }
  }

  drawTiles() {
    for (const tile of geography.tiles(this.view)) {
      const address = this.root.dataset.tiles.replace("{z}", tile.z).replace("{x}", tile.x).replace("{y}", tile.y);
      let image = this.images.get(address);
      if (!image) {
        image = Object.assign(new Image(), { src: address, onload: () => this.draw() });
        this.images.set(address, image);
        if (this.images.size > 500) this.images.delete(this.images.keys().next().value);
      }
      if (image.complete && image.naturalWidth) this.context.drawImage(image, tile.left, tile.top, tile.size + 0.5, tile.size + 0.5);
    }
  }

  drawNames(family) {
    const { context, view, colours } = this;
    const taken = [];
    const widthOf = (name) => context.measureText(name).width;
    const write = ({ name, x, y }) => {
      context.strokeText(name, x, y);
      context.fillText(name, x, y);
    };
    Object.assign(context, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 3, strokeStyle: colours.land });
    const { countries, places } = this.outlines;
    context.font = `600 ${view.zoom < 4 ? 11 : 13}px ${family}`;
    context.fillStyle = colours.muted;
    geography.labels(countries, geography.countriesAt(view.zoom), view, widthOf, 9, taken).forEach(write);
    context.font = `12px ${family}`;
    context.fillStyle = colours.text;
    for (const label of geography.labels(places, geography.placesAt(view.zoom), view, widthOf, 12, taken)) {
      context.beginPath();
      context.arc(label.x, label.y, 2, 0, 2 * Math.PI);
      context.fill();
      write({ ...label, y: label.y - 9 });
    }
  }

  drawCircle() {
    const { context, view, searched } = this;
    context.beginPath();
    for (const corner of geography.circle(searched.lat, searched.lng, searched.radius)) {
      const { x, y } = geography.pixel(view, corner);
      context.lineTo(x, y);
    }
    context.closePath();
    context.lineWidth = 2;
    context.strokeStyle = this.colours.accent;
    context.setLineDash([6, 5]);
    context.stroke();
    context.setLineDash([]);
  }

  /** Groups the markers again where the zoom or the markers have changed, and moves the buttons. */
  placeMarkers() {
    const zoom = Math.floor(this.view.zoom);
    const hadFocus = this.layer.contains(document.activeElement);
    if (this.grouped?.zoom !== zoom) {
      this.grouped = { zoom, groups: geography.clusters(this.markers, zoom) };
      this.buttons = new Map();
      this.layer.replaceChildren();
    }
    const near = 40;
    for (const group of this.grouped.groups) {
      const { x, y } = geography.pixel(this.view, group);
      const underControls = x > this.view.width - 72 && y < 150;
      const inView = !underControls && x > -near && y > -near && x < this.view.width + near && y < this.view.height + near;
      let button = this.buttons.get(group);
      if (!inView) {
        button?.remove();
        continue;
      }
      if (!button) this.buttons.set(group, (button = this.buttonOf(group)));
      if (!button.isConnected) this.layer.append(button);
      button.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    }
    // The keyboard stays in the map.
    if (hadFocus && !this.layer.contains(document.activeElement)) this.canvas.focus({ preventScroll: true });
  }

  buttonOf(group) {
    const [marker] = group.members;
    const many = group.members.length > 1;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "marker" });
    button.textContent = many ? COMPACT.format(group.members.length) : "";
    const where = marker.city ? ` near ${marker.city}` : "";
    const state = marker.imported ? ", imported" : "";
    button.setAttribute("aria-label", many ? `${group.members.length} listings${where}` : `${marker.name}, ${marker.city ?? ""}${state}`);
    button.title = button.getAttribute("aria-label");
    button.classList.toggle("large", group.members.length > 9);
    button.classList.toggle("imported", group.members.every((member) => member.imported));
    button.classList.toggle("chosen", group.members.some((member) => this.chosen.has(member.id)));
    button.addEventListener("click", () => this.open(group));
    button.addEventListener("keydown", (event) => this.key(event));
    return button;
  }

  /** Zooms to the members of a group; what cannot be taken apart, or stands alone, is offered in the panel. */
  open(group) {
    if (group.members.length > 1 && this.view.zoom < this.mostZoom) {
      const view = geography.fitting(group.members, this.view, this.mostZoom);
      const zoom = Math.min(Math.max(view.zoom, this.view.zoom + 1), this.mostZoom);
      this.view = geography.bounded({ ...view, zoom }, this.mostZoom);
      this.show();
      this.canvas.focus({ preventScroll: true });
      return;
    }
    for (const member of group.members.filter((one) => !one.imported).slice(0, 100)) this.chosen.set(member.id, member);
    this.showPanel(group.members.filter((member) => member.imported));
  }

  showPanel(imported) {
    const { form, field, link } = this.root.dataset;
    const element = (name, properties, ...children) => {
      const made = Object.assign(document.createElement(name), properties);
      made.append(...children);
      return made;
    };
    const nameOf = (marker) => {
      const text = [marker.name, marker.city].filter(Boolean).join(", ");
      return link ? element("a", { href: link.replace("{id}", encodeURIComponent(marker.id)), textContent: text }) : text;
    };
    const boxes = [...this.chosen.values()].map((marker) => {
      const box = element("input", { type: "checkbox", name: field ?? "listingIDs", value: marker.id, checked: true });
      if (form) box.setAttribute("form", form);
      box.setAttribute("aria-label", marker.name);
      box.addEventListener("change", () => {
        this.chosen.delete(marker.id);
        this.showPanel([]);
      });
      return element("li", { className: "choice" }, box, element("span", {}, nameOf(marker)));
    });
    const others = imported.slice(0, 20).map((marker) => element("li", {}, nameOf(marker), element("small", { textContent: " (imported)" })));
    const heading = `${boxes.length} selected`;
    this.panel.replaceChildren(element("h2", { textContent: heading }), element("ul", {}, ...boxes, ...others));
    if (form && boxes.length) {
      const button = element("button", { textContent: `Import ${boxes.length}` });
      button.setAttribute("form", form);
      this.panel.append(button);
    }
    this.panel.hidden = !boxes.length && !others.length;
    this.told.textContent = heading;
    const kept = document.activeElement?.classList.contains("marker") && this.grouped.groups.find((group) => this.buttons.get(group) === document.activeElement);
    for (const [group, button] of this.buttons) button.classList.toggle("chosen", group.members.some((member) => this.chosen.has(member.id)));
    if (kept) this.buttons.get(kept).focus({ preventScroll: true });
  }

  /** Searches in the largest circle that the map shows: fills the fields of the form of filters and sends it. */
  searchHere() {
    const form = document.querySelector("form.filters");
    const { lat, lng } = geography.unproject(this.view);
    const radius = Math.min(LARGEST_RADIUS, Math.max(1, Math.round(geography.radiusOf(this.view))));
    const place = form?.elements.namedItem("location");
    const size = form?.elements.namedItem("radius");
    if (!place || !size) return;
    this.searched = { lat, lng, radius };
    place.value = `${lat.toFixed(4)},${lng.toFixed(4)}`;
    size.value = radius;
    this.draw();
    form.requestSubmit();
  }
}

for (const root of document.querySelectorAll("[data-outlines]")) new ListingMap(root);
