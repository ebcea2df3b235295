/** What belongs to a conversation after its end: the number of its case with the link to follow it, and the rating. */

const AGAIN_AFTER_MS = 4000;

export class Afterwards {
  constructor(conversation) {
    this.conversation = conversation;
    this.of = 0;
    this.found = null;
  }

  /** The number of the ended conversation's case and the link to follow it; asked once, kept as long as the end is shown. */
  get ofCase() {
    const kept = this.conversation.keeping.get("case");
    return kept && kept.id === this.conversation.id ? kept : null;
  }

  /** What is asked after the end: null until it is there. */
  get asked() {
    return this.of === this.conversation.id ? this.found : null;
  }

  /** Reads both when an ended conversation is looked at; what fails is asked for again at the next look. */
  async read() {
    const { conversation } = this;
    const { id, standing, server } = conversation;
    if (!conversation.isEnded || this.of === id) return;
    Object.assign(this, { of: id, found: null });
    const isAsked = standing.agent_name && !standing.is_rated;
    const [asked, ofCase] = await Promise.allSettled([
      isAsked && server.get(`conversations/${id}/rating`), this.ofCase || server.post(`conversations/${id}/case`),
    ]);
    if (id !== conversation.id) return;
    if (asked.value) this.found = asked.value;
    if (ofCase.value) conversation.keeping.set("case", { id, ...ofCase.value });
    if ([asked, ofCase].some((each) => each.status === "rejected" && each.reason.isPassing)) setTimeout(() => this.forget(id), AGAIN_AFTER_MS);
    conversation.changed();
  }

  forget(id) {
    if (this.of === id) this.of = 0;
  }
}
