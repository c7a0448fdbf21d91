// Buttons that copy a text, such as a new key.

for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.querySelector(button.dataset.copy);
  if (!source) continue;
  const name = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = name), 2000);
    } catch {
      // A browser without a clipboard, or one that forbids it: the text is marked, and Ctrl+C copies it.
      getSelection().selectAllChildren(source);
    }
  });
}
