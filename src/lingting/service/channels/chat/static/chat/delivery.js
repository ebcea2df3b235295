/** Bringing what the visitor said to the server: into the running conversation, or as the first words of one. */

export class Delivery {
  constructor(conversation) {
    this.conversation = conversation;
  }

  /** Throws `Refused`; the outbox decides whether to try again. */
  async deliver(entry) {
    const { conversation } = this;
    const { server } = conversation;
    if (!server.token || !conversation.visitor) await conversation.visit();
    if ([...conversation.messages.values()].some((message) => message.client_key === entry.key)) return;
    const body = { text: entry.text, client_key: entry.key, files: entry.files.map((file) => file.id) };
    try {
      if (conversation.isLive) {
        const { id } = conversation;
        const stored = await server.post(`conversations/${id}/messages`, body);
        if (id === conversation.id) this.keepSent(entry, stored);
      } else conversation.take(await server.post("conversations", { ...body, queue: entry.queue }));
    } catch (error) {
      await this.recover(error);
      throw error;
    }
  }

  /** Some refusals say that we know too little: learn it, and the outbox tries again. */
  async recover(error) {
    const { conversation } = this;
    if (error.status === 401) {
      conversation.visitor = "";
      await conversation.visit();
      error.status = 0;
    } else if (error.code === "no_such_conversation") {
      conversation.startNew();
      error.status = 0;
    } else if (error.code === "conversation_is_over") await conversation.sync();
  }

  /** Shown as sent at once; the next reading brings the server's own version. */
  keepSent(entry, stored) {
    const { messages, standing } = this.conversation;
    if (messages.has(stored.id)) return;
    messages.set(stored.id, {
      id: stored.id, kind: "customer", text: entry.text, author: "", at: stored.at, client_key: entry.key,
      is_delivered: standing.state === "talking", is_read: false, files: entry.files,
    });
    this.conversation.changed();
  }
}
