/**
 * The widget's look, as a constructed style sheet (a host's Content-Security-Policy has no say in those),
 * and its colours worked out from the host's one colour so that everything stays readable.
 */

const CSS = `
:host { all: initial; position: fixed; inset: auto 0 0 auto; width: 0; height: 0; z-index: 2147483000; display: block; color-scheme: light;
  --ground: #f7f6f3; --surface: #ffffff; --ink: #1d1f22; --ink-2: #5b6068; --line: #e3e1dc; --edge: #8a8880; --hush: #efede8;
  --brand-text: var(--brand-on-light); --brand-soft: var(--brand-soft-light); --bad: #b42318; --bad-soft: #fdecea; --good: #1d7a4f;
  font: 15px/1.55 -apple-system, BlinkMacSystemFont, "PingFang SC", "Microsoft YaHei", "Segoe UI", Roboto, "Noto Sans SC", "Noto Sans CJK SC", sans-serif; }
:host([data-dark]) { color-scheme: dark; --ground: #17191c; --surface: #23262b; --ink: #f0efec; --ink-2: #a9aeb7; --line: #363a41; --edge: #7c828c; --hush: #2a2e34;
  --brand-text: var(--brand-on-dark); --brand-soft: var(--brand-soft-dark); --bad: #ff9b8f; --bad-soft: #44211e; --good: #6fd3a2; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
h2, p, ul, ol { margin: 0; padding: 0; }
ul, ol { list-style: none; }
button, input, textarea { font: inherit; color: inherit; margin: 0; letter-spacing: normal; }
button { border: 0; background: none; padding: 0; cursor: pointer; -webkit-tap-highlight-color: transparent; }
button:disabled { cursor: default; opacity: .55; }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--brand-text); outline-offset: 2px; }
.icon { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; display: block; flex: none; }
.icon-more { stroke-width: 3; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher { position: fixed; right: max(20px, env(safe-area-inset-right)); bottom: max(20px, env(safe-area-inset-bottom)); width: 60px; height: 60px; border-radius: 50%;
  display: grid; place-items: center; background: var(--brand); color: var(--brand-ink); box-shadow: 0 6px 22px rgb(20 20 30 / .24), 0 1px 4px rgb(20 20 30 / .16); transition: transform .14s; }
.launcher:hover { transform: translateY(-2px); }
.launcher:focus-visible { outline-offset: 3px; outline-color: var(--brand-text); box-shadow: 0 0 0 3px var(--surface); }
:host([side=left]) .launcher, :host([side=left]) .panel { right: auto; left: max(20px, env(safe-area-inset-left)); }
.badge { position: absolute; top: -3px; right: -3px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px; background: #c8281e; color: #fff; font-size: 12.5px; font-weight: 600; line-height: 22px; text-align: center; box-shadow: 0 0 0 2px #fff; }

.panel { position: fixed; right: max(20px, env(safe-area-inset-right)); bottom: 94px; width: 396px; max-width: calc(100vw - 24px); height: min(704px, calc(100vh - 118px)); height: min(704px, calc(100dvh - 118px));
  display: flex; flex-direction: column; background: var(--ground); color: var(--ink); border-radius: 18px; overflow: hidden; box-shadow: 0 18px 60px rgb(20 20 30 / .26), 0 2px 10px rgb(20 20 30 / .12); overscroll-behavior: contain; }
@media (prefers-reduced-motion: no-preference) { .panel:not([hidden]) { animation: rise .15s ease-out; } @keyframes rise { from { opacity: 0; transform: translateY(12px); } } }
@media (prefers-reduced-motion: reduce) { .launcher { transition: none; } }

.head { display: flex; align-items: center; gap: 12px; padding: 14px 10px 14px 18px; background: linear-gradient(135deg, var(--brand), var(--brand-deep)); color: var(--brand-ink); flex: none; }
.face { width: 42px; height: 42px; border-radius: 50%; background: var(--brand-ink); color: var(--brand-deep); display: grid; place-items: center; font-weight: 650; font-size: 17px; flex: none; position: relative; }
.face.is-here::after { content: ""; position: absolute; right: 0; bottom: 0; width: 11px; height: 11px; border-radius: 50%; background: #35c47c; box-shadow: 0 0 0 2px var(--brand-deep); }
.head-words { flex: 1; min-width: 0; }
.head-title { font-size: 16.5px; font-weight: 650; line-height: 1.35; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.head-state { font-size: 13px; line-height: 1.4; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.head-act { width: 44px; height: 44px; display: grid; place-items: center; border-radius: 12px; flex: none; }
.head-act:hover { background: var(--brand-veil); }
.head-act:focus-visible { outline-color: var(--brand-ink); outline-offset: -4px; }
.head .head-act + .head-act { margin-left: -8px; }
.menu { position: absolute; top: 62px; right: 12px; min-width: 190px; padding: 6px; border-radius: 14px; background: var(--surface); color: var(--ink); border: 1px solid var(--line); box-shadow: 0 10px 34px rgb(20 20 30 / .2); z-index: 3; }
.menu button { display: flex; width: 100%; min-height: 44px; align-items: center; gap: 10px; padding: 0 12px; border-radius: 9px; text-align: start; }
.menu button:hover { background: var(--hush); }
.notice { display: flex; gap: 8px; align-items: center; padding: 9px 18px; font-size: 13.5px; line-height: 1.45; background: var(--hush); color: var(--ink); border-bottom: 1px solid var(--line); flex: none; }

.body { flex: 1; min-height: 0; overflow-y: auto; overflow-anchor: none; overscroll-behavior: contain; position: relative; display: flex; flex-direction: column; scrollbar-width: thin; }
.home { padding: 20px 18px 18px; display: flex; flex-direction: column; gap: 16px; }
.greeting { font-size: 19px; line-height: 1.5; font-weight: 600; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.topic { font-size: 13.5px; color: var(--ink-2); margin-bottom: 8px; }
.queues { display: flex; flex-direction: column; gap: 8px; border: 0; margin: 0; padding: 0; min-width: 0; }
.queue { display: flex; align-items: center; gap: 12px; min-height: 54px; padding: 8px 14px; background: var(--surface); border: 1.5px solid var(--line); border-radius: 14px; cursor: pointer; position: relative; }
.queue:hover { border-color: var(--brand-text); }
.queue.is-on { border-color: var(--brand-text); background: var(--brand-soft); }
.queue input { position: absolute; opacity: 0; inset: 0; width: 100%; height: 100%; cursor: pointer; }
.queue:has(:focus-visible) { outline: 3px solid var(--brand-text); outline-offset: 2px; }
.queue-name { flex: 1; font-weight: 550; }
.queue-state { font-size: 13px; color: var(--ink-2); display: flex; align-items: center; gap: 6px; }
.queue-state.is-open { color: var(--good); }
.queue-state.is-open::before { content: ""; width: 7px; height: 7px; border-radius: 50%; background: currentColor; }
.closed { display: flex; gap: 12px; padding: 14px 16px; border-radius: 14px; background: var(--brand-soft); line-height: 1.55; }

.thread { flex: 1; display: flex; flex-direction: column; padding: 14px 16px 10px; }
.earlier { align-self: center; min-height: 40px; padding: 0 16px; border-radius: 20px; color: var(--brand-text); font-weight: 600; font-size: 13.5px; }
.earlier:hover { background: var(--hush); }
.line:focus { outline: none; }
.line:focus-visible { outline: 3px solid var(--brand-text); outline-offset: 2px; border-radius: 12px; }
.lines { display: flex; flex-direction: column; }
.line { display: flex; flex-direction: column; align-items: flex-start; max-width: 100%; margin-top: 4px; }
.line.is-first { margin-top: 14px; }
.line.is-own { align-items: flex-end; }
.author { font-size: 12.5px; color: var(--ink-2); margin: 0 0 3px 12px; }
.bubble { max-width: 84%; padding: 10px 14px; border-radius: 18px; background: var(--surface); border: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-wrap; unicode-bidi: plaintext; text-align: start; isolation: isolate; }
.is-own .bubble { background: var(--brand); color: var(--brand-ink); border-color: transparent; }
.line.is-last .bubble { border-bottom-left-radius: 6px; }
.is-own.is-last .bubble { border-bottom-left-radius: 18px; border-bottom-right-radius: 6px; }
.bubble a { color: inherit; text-decoration: underline; text-underline-offset: 2px; }
.is-own .bubble a:focus-visible { outline-color: currentColor; }
.line:not(.is-own) .bubble a { color: var(--brand-text); }
.is-pending .bubble { opacity: .72; }
.is-failed .bubble { opacity: 1; background: var(--bad-soft); color: var(--ink); border: 1px solid var(--bad); }
.meta { font-size: 12.5px; color: var(--ink-2); margin: 4px 6px 0; display: flex; gap: 5px; align-items: center; flex-wrap: wrap; min-height: 18px; }
.meta.is-bad { color: var(--bad); justify-content: flex-end; }
.meta.is-bad span { flex: 1 1 calc(100% - 24px); text-align: end; }
.meta.is-bad { max-width: 84%; }
.meta.is-read { color: var(--brand-text); }
.meta-act { min-height: 32px; padding: 0 9px; border-radius: 8px; font-weight: 600; color: var(--brand-text); }
.meta-act:hover { background: var(--hush); }
.day, .system { align-self: center; text-align: center; font-size: 12.5px; color: var(--ink-2); margin: 14px 0 2px; max-width: 90%; overflow-wrap: anywhere; }
.picture { display: block; width: min(240px, 70vw); border-radius: 16px; overflow: hidden; border: 1px solid var(--line); background: var(--hush); aspect-ratio: var(--ratio, auto); margin-top: 4px; }
.picture img { width: 100%; height: 100%; object-fit: cover; display: block; }
.file { display: flex; align-items: center; gap: 10px; max-width: 84%; min-height: 54px; margin-top: 4px; padding: 8px 14px; border-radius: 16px; border: 1px solid var(--line); background: var(--surface); color: var(--ink); text-decoration: none; }
.file-words { min-width: 0; display: flex; flex-direction: column; line-height: 1.35; }
.file-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 550; }
.file small { color: var(--ink-2); font-size: 12.5px; }
.typing { display: flex; align-items: center; gap: 8px; margin: 12px 0 0 4px; color: var(--ink-2); font-size: 13px; }
.dots { display: inline-flex; gap: 4px; padding: 9px 12px; border-radius: 16px; background: var(--surface); border: 1px solid var(--line); }
.dots i { width: 6px; height: 6px; border-radius: 50%; background: var(--ink-2); }
@media (prefers-reduced-motion: no-preference) { .dots i { animation: dot 1.2s infinite; } .dots i:nth-child(2) { animation-delay: .15s; } .dots i:nth-child(3) { animation-delay: .3s; } @keyframes dot { 30% { opacity: .25; transform: translateY(-2px); } } }

.card { margin-top: 16px; padding: 16px; border-radius: 16px; background: var(--surface); border: 1px solid var(--line); }
.waiting { display: grid; grid-template-columns: auto 1fr; column-gap: 12px; row-gap: 2px; }
.waiting .icon { grid-row: span 3; color: var(--brand-text); margin-top: 2px; }
.waiting-title { font-weight: 600; }
.waiting-time { font-variant-numeric: tabular-nums; }
.waiting-time span { display: block; }
.waiting-keep { color: var(--ink-2); font-size: 13px; }
.waiting .button { grid-column: 1 / -1; margin-top: 12px; }
.jump { position: sticky; bottom: 8px; align-self: center; display: flex; gap: 6px; align-items: center; min-height: 44px; padding: 0 16px; border-radius: 22px; background: var(--brand); color: var(--brand-ink); font-weight: 600; font-size: 13.5px; box-shadow: 0 4px 16px rgb(20 20 30 / .2); }

.button { min-height: 46px; padding: 8px 18px; border-radius: 13px; border: 1.5px solid var(--line); background: var(--surface); color: var(--ink); font-weight: 600; }
.button:hover:not(:disabled) { border-color: var(--brand-text); }
.button.is-main { background: var(--brand); color: var(--brand-ink); border-color: transparent; }
.button.is-main:hover:not(:disabled) { background: var(--brand-deep); }
.form { display: flex; flex-direction: column; gap: 14px; padding: 20px 18px 22px; }
.home .form { padding: 0; }
.form-title, .done-title { font-size: 18px; font-weight: 650; line-height: 1.4; }
.form-lead, .rating-text, .done-text { color: var(--ink-2); margin-top: -8px; }
.form-problem { color: var(--bad); background: var(--bad-soft); padding: 10px 14px; border-radius: 12px; }
.form-hint { color: var(--ink-2); font-size: 13px; margin-top: -8px; }
.field { display: flex; flex-direction: column; gap: 5px; }
.field label { font-weight: 600; font-size: 14px; display: flex; gap: 8px; align-items: baseline; }
.field small { color: var(--ink-2); font-weight: 400; font-size: 13px; }
.field-problem { color: var(--bad); font-size: 13.5px; }
.input { width: 100%; min-height: 46px; padding: 10px 14px; border-radius: 13px; border: 1.5px solid var(--edge); background: var(--surface); color: var(--ink); resize: none; font-size: 16px; line-height: 1.5; unicode-bidi: plaintext; }
.input:focus-visible { outline-offset: 0; border-color: transparent; }
.input[aria-invalid=true] { border-color: var(--bad); }
.input::placeholder, .say::placeholder { color: var(--ink-2); opacity: 1; }
.form-acts { display: flex; flex-wrap: wrap; gap: 10px; }
.form-acts .is-main { flex: 1; }
.rating { display: flex; flex-direction: column; gap: 10px; }
.rating-text { font-size: 13.5px; margin: 0; }
.choice { display: flex; gap: 6px; }
.choice label { position: relative; display: grid; place-items: center; min-height: 48px; cursor: pointer; border-radius: 12px; }
.choice input { position: absolute; inset: 0; opacity: 0; width: 100%; height: 100%; margin: 0; cursor: pointer; }
.choice label:has(:focus-visible) { outline: 3px solid var(--brand-text); }
.rating .question { display: flex; flex-direction: column; gap: 8px; }
.questions { display: flex; flex-direction: column; gap: 14px; }
.rating > .question > .rating-ask { font-size: 18px; font-weight: 650; line-height: 1.4; }
.over { display: flex; flex-direction: column; align-items: center; gap: 4px; }
.case-number { font-size: 13.5px; font-variant-numeric: tabular-nums; user-select: text; }
.follow { display: inline-flex; align-items: center; gap: 4px; min-height: 44px; padding: 0 14px; border-radius: 13px; color: var(--brand-text); font-weight: 600; text-decoration: none; }
.follow:hover { background: var(--hush); }
.choice-star label { flex: 1; color: var(--ink-2); background: var(--hush); }
.choice-star label.is-on { color: var(--brand-text); background: var(--brand-soft); }
.choice-star .is-on .icon { fill: currentColor; }
.stars-word { text-align: center; font-weight: 600; font-size: 14px; min-height: 22px; }
.rating-ask { font-weight: 600; font-size: 14px; }
.choice.is-wide { flex-direction: column; }
.choice-step { flex-wrap: wrap; }
.choice-step label { flex: 1 0 40px; min-height: 46px; border: 1.5px solid var(--edge); font-weight: 600; text-align: center; }
.choice small { display: block; color: var(--ink-2); font-size: 12.5px; font-weight: 400; }
.choice-words label { padding: 8px 12px; }
.choice-step label.is-on { border-color: var(--brand-text); background: var(--brand-soft); }
.choice-words label { flex: 1; border: 1.5px solid var(--edge); min-height: 46px; font-weight: 600; }
.choice-words label.is-on { border-color: var(--brand-text); background: var(--brand-soft); }
.done { display: flex; flex-direction: column; gap: 14px; align-items: center; text-align: center; padding: 40px 24px; margin: auto 0; }
.done-mark { width: 62px; height: 62px; border-radius: 50%; display: grid; place-items: center; background: var(--brand-soft); color: var(--brand-text); }
.card .done-title { font-size: 16px; }
.after { display: flex; flex-direction: column; gap: 12px; text-align: center; }

.foot { flex: none; border-top: 1px solid var(--line); background: var(--surface); padding: 10px 10px max(10px, env(safe-area-inset-bottom)); }
.chips { display: flex; flex-wrap: wrap; gap: 6px; padding: 0 4px 8px; }
.chip { position: relative; display: flex; align-items: center; gap: 6px; max-width: 100%; min-height: 40px; padding: 0 2px 0 10px; border-radius: 12px; background: var(--hush); font-size: 13.5px; overflow: hidden; }
.chip.is-failed { background: var(--bad-soft); color: var(--bad); }
.chip-name { max-width: 190px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chip-act { width: 36px; height: 40px; display: grid; place-items: center; border-radius: 10px; }
.chip-bar { position: absolute; left: 0; bottom: 0; height: 3px; width: 100%; background: var(--brand-text); transform-origin: left; transform: scaleX(var(--share, 0)); }
.write { display: flex; align-items: flex-end; gap: 2px; border: 1.5px solid var(--edge); border-radius: 24px; background: var(--ground); padding: 1px 2px; }
.write:focus-within { border-color: var(--brand-text); }
.say { flex: 1; min-width: 0; border: 0; background: none; resize: none; padding: 10px 2px; font-size: 16px; line-height: 1.45; max-height: 132px; height: 44px; unicode-bidi: plaintext; overflow-y: auto; scrollbar-width: thin; }
.say:focus-visible { outline: none; }
.write-act { width: 44px; height: 44px; border-radius: 50%; display: grid; place-items: center; color: var(--ink-2); flex: none; }
.write-act:hover { color: var(--ink); }
.write-act.is-send { background: var(--brand); color: var(--brand-ink); width: 38px; height: 38px; margin: 3px; position: relative; }
.write-act.is-send::after { content: ""; position: absolute; inset: -3px; }
.write-act.is-send:disabled { background: var(--hush); color: var(--ink-2); opacity: 1; }
.foot-problem { color: var(--bad); font-size: 13.5px; padding: 0 8px 8px; }
.drop { position: absolute; inset: 10px; z-index: 4; border-radius: 14px; border: 2px dashed var(--brand-text); background: var(--brand-soft); color: var(--ink); display: grid; place-items: center; font-weight: 600; pointer-events: none; }
.ask { position: absolute; inset: 0; z-index: 5; background: rgb(15 16 20 / .45); display: grid; align-items: end; }
.ask-box { background: var(--surface); border-radius: 18px 18px 0 0; padding: 20px 18px max(18px, env(safe-area-inset-bottom)); display: flex; flex-direction: column; gap: 14px; }
.ask-title { font-size: 17px; font-weight: 650; }
.bones { display: flex; flex-direction: column; gap: 12px; padding: 24px 18px; }
.bone { height: 54px; border-radius: 14px; background: var(--hush); }
.bone:first-child { height: 24px; width: 70%; }

@media (max-width: 480px), (max-height: 480px) {
  .panel, :host([side=left]) .panel { inset: 0; width: 100%; max-width: none; height: 100%; height: 100dvh; border-radius: 0; }
  :host([data-open]) .launcher { display: none; }
}
@media (forced-colors: active) { .launcher, .button, .bubble, .queue { border: 1px solid; } .queue.is-on, .choice label.is-on { outline: 2px solid Highlight; } }
@media print { :host { display: none; } }
`;

