/** Drawing attention gently: a soft sound when it was turned on, and the page's title while nobody looks. */

const FLASH_MS = 1600;

export class Attention {
  constructor(sentences) {
    this.sentences = sentences;
    this.original = null;
  }

  /** Two short notes; silent until the visitor has touched the page, as browsers want it. */
  ring() {
    try {
      this.audio = this.audio || new AudioContext();
      for (const [pitch, after] of [[660, 0], [880, 0.12]]) note(this.audio, pitch, this.audio.currentTime + after);
    } catch {
      // No sound device, or none allowed.
    }
  }

  flash() {
    if (!document.hidden || this.original !== null) return;
    this.original = document.title;
    const said = `● ${this.sentences.say("newMessage")}`;
    this.timer = setInterval(() => {
      if (document.title !== said && document.title !== this.original) this.original = document.title;
      document.title = document.title === said ? this.original : said;
    }, FLASH_MS);
  }

  calm() {
    if (this.original === null) return;
    clearInterval(this.timer);
    document.title = this.original;
    this.original = null;
  }
}

function note(audio, pitch, at) {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = pitch;
  tone.type = "sine";
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.4);
}
