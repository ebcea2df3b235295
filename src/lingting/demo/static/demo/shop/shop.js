/** The shop's own script: its buttons open the chat, as any host site's may. */

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-opens-chat]") && window.LingtingChat) window.LingtingChat.open();
});
