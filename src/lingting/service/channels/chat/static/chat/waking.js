/** Notices that the page came to life again: shown, focused, online, or the machine slept. */

const SLEPT_MS = 25000;

export class Waking {
  constructor(wake) {
    this.wake = wake;
    this.lastTickAt = Date.now();
    this.ticking = setInterval(() => this.noticeSleep(), 5000);
    this.woken = () => document.hidden || this.wake();
    for (const [target, name] of this.signs()) target.addEventListener(name, this.woken);
  }

  signs() {
    return [[window, "online"], [window, "pageshow"], [window, "focus"], [document, "visibilitychange"]];
  }

  noticeSleep() {
    if (Date.now() - this.lastTickAt > SLEPT_MS) this.wake();
    this.lastTickAt = Date.now();
  }

  close() {
    clearInterval(this.ticking);
    for (const [target, name] of this.signs()) target.removeEventListener(name, this.woken);
  }
}
