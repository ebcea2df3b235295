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

document.addEventListener("click", (event) => {
  const take = event.target.closest?.("[data-mail-take]");
  if (!take) return;
  const text = take.parentElement.querySelector("template").content.textContent;
  document.dispatchEvent(new CustomEvent("composer:insert", { detail: { text } }));
  take.parentElement.remove();
});
