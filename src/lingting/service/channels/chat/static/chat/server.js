/** Talking to the chat's API: one error type that says what the server said, and uploads that tell how far they are. */

const PATIENCE_MS = 20000;

/** `code` is the server's ("closed", "rate_limited", …) or "network"; `fields` name what is wrong in a form. */
export class Refused extends Error {
  constructor({ status = 0, code = "network", detail = "", fields = {}, retryAfter = 0 }) {
    super(detail || code);
    Object.assign(this, { status, code, detail, fields, retryAfter });
  }

  /** Whether the same request may do better later by itself. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status === 408 || this.status >= 500 || this.code === "idempotency_in_progress";
  }
}

export class Server {
  constructor(origin, language) {
    this.origin = origin;
    this.language = language;
    this.token = "";
  }

  get(path) {
    return this.call("GET", path);
  }

  post(path, body) {
    return this.call("POST", path, body);
  }

  async call(method, path, body) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(this.address(path), {
        method, signal: stop.signal, credentials: "omit",
        headers: this.headers(body === undefined ? {} : { "Content-Type": "application/json" }),
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = answer.status === 204 ? "" : await answer.text();
      if (!answer.ok) throw refused(answer.status, text, answer.headers.get("Retry-After"));
      return text ? JSON.parse(text) : null;
    } catch (error) {
      throw error instanceof Refused ? error : new Refused({});
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a file; `onProgress(share)` from 0 to 1. Returns {promise, stop}. */
  upload(file, onProgress) {
    const request = new XMLHttpRequest();
    const promise = new Promise((resolve, reject) => {
      request.open("POST", this.address("files"));
      for (const [name, value] of Object.entries(this.headers({}))) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
      request.onerror = request.onabort = request.ontimeout = () => reject(new Refused({}));
      request.onload = () => {
        if (request.status === 201) resolve(JSON.parse(request.responseText));
        else reject(refused(request.status, request.responseText, request.getResponseHeader("Retry-After")));
      };
      const form = new FormData();
      form.append("file", file, file.name || "image.png");
      request.send(form);
    });
    return { promise, stop: () => request.abort() };
  }

  address(path) {
    return `${this.origin}/api/v1/chat/${path}`;
  }

  headers(more) {
    const who = this.token ? { Authorization: `Visitor ${this.token}` } : {};
    return { "Accept-Language": this.language, ...who, ...more };
  }
}

function refused(status, text, retryAfter) {
  let said = {};
  try {
    said = JSON.parse(text);
  } catch {
    // A proxy's own page: the status says enough.
  }
  return new Refused({
    status, code: said.code || `http_${status}`, detail: said.detail || "", fields: said.fields || {},
    retryAfter: Number(retryAfter) || 0,
  });
}
