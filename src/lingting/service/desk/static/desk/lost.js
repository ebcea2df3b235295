// A case that left one's sight while it was open (taken over, passed on): back to the list, which says why.

import { sayNext } from "../ui/toasts.js";
import { word } from "./words.js";

/** When the head of the open case answers "not here", the pane is stale: leave it, and let the list say what is. */
export function startLeaving() {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target?.id !== "desk-head" || xhr.status !== 404) return;
    event.stopPropagation();
    sayNext({ kind: "ours", text: word("elsewhere") });
    location.assign(document.querySelector('.lt-nav-line[aria-current="page"]')?.href ?? "/");
  }, { capture: true });
}
