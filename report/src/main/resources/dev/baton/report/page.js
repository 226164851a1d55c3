
// The page from top to bottom.

const MOST_LAYERS = 7;

function header(data) {
  document.title = data.title;
  element("title").textContent = data.title;
  element("facts").textContent = data.facts.map(fact => `${fact.name}: ${fact.text}`).join("  \u00b7  ");
  const of = data.epochs ? ` of ${data.epochs}` : "";
  const isDone = data.ended && data.epochs > 0 && data.epoch >= data.epochs;
  state(isDone ? `finished: ${data.epoch} epochs` : data.ended ? `ended after epoch ${data.epoch}${of}`
      : data.step === 0 ? "not begun" : `running: epoch ${Math.min(data.epoch + 1, data.epochs || data.epoch + 1)}${of}`,
    !data.ended && data.step > 0);
  const numbers = Object.entries(data.latest).map(([name, value]) => {
    const first = data.metrics[name].y[0];
    return [name, number(value), `${number(first)} at first`];
  });
  const {epochLoss, loss} = data;
  if (epochLoss.y.length > 0) {
    numbers.push(["loss", number(epochLoss.y[epochLoss.y.length - 1]), `${number(loss.y[0])} at first`]);
  } else if (loss.y.length > 0) {
    numbers.push(["loss", number(data.lastLoss), "of the last batch"]);
  }
  numbers.push(["steps", data.step.toLocaleString("en"), data.begunAfter ? `shown from ${data.begunAfter.toLocaleString("en")} on` : ""]);
  numbers.push(["time", time(data.seconds), speed(data)]);
  element("numbers").replaceChildren(...numbers.map(([name, value, note]) => make("div", {},
    make("dt", {text: name}), make("dd", {text: value}, ...(note ? [make("small", {text: note})] : [])))));
}

const speed = ({samplesPerSecond: {y}}) => y.length ? `${number(y[y.length - 1])} examples/s` : "";

function time(seconds) {
  const whole = Math.round(seconds);
  return whole < 60 ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s` : whole < 3600 ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}

function state(text, isRunning) {
  const pill = element("state");
  if (pill.textContent !== text) {
    pill.textContent = text;
  }
  pill.classList.toggle("running", isRunning);
}

function contents() {
  const sections = [...document.querySelectorAll("main > section[data-name]")].filter(section => !section.hidden);
  element("contents").replaceChildren(...sections.map(section =>
    make("li", {}, make("a", {text: section.dataset.name, href: `#${section.id}`}))));
}

function warnings(data) {
  show("warnings", data.warnings.length > 0);
  const left = data.warningCount - data.warnings.length;
  element("warning-list").replaceChildren(
    ...data.warnings.map(warning => make("li", {text: `step ${warning.step.toLocaleString("en")}: ${warning.text}`})),
    ...(left > 0 ? [make("li", {text: `and ${left} more`})] : []));
}

function learning(data) {
  draw(element("loss"), [line("loss", 0, points(data.loss))], {x: "step", yAxis: {beginAtZero: true}});
  element("epoch-loss").closest("figure").hidden = data.epochLoss.x.length === 0;
  draw(element("epoch-loss"), [line("loss", 0, points(data.epochLoss))], {x: "epoch", yAxis: {beginAtZero: true}});
  const grid = element("metrics");
  Object.entries(data.metrics).forEach(([name, curve], i) => {
    let canvas = [...grid.querySelectorAll("canvas")].find(each => each.metric === name);
    if (!canvas) {
      canvas = make("canvas");
      canvas.metric = name;
      grid.append(make("figure", {}, make("figcaption", {text: `${name[0].toUpperCase()}${name.slice(1)} by epoch`}),
        make("div", {className: "chart"}, canvas)));
    }
    draw(canvas, [line(name, i + 1, points(curve))], {x: "epoch"});
  });
}

// The name of a layer, and what it is.
const nameOf = (layer, kinds) => kinds[layer.name] || layer.name;

// The layers with the largest parts, and all others together.
function mostBlamed(layers) {
  const size = layer => layer.gains.reduce((sum, gain) => sum + Math.abs(gain || 0), 0);
  const largest = [...layers].sort((a, b) => size(b) - size(a)).slice(0, layers.length > MOST_LAYERS + 1 ? MOST_LAYERS : layers.length);
  return {shown: layers.filter(layer => largest.includes(layer)), others: layers.filter(layer => !largest.includes(layer))};
}

