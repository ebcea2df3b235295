/**
 * What a host page loads: puts a <lingting-chat> on the page and brings in its module.
 *
 * A classic script, so that one line without `type` is enough. Until the module is there,
 * `LingtingChat.open()` and its like are remembered and done later.
 */
(() => {
  const script = document.currentScript;
  if (!script || window.LingtingChat) return;
  const origin = new URL(script.src).origin;
  const listeners = [];
  let element = null;
  let asked = [];

  const ready = (act) => (element && element.isReady ? act(element) : asked.push(act));

  window.LingtingChat = {
    open: () => ready((chat) => chat.open()),
    close: () => ready((chat) => chat.close()),
    identify: (token) => ready((chat) => chat.identify(token)),
    on: (name, listener) => {
      listeners.push([name, listener]);
      if (element) element.addEventListener(`lingting:${name}`, listener);
    },
  };

  const insert = () => {
    if (!script.dataset.widget) return;
    element = document.createElement("lingting-chat");
    element.setAttribute("origin", origin);
    for (const name of ["widget", "identity", "language", "side", "theme"]) {
      if (script.dataset[name]) element.setAttribute(name, script.dataset[name]);
    }
    for (const [name, listener] of listeners) element.addEventListener(`lingting:${name}`, listener);
    element.addEventListener("lingting:ready", () => {
      for (const act of asked) act(element);
      asked = [];
    });
    document.body.append(element);
  };

  const begin = () => {
    insert();
    import(`${origin}/chat/widget/{version}/element.js`).catch((error) => {
      console.error("LingtingChat: the chat could not be loaded. Does this page's Content-Security-Policy allow script-src", origin, "?", error);
    });
  };
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
