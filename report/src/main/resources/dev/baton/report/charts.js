"use strict";

// Charts by Chart.js, in the colours of the page. A chart that is there already gets the new data and is not made anew.

const charts = new Map();

const dark = window.matchMedia("(prefers-color-scheme: dark)");

// Okabe and Ito's colours, which people tell apart however they see colours; lighter ones on a dark page.
const ON_LIGHT = ["#0072b2", "#d55e00", "#009e73", "#b5548e", "#c88700", "#3a9bd9", "#6b4fa0", "#7a7a7a"];
const ON_DARK = ["#5eb3f2", "#ff9146", "#3fd0a4", "#e79ac6", "#f4c14f", "#8fd0ff", "#b39ddb", "#b0b0b0"];

const colour = index => (dark.matches ? ON_DARK : ON_LIGHT)[index % ON_LIGHT.length];

const faint = (index, strength) => colour(index) + Math.round(255 * strength).toString(16).padStart(2, "0");

const variable = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const element = id => document.getElementById(id);

const show = (id, isShown) => { element(id).hidden = !isShown; };

function number(value) {
  if (value === null || value === undefined) {
    return "no number";
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e7)) {
    return Number(value.toPrecision(3)).toExponential().replace("e+", "e");
  }
  return value.toLocaleString("en", size >= 1000 ? {maximumFractionDigits: 0} : {maximumSignificantDigits: 4});
}

const percent = value => (100 * value).toFixed(value < 0.1 ? 1 : 0) + " %";

const points = curve => curve.x.map((x, i) => ({x, y: curve.y[i]}));

const zipped = (xs, ys) => xs.map((x, i) => ({x, y: ys[i]}));

// A line over points {x, y}.
function line(label, index, data, more) {
  return {
    label,
    data,
    borderColor: colour(index),
    backgroundColor: faint(index, 0.15),
    borderWidth: 2,
    pointRadius: data.length > 25 ? 0 : 2.5,
    pointHoverRadius: 4,
    pointHitRadius: 12,
    // A point at the edge is whole.
    clip: 6,
    ...more
  };
}

// The outline of a histogram: so many numbers in each part.
function outline(label, index, histogram) {
  const {smallest, largest, counts} = histogram;
  const width = (largest - smallest) / counts.length;
  const data = counts.map((count, i) => ({x: smallest + i * width, y: count}));
  data.push({x: largest, y: counts[counts.length - 1]});
  return line(label, index, data, {stepped: "before", fill: "start", pointRadius: 0, borderWidth: 1.5});
}

// The same with an area of 1, however wide the parts are, so that two can be compared.
function density(label, index, histogram) {
  const area = histogram.counts.reduce((sum, count) => sum + count, 0)
      * (histogram.largest - histogram.smallest) / histogram.counts.length || 1;
  return outline(label, index, {...histogram, counts: histogram.counts.map(count => count / area)});
}

// What there are only whole ones of.
const COUNTED = ["step", "epoch"];

function axis(title, more) {
  return {
    title: {display: Boolean(title), text: title, color: variable("--muted"), font: {size: 12}},
    ticks: {
      color: variable("--muted"),
      font: {size: 12},
      maxTicksLimit: 7,
      maxRotation: 0,
      // Round numbers alone, not where the data begin and end.
      includeBounds: false,
      precision: COUNTED.includes(title) ? 0 : undefined,
      callback: value => number(value)
    },
    grid: {color: variable("--line"), drawTicks: false},
    border: {display: false},
    ...more
  };
}

// An axis whose steps are powers of ten.
const powers = more => ({
  ...more,
  type: "logarithmic",
  ticks: {color: variable("--muted"), font: {size: 12}, callback: value => Number.isInteger(Math.log10(value)) ? number(value) : ""}
});

// What a person who cannot see the chart is told: each line's first and last value.
function inWords(datasets) {
  return datasets.slice(0, 8).filter(set => set.data.length > 0).map(set => {
    const [first, last] = [set.data[0], set.data[set.data.length - 1]];
    return `${set.label}: from ${number(first.y)} at ${number(first.x)} to ${number(last.y)} at ${number(last.x)}`;
  }).join("; ");
}

const least = values => values.reduce((a, b) => Math.min(a, b), Infinity);

const most = values => values.reduce((a, b) => Math.max(a, b), -Infinity);

// Draws lines into a canvas.
function draw(canvas, datasets, {x = "", y = "", yAxis = {}, legend = datasets.length > 1, stacked = false} = {}) {
  const xs = datasets.flatMap(set => set.data.map(point => point.x));
  const options = {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    parsing: false,
    normalized: true,
    interaction: {mode: "nearest", intersect: false, axis: "x"},
    scales: {
      x: axis(x, {type: "linear", ...(least(xs) < most(xs) ? {min: least(xs), max: most(xs)} : {})}),
      y: axis(y, {stacked, ...yAxis})
    },
    plugins: {
      legend: {display: legend, labels: {color: variable("--text"), usePointStyle: true, pointStyle: "line", boxWidth: 22, font: {size: 12}}},
      tooltip: {
        callbacks: {
          title: items => items.length ? `${x} ${number(items[0].parsed.x)}` : "",
          label: item => `${item.dataset.label}: ${number(item.parsed.y)}`
        }
      }
    }
  };
  put(canvas, {type: "line", data: {datasets}, options});
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", inWords(datasets));
}

// A line without axes, in the size of a word.
function sparkline(canvas, values, index) {
  const data = values.map((y, x) => ({x, y}));
  put(canvas, {
    type: "line",
    data: {datasets: [line("loss", index, data, {pointRadius: 0, borderWidth: 1.5, fill: "origin"})]},
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      events: [],
      scales: {x: {type: "linear", bounds: "data", display: false}, y: {display: false, beginAtZero: true}},
      plugins: {legend: {display: false}, tooltip: {enabled: false}}
    }
  });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `losses epoch by epoch: ${values.map(number).join(", ")}`);
}

function put(canvas, config) {
  const known = charts.get(canvas);
  if (!known) {
    charts.set(canvas, new Chart(canvas, config));
    return;
  }
  // Those of the same name stay, so that one that was hidden with a click on the legend is not shown again.
  known.data.datasets = config.data.datasets.map(set => {
    const before = known.data.datasets.find(each => each.label === set.label);
    return before ? Object.assign(before, set) : set;
  });
  known.options = config.options;
  known.update("none");
}

function forget(canvas) {
  const known = charts.get(canvas);
  if (known) {
    known.destroy();
    charts.delete(canvas);
  }
}

// Makes an element: a text is text, whatever stands in it.
function make(tag, {text, className, ...attributes} = {}, ...children) {
  const made = document.createElement(tag);
  if (text !== undefined) {
    made.textContent = text;
  }
  if (className) {
    made.className = className;
  }
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
