// Search as one types: asks for the page of the form's values, and puts its results in place of those that are shown.

/** Milliseconds without a key before the server is asked. */
const PAUSE = 250;

class Search {
  constructor(form) {
    this.form = form;
    this.status = document.createElement("p");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    // A field named `after` or `action` hides the form's own.
    form.parentElement.insertBefore(this.status, form.nextSibling);
    form.addEventListener("input", () => {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.run(), PAUSE);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.pause);
      this.run();
    });
  }

  /** The address of the page with the values of the form, without those that are empty. */
  address() {
    const url = new URL(this.form.getAttribute("action") ?? "", location.href);
    const values = [...new FormData(this.form)].filter(([, value]) => value !== "");
    url.search = new URLSearchParams(values).toString();
    return url;
  }

  async run() {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const url = this.address();
    try {
      const answer = await fetch(url, { signal: request.signal, headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("results");
      // Signed out, or refused: that page says why.
      if (!found) return location.assign(url);
      document.getElementById("results").replaceChildren(...found.childNodes);
      history.replaceState(null, "", url);
      this.status.textContent = document.querySelector("#results .count")?.textContent ?? "";
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
    }
  }
}

for (const form of document.querySelectorAll("form[data-search]")) new Search(form);