function blame({changes, layers}) {
  show("blame", changes.steps.length > 0);
  if (changes.steps.length === 0) {
    return;
  }
  const {shown, others} = mostBlamed(changes.layers);
  const all = changes.steps.map((step, i) => changes.layers.reduce((sum, layer) => sum + Math.abs(layer.gains[i] || 0), 0) || 1);
  const share = layers => changes.steps.map((x, i) =>
    ({x, y: 100 * layers.reduce((sum, layer) => sum + Math.abs(layer.gains[i] || 0), 0) / all[i]}));
  const rows = shown.map(layer => [nameOf(layer, layers), share([layer])]);
  if (others.length) {
    rows.push([`${others.length} other layers`, share(others)]);
  }
  draw(element("shares"), rows.map(([name, data], i) => line(name, i, data,
    {fill: i === 0 ? "origin" : "-1", backgroundColor: faint(i, 0.55), borderWidth: 1, pointRadius: 0})),
  {x: "step", y: "% of the change of the loss", stacked: true, legend: true, yAxis: {stacked: true, min: 0, max: 100}});
  const total = changes.layers.reduce((sum, layer) => sum + layer.total, 0) || 1;
  const last = changes.steps.length - 1;
  element("layers").replaceChildren(
    make("thead", {}, make("tr", {}, ...["layer", "gain in all", "share", "change/weight", "direction"]
      .map(text => make("th", {text, scope: "col"})))),
    make("tbody", {}, ...changes.layers.map(layer => make("tr", {}, make("th", {text: nameOf(layer, layers), scope: "row"}),
      ...[number(layer.total), percent(layer.total / total), number(layer.ratios[last]), number(layer.directions[last])]
        .map(text => make("td", {text}))))));
}

function corrected(data) {
  const {changes} = data;
  show("corrected", changes.steps.length > 0 || data.weights.length > 0);
  for (const id of ["gain", "ratios", "directions"]) {
    element(id).closest("figure").hidden = changes.steps.length === 0;
  }
  if (changes.steps.length > 0) {
    draw(element("gain"), [
      line("predicted", 0, zipped(changes.steps, changes.predicted), {borderDash: [6, 4]}),
      line("measured", 1, zipped(changes.steps, changes.measured))
    ], {x: "step", y: "fall of the loss"});
    const {shown} = mostBlamed(changes.layers);
    draw(element("ratios"), shown.map((layer, i) => line(nameOf(layer, data.layers), i,
      zipped(changes.steps, layer.ratios.map(ratio => ratio > 0 ? ratio : null)))), {x: "step", y: "change / weight", yAxis: powers()});
    draw(element("directions"), shown.map((layer, i) => line(nameOf(layer, data.layers), i, zipped(changes.steps, layer.directions))),
      {x: "step", y: "cosine", yAxis: {suggestedMin: 0, suggestedMax: 1}});
  }
  weights(data);
}

function weights(data) {
  show("weights-part", data.weights.length > 0);
  if (data.weights.length === 0) {
    return;
  }
  const select = element("parameter");
  const names = data.weights[0].parameters.map(each => each.name);
  if (select.options.length !== names.length) {
    select.replaceChildren(...names.map(name => make("option", {text: name, value: name})));
  }
  select.onchange = () => weights(data);
  const sets = data.weights.map((each, i) => [each.epoch, each.parameters.find(one => one.name === select.value), i])
    .filter(([, histogram]) => histogram)
    .map(([epoch, histogram, i]) => density(`epoch ${epoch}`, i === data.weights.length - 1 ? 0 : 7, histogram))
    .reverse();
  draw(element("weights"), sets, {x: "weight", y: "density", legend: true, yAxis: {beginAtZero: true}});
}

function cost(data) {
  const {samplesPerSecond, secondsWaited, bill} = data;
  show("cost", samplesPerSecond.x.length > 0 || bill !== "");
  draw(element("speed"), [line("examples/s", 2, points(samplesPerSecond))], {x: "epoch", yAxis: {beginAtZero: true}});
  draw(element("waited"), [line("seconds waited", 4, points(secondsWaited))], {x: "epoch", yAxis: {beginAtZero: true, suggestedMax: 0.1}});
  show("bill-part", bill !== "");
  element("bill").textContent = bill;
}

function model(data) {
  show("model", data.summary !== "");
  element("summary").textContent = data.summary;
}

function render(data) {
  header(data);
  warnings(data);
  learning(data);
  exam(data);
  blame(data);
  corrected(data);
  cost(data);
  model(data);
  contents();
}

// Asks where the page came from for what is new, about once a second, until the run has ended.
async function follow(data) {
  let shown = data;
  let failed = 0;
  while (!shown.ended) {
    await new Promise(resolve => setTimeout(resolve, 1000));
    try {
      const answer = await fetch(`data?after=${shown.version}`);
      shown = await answer.json();
      failed = 0;
    } catch (e) {
      // A laptop that slept finds its network again.
      failed++;
      if (failed === 10) {
        state("the run has ended, or cannot be reached", false);
        return;
      }
      continue;
    }
    current = shown;
    render(shown);
  }
}

let current = JSON.parse(element("data").textContent);
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
render(current);
dark.addEventListener("change", () => render(current));
if (document.documentElement.dataset.live === "true") {
  follow(current);
}
