/** Which conversation the visitor's windows are in, and which they have left behind. */

export class Place {
  constructor(keeping) {
    this.keeping = keeping;
  }

  /** The conversation this browser is in, also after a reload; null at the first screen. */
  get id() {
    return this.keeping.get("conversation");
  }

  /** Kept at the moment of entering only: a window that is slow to hear must not bring back what another has left. */
  enter(id) {
    this.keeping.set("conversation", id);
  }

  /** The person is through with it. One that is over never comes back, whatever late answers say. */
  leave(id, { isOver }) {
    if (id && isOver) this.keeping.set("done", id);
    this.keeping.set("conversation", null);
    this.keeping.set("left", null);
    this.keeping.set("case", null);
  }

  hasLeft(id) {
    return this.keeping.get("done") === id;
  }
}
