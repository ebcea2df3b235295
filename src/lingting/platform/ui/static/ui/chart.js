// Charts from a JSON script: a line for time, a bar for comparison, a band for uncertainty; a table one click away.

import { durationText } from "./times.js";
import { make, words } from "./dom.js";

const drawn = new Set();
let library = null;

function load(url) {
  library ??= new Promise((resolve, reject) => {
    const script = make("script", { src: url });
    script.addEventListener("load", () => resolve(window.echarts));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return library;
}

/** The colour of a token as the browser shows it now (both themes come from light-dark()). */
function token(name) {
  const probe = make("i", { hidden: true });
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function palette() {
  const names = { ink: "--lt-ink", quiet: "--lt-ink-3", line: "--lt-line", axis: "--lt-line-2", ours: "--lt-ours", fill: "--lt-ours-fill", idle: "--lt-idle",
    ready: "--lt-ready", warning: "--lt-warning", breach: "--lt-breach", surface: "--lt-surface", raised: "--lt-raised" };
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, token(name)]));
}

/** How a value is written: shares in percent, durations in minutes, numbers with separators. */
export function valueText(value, data, { withUnit = true } = {}) {
  if (value === null || value === undefined) return "–";
  if (data.format === "percent") return `${(value * 100).toFixed(1).replace(/\.0$/, "")} %`;
  if (data.format === "duration") return durationText(value);
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 }).format(value) + (withUnit && data.unit && data.unit.length < 3 ? ` ${data.unit}` : "");
}

const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];

function seriesColour(series, index, colours) {
  if (series.state) return colours[series.state] ?? colours.ours;
  return [colours.ours, colours.quiet, colours.ink, colours.idle][index % 4];
}

function lineSeries(data, colours) {
  return data.series.flatMap((series, index) => {
    const colour = seriesColour(series, index, colours);
    const main = {
      name: series.name, type: "line", data: series.values, showSymbol: data.labels.length < 2, symbol: "circle", symbolSize: 6, connectNulls: false,
      color: colour, lineStyle: { width: 2, type: series.dashed ? "dashed" : DASHES[Math.min(index, 3)] }, emphasis: { disabled: true },
      endLabel: { show: data.series.length > 1, formatter: "{a}", color: colour, fontSize: 12, distance: 6 }, labelLayout: { moveOverlap: "shiftY" },
      markLine: index === 0 ? target(data, colours) : undefined,
    };
    return [main, ...band(series, colour, index)];
  });
}

function band(series, colour, index) {
  if (!series.low || !series.high) return [];
  const shared = { type: "line", stack: `band-${index}`, silent: true, symbol: "none", lineStyle: { opacity: 0 }, tooltip: { show: false }, stackStrategy: "all" };
  return [
    { ...shared, data: series.low },
    { ...shared, data: series.high.map((high, at) => (high === null ? null : high - series.low[at])), areaStyle: { color: colour, opacity: 0.13 } },
  ];
}

function barSeries(data, colours) {
  return data.series.map((series, index) => ({
    name: series.name, type: "bar", stack: data.stacked ? "all" : undefined, data: series.values, color: index === 0 && !series.state ? colours.fill : seriesColour(series, index, colours),
    barMaxWidth: 26, barGap: "15%", emphasis: { disabled: true }, itemStyle: { borderRadius: data.stacked ? 0 : data.horizontal ? [0, 3, 3, 0] : [3, 3, 0, 0] },
    label: { show: !data.stacked && (data.horizontal || data.labels.length * data.series.length <= 24), position: data.horizontal ? "right" : "top", color: colours.quiet, fontSize: 12, formatter: (point) => valueText(point.value, data) },
    markLine: index === 0 ? target(data, colours) : undefined,
  }));
}

/** Where the words of the target stand free of the line: behind its end, or else at the end that is farther away, on the other side. */
function freePlace(data) {
  const values = data.series[0].values.filter((value) => value !== null);
  if (Math.abs(values.at(-1) - data.target.value) > 0.1 * Math.max(...values, data.target.value)) return "end";
  const [first, last] = [values[0] - data.target.value, values.at(-1) - data.target.value];
  const isStart = Math.abs(first) >= Math.abs(last);
  return `inside${isStart ? "Start" : "End"}${(isStart ? first : last) > 0 ? "Bottom" : "Top"}`;
}

function target(data, colours) {
  if (!data.target) return undefined;
  const at = data.horizontal ? { xAxis: data.target.value } : { yAxis: data.target.value };
  return {
    silent: true, symbol: "none", data: [at], lineStyle: { color: colours.quiet, type: [4, 4], width: 1 },
    label: { position: data.kind === "line" ? freePlace(data) : data.horizontal ? "start" : "end", color: colours.quiet, fontSize: 12, lineHeight: 16, formatter: `${data.target.name ?? words.target}${data.kind === "bar" ? "\n" : " "}${valueText(data.target.value, data)}` },
  };
}

