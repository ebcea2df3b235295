// Letters in the desk: frames as tall as their mail, drafts of colleagues, the moment of sending.

function fit(frame) {
  const page = frame.contentDocument?.documentElement;
  if (page) frame.style.height = `${Math.min(Math.max(page.scrollHeight, 80), 2400)}px`;
}

document.addEventListener("load", (event) => {
  if (event.target.matches?.("[data-mail-frame]")) fit(event.target);
}, true);

document.addEventListener("toggle", (event) => {
  for (const frame of event.target.querySelectorAll?.("[data-mail-frame]") ?? []) fit(frame);
}, true);

// What became of a letter is shown under its message as soon as it is known.
document.body.addEventListener("live:LetterMoved", async (event) => {
  const page = document.getElementById("desk-case");
  const feet = [...document.querySelectorAll(".mail-foot.is-letter")];
  if (!page || Number(page.dataset.case) !== event.detail?.data?.case_id || !feet.length) return;
  const first = Math.min(...feet.map((foot) => Number(foot.closest("[data-id]").dataset.id)));
  const response = await fetch(`${page.dataset.base}messages/?after=${first - 1}`, { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const foot of feet) {
    const other = fresh.querySelector(`[data-id="${foot.closest("[data-id]").dataset.id}"] .mail-foot`);
    if (!other) continue;
    foot.replaceChildren(...other.childNodes);
    window.htmx?.process(foot);
  }
});

document.addEventListener("click", (event) => {
  const take = event.target.closest?.("[data-mail-take]");
  if (!take) return;
  const text = take.parentElement.querySelector("template").content.textContent;
  document.dispatchEvent(new CustomEvent("composer:insert", { detail: { text } }));
  take.parentElement.remove();
});
