/** Telling the server which of our messages arrived on this device and which were read; each once. */

export const OURS = new Set(["agent", "bot"]);

export class Receipts {
  constructor(server) {
    this.server = server;
    this.begin(null);
  }

  /** Another conversation: nothing of it has been told. */
  begin(conversationId) {
    this.conversationId = conversationId;
    this.told = { deliveries: 0, reads: 0 };
  }

  /** `ours`: our messages; `seen`: the last of ours that the person looked at, 0 if none. What fails is told again with the next. */
  tell(ours, seen) {
    const newest = Math.max(0, ...ours.map((message) => message.id));
    const read = Math.min(newest, seen);
    if (read > this.told.reads) this.tellUpTo("reads", read, ours.some((message) => message.id <= read && !message.is_read));
    else if (newest > Math.max(this.told.deliveries, this.told.reads)) {
      this.tellUpTo("deliveries", newest, ours.some((message) => !message.is_delivered && !message.is_read));
    }
  }

  tellUpTo(noun, upTo, isNews) {
    const before = this.told[noun];
    this.told[noun] = upTo;
    if (!isNews) return;
    const { told } = this;
    this.server.post(`conversations/${this.conversationId}/${noun}`, { up_to: upTo }).catch(() => {
      if (told[noun] === upTo) told[noun] = before;
    });
  }
}

/** Ticks on the customer's messages: on somebody's desk, and seen there. */
export function tick(messages, standing) {
  for (const message of messages) {
    if (message.kind !== "customer") continue;
    message.is_read = message.is_read || message.id <= standing.read_up_to;
    message.is_delivered = message.is_delivered || message.is_read || Boolean(standing.agent_name);
  }
}
