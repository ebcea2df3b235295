/** The shared worker: one stream for all windows of one person in one browser. */

import { Audience } from "./live-stream.js";

const audience = new Audience("/live/");

self.onconnect = (event) => {
  const port = event.ports[0];
  audience.add(port);
  port.postMessage({ type: "here", hasEventSource: typeof EventSource === "function" });
};