/** A style sheet for a shadow root; where constructed sheets are missing, a style element does. */
export function dress(root) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = CSS;
    root.append(style);
  }
}

/** Works out from one colour what is written on it, and what of it can be read on light and on dark ground. */
export function paint(element, colour) {
  const brand = parsed(colour) || parsed("#206bc4");
  const ink = contrast(brand, [255, 255, 255]) >= 4.5 ? [255, 255, 255] : contrast(brand, [255, 255, 255]) >= contrast(brand, [18, 20, 24]) ? [255, 255, 255] : [18, 20, 24];
  const isLightInk = ink[0] === 255;
  // White on a middling colour would not be read: the ground gives way, by as much as it takes.
  const ground = until(brand, isLightInk ? [0, 0, 0] : [255, 255, 255], (each) => contrast(each, ink) >= 4.5);
  const values = {
    brand: ground, "brand-ink": ink, "brand-deep": mixed(ground, isLightInk ? [0, 0, 0] : [255, 255, 255], 0.16),
    "brand-on-light": until(brand, [0, 0, 0], (each) => contrast(each, [239, 237, 232]) >= 4.5),
    "brand-on-dark": until(brand, [255, 255, 255], (each) => contrast(each, [42, 46, 52]) >= 4.5),
    "brand-soft-light": mixed([255, 255, 255], brand, 0.1), "brand-soft-dark": mixed([35, 38, 43], brand, 0.24),
  };
  for (const [name, value] of Object.entries(values)) element.style.setProperty(`--${name}`, `rgb(${value.map(Math.round).join(" ")})`);
  element.style.setProperty("--brand-veil", isLightInk ? "rgb(255 255 255 / .16)" : "rgb(0 0 0 / .1)");
}

/** The contrast of two colours, 1 to 21, after WCAG 2.2. */
export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

export function parsed(colour) {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour || "");
  return found && found.slice(1).map((digits) => parseInt(digits, 16));
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mixed(one, other, share) {
  return one.map((part, index) => part + (other[index] - part) * share);
}

function until(colour, towards, isEnough) {
  for (let share = 0; share < 1; share += 0.04) {
    const tried = mixed(colour, towards, share);
    if (isEnough(tried)) return tried;
  }
  return towards;
}
