// Beside a conversation: puts an article, or its link, into the answer, and notes that it was used.

function noteUse(article, kind) {
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  fetch(article.dataset.uses, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams({ kind }) }).catch(() => {});
}

function put(article, kind) {
  const { title, url } = article.dataset;
  const html = article.querySelector("[data-kb-html]").innerHTML;
  const whole = article.querySelector("[data-kb-text]").content.textContent.trim();
  const chosen = selectedIn(article);
  const text = kind === "link" ? `${title}\n${url}` : chosen || whole;
  document.dispatchEvent(new CustomEvent("composer:insert", { detail: { text, html: kind === "link" ? "" : html, title, url } }));
  noteUse(article, kind);
}

/** Words marked in the article go in alone: an answer rarely needs all of it. */
function selectedIn(article) {
  const selection = document.getSelection();
  const ground = article.querySelector("[data-kb-html]");
  return selection && !selection.isCollapsed && ground.contains(selection.anchorNode) && ground.contains(selection.focusNode) ? selection.toString().trim() : "";
}

document.addEventListener("mousedown", (event) => {
  // The button must not take the selection away before it is read.
  if (event.target.closest?.("[data-kb-insert]")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-kb-insert], [data-kb-link]");
  if (button) put(button.closest("[data-kb-article]"), button.matches("[data-kb-link]") ? "link" : "insert");
});