function axes(data, colours, width) {
  const category = { type: "category", data: data.labels, boundaryGap: data.kind === "bar", axisLine: { lineStyle: { color: colours.axis } }, axisTick: { show: false },
    axisLabel: { color: colours.quiet, fontSize: 12, hideOverlap: true, interval: data.horizontal || (data.kind === "bar" && data.labels.length <= 16) ? 0 : "auto", width: data.horizontal ? 110 : Math.max(48, width / Math.max(1, data.labels.length) - 8), overflow: data.horizontal || (data.kind === "bar" && data.labels.length <= 16) ? "truncate" : "none" }, inverse: Boolean(data.horizontal) };
  const value = { type: "value", min: 0, splitNumber: 4, axisLabel: { color: colours.quiet, fontSize: 12, formatter: (number) => valueText(number, data, { withUnit: false }) }, splitLine: { lineStyle: { color: colours.line } } };
  if (data.format === "percent") {
    value.max = Math.max(1, ...data.series.flatMap((series) => series.values.filter((v) => v !== null)));
    if (value.max === 1) value.interval = 0.25;
  }
  return data.horizontal ? { xAxis: value, yAxis: category } : { xAxis: category, yAxis: value };
}

/** Room for the words behind the end of a line or beside the last bar. */
function marginRight(data) {
  const isTargetOutside = data.target && (data.kind === "bar" ? !data.horizontal : freePlace(data) === "end");
  if (data.kind === "line" && data.series.length > 1) {
    const names = data.series.map((series) => series.name);
    return Math.min(130, 24 + Math.max(...names.map((name) => name.length)) * (/[一-鿿]/.test(names.join("")) ? 12 : 7));
  }
  return isTargetOutside ? 68 : data.horizontal ? 40 : 16;
}

function options(data, colours, width) {
  return {
    animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colours.ink },
    grid: { left: 4, right: marginRight(data), top: data.kind === "bar" && (data.series.length > 1 || (data.horizontal && data.target)) ? 38 : 18, bottom: 2, containLabel: true },
    legend: data.kind === "bar" && data.series.length > 1 ? { top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: colours.quiet, fontSize: 12 } } : undefined,
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: colours.raised, borderColor: colours.axis, textStyle: { color: colours.ink, fontSize: 12 }, axisPointer: { type: data.kind === "bar" ? "none" : "line", lineStyle: { color: colours.axis } },
      formatter: (points) => [points[0].axisValueLabel, ...points.filter((point) => point.seriesName && !/^series/.test(point.seriesName)).map((point) => `${point.seriesName}  ${valueText(point.value, data)}`)].join("\n") },
    series: data.kind === "bar" ? barSeries(data, colours) : lineSeries(data, colours),
    ...axes(data, colours, width),
  };
}

function tableOf(data, label) {
  const head = make("tr", {}, make("th", { textContent: data.axis ?? words.time }), ...data.series.map((series) => make("th", { className: "num", textContent: series.name })));
  const rows = data.labels.map((name, at) => make("tr", {}, make("td", { textContent: name }),
    ...data.series.map((series) => make("td", { className: "num", textContent: valueText(series.values[at], data) }))));
  return make("table", { className: "lt-table", ariaLabel: label }, make("thead", {}, head), make("tbody", {}, ...rows));
}

async function draw(figure) {
  const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const area = figure.querySelector(".lt-chart-area");
  const tableGround = figure.querySelector(".lt-chart-table");
  const toggle = figure.querySelector("[data-chart-toggle]");
  toggle.addEventListener("click", () => {
    const isTable = tableGround.hidden;
    if (isTable && !tableGround.hasChildNodes()) tableGround.append(tableOf(data, area.getAttribute("aria-label")));
    tableGround.hidden = !isTable;
    area.hidden = isTable;
    toggle.setAttribute("aria-pressed", String(isTable));
    toggle.querySelector("span").textContent = isTable ? words.show_chart : words.show_table;
    if (!isTable) drawnChart?.resize();
  });
  let drawnChart = null;
  if (!data.series.some((series) => series.values.some((value) => value !== null))) {
    area.append(make("div", { className: "lt-chart-none", textContent: words.no_data }));
    return;
  }
  const echarts = await load(figure.dataset.library);
  drawnChart = echarts.init(area, null, { renderer: "canvas" });
  const paint = () => drawnChart.setOption(options(data, palette(), area.clientWidth), true);
  paint();
  const entry = { figure, paint, chart: drawnChart };
  drawn.add(entry);
  new ResizeObserver(() => area.clientWidth && drawnChart.resize()).observe(area);
}

/** Draws every chart below `root` that is not drawn yet, and forgets those that left the page. */
export function drawCharts(root = document) {
  for (const entry of drawn) {
    if (entry.figure.isConnected) continue;
    entry.chart.dispose();
    drawn.delete(entry);
  }
  for (const figure of root.querySelectorAll("[data-chart]")) {
    if (figure.dataset.drawn !== undefined) continue;
    figure.dataset.drawn = "";
    draw(figure);
  }
}

const repaint = () => drawn.forEach((entry) => entry.paint());
document.addEventListener("lt:theme", repaint);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
