/** The settings' live picture: the same colours the widget itself works out. */

import { paint } from "./styles.js";

const sample = document.querySelector("[data-chat-sample]");
if (sample) {
  const field = (name) => document.querySelector(`[name="${name}"]`);
  const inChinese = document.documentElement.lang.startsWith("zh");
  const text = (name) => {
    const [first, second] = inChinese ? ["zh", "en"] : ["en", "zh"];
    return field(`${name}_${first}`).value || field(`${name}_${second}`).value;
  };
  const draw = () => {
    paint(sample, field("colour").value);
    sample.querySelector("[data-sample-name]").textContent = text("name");
    sample.querySelector(".chat-sample-face").textContent = [...text("name")][0] || "";
    sample.querySelector("[data-sample-greeting]").textContent = text("greeting");
  };
  for (const name of ["colour", "name_zh", "name_en", "greeting_zh", "greeting_en"]) field(name).addEventListener("input", draw);
  draw();
}
