
// The marked papers: what was asked, what was answered, and how wrong that was.

const FEW_CELLS = 6;

function question(asked) {
  if (!asked) {
    return make("p", {text: "the question is not kept", className: "muted"});
  }
  if (asked.picture) {
    return make("img", {src: asked.picture, width: asked.width, height: asked.height, alt: "the picture that was asked about"});
  }
  if (asked.text !== undefined) {
    return make("pre", {text: asked.text});
  }
  const rows = asked.cells.map(cell => make("tr", {}, make("th", {text: cell.name, scope: "row"}), make("td", {text: cell.value})));
  const table = make("table", {}, make("tbody", {}, ...rows));
  if (rows.length <= FEW_CELLS) {
    return table;
  }
  const begin = asked.cells.slice(0, FEW_CELLS).map(cell => `${cell.name} ${cell.value}`).join(", ");
  return make("div", {}, make("p", {text: `${begin}, ...`}), make("details", {}, make("summary", {text: `all ${rows.length} columns`}), table));
}

function places(answer) {
  const said = make("pre");
  for (const place of answer.places) {
    said.append(place.right === place.answer ? place.answer : make("mark", {text: place.answer, title: `right is ${place.right}`}));
  }
  const right = answer.places.map(place => place.right).join("");
  return [
    make("p", {text: "right:", className: "muted"}), make("pre", {text: right}),
    make("p", {text: "answered:", className: "muted"}), said
  ];
}

function verdict(answer) {
  if (answer.places) {
    return places(answer);
  }
  const lines = [];
  if (answer.isRight === undefined) {
    lines.push(make("p", {text: `answered ${answer.answer}`, className: "answer"}));
    lines.push(make("p", {text: `right is ${answer.right}`}));
    return lines;
  }
  lines.push(make("p", {text: `answered ${answer.answer}`, className: "answer " + (answer.isRight ? "right" : "wrong")}));
  lines.push(make("p", {text: answer.isRight ? "which is right" : `right is ${answer.right}`}));
  const rank = answer.rank > 1 ? `, its choice number ${answer.rank}` : "";
  lines.push(make("p", {text: `gave ${answer.right} a probability of ${probability(answer.probability)}${rank}`, className: "muted"}));
  return lines;
}

const probability = value => value === undefined || value === null ? "no number"
    : value < 0.001 ? "less than 0.001" : value.toFixed(value < 0.01 ? 3 : 2);

function card(answer, questions, canvases) {
  const asked = questions[answer.example];
  const isPicture = Boolean(asked && asked.picture);
  const words = make("div", {}, ...verdict(answer));
  const before = answer.earlier.length ? `; an epoch before ${number(answer.earlier[answer.earlier.length - 1])}` : "";
  words.append(make("p", {text: `loss ${number(answer.loss)}${before}`, className: "muted"}));
  const made = make("article", {className: isPicture ? "card" : "card wide", "aria-label": `example ${answer.example}`},
    question(asked), words);
  if (answer.earlier.length > 1) {
    const canvas = make("canvas");
    made.append(make("div", {className: "spark", title: "its loss, epoch by epoch"}, canvas));
    canvases.push([canvas, [...answer.earlier, answer.loss]]);
  }
  return made;
}

// Fills a list of cards anew, unless it shows the same already.
function cards(id, answers, questions) {
  const list = element(id);
  const shown = JSON.stringify([answers, dark.matches]);
  if (list.shown === shown) {
    return;
  }
  list.shown = shown;
  list.querySelectorAll("canvas").forEach(forget);
  const canvases = [];
  list.replaceChildren(...answers.map(answer => card(answer, questions, canvases)));
  canvases.forEach(([canvas, values]) => sparkline(canvas, values, 1));
}

// The newest paper is shown until another one is chosen.
let chosenEpoch = null;

function choose(data) {
  const slider = element("paper");
  const last = data.papers.length - 1;
  slider.max = last;
  let index = data.papers.findIndex(paper => paper.epoch === chosenEpoch);
  if (index < 0) {
    chosenEpoch = null;
    index = last;
  }
  slider.value = index;
  slider.hidden = last === 0;
  slider.oninput = () => {
    const paper = data.papers[Number(slider.value)];
    chosenEpoch = Number(slider.value) === last ? null : paper.epoch;
    exam(data);
  };
  return data.papers[index];
}

function exam(data) {
  show("questions", data.papers.length > 0);
  if (data.papers.length === 0) {
    return;
  }
  const paper = choose(data);
  element("paper-epoch").textContent = paper.epoch;
  element("paper").setAttribute("aria-valuetext", `epoch ${paper.epoch}`);
  element("paper-note").textContent = `${number(paper.examples)} questions.`
      + (data.papers.length > 1 ? ` Kept are the exams after epochs ${data.papers.map(each => each.epoch).join(", ")}.` : "");
  show("worst-part", paper.worst.length > 0);
  cards("worst", paper.worst, data.questions);
  const improved = paper.improved.filter(answer => answer.earlier.length > 0);
  show("improved-part", improved.length > 0);
  cards("improved", improved, data.questions);
  const [first] = data.papers;
  const losses = [outline(`epoch ${paper.epoch}`, 0, paper.losses)];
  if (first !== paper) {
    losses.push(outline(`epoch ${first.epoch}`, 7, first.losses));
  }
  draw(element("losses"), losses, {x: "loss", y: "questions", legend: true, yAxis: powers({min: 0.5})});
  mistakes(paper);
  confusion(paper);
  watched(data);
}

function mistakes(paper) {
  show("mistakes-part", Boolean(paper.mistakes && paper.mistakes.length));
  element("mistakes").replaceChildren(...(paper.mistakes || []).map(each => make("li", {},
    make("strong", {text: each.right}), " answered as ", make("strong", {text: each.answer}),
    make("span", {text: `: ${each.count} of ${each.records}`, className: "muted"}))));
}

function confusion(paper) {
  show("confusion-part", Boolean(paper.counts));
  if (!paper.counts) {
    return;
  }
  element("confusion-part").classList.toggle("wide", paper.classes.length > 12);
  const head = make("tr", {}, make("th", {text: "class", scope: "col"}),
    ...paper.classes.map(name => make("th", {text: name, scope: "col"})));
  const rows = paper.counts.map((counts, label) => {
    const all = counts.reduce((sum, count) => sum + count, 0) || 1;
    return make("tr", {}, make("th", {text: paper.classes[label], scope: "row"}), ...counts.map((count, answer) => {
      const cell = make("td", {text: count, className: count === 0 ? "none" : ""});
      cell.style.backgroundColor = count === 0 ? "" :
        `rgba(${variable(label === answer ? "--cell" : "--cell-wrong")}, ${0.1 + 0.55 * count / all})`;
      return cell;
    }));
  });
  element("confusion").replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
}

function watched(data) {
  show("watched-part", data.watched.length > 0);
  if (data.watched.length === 0) {
    return;
  }
  const hasProbabilities = data.watched.every(each => each.probability.x.length > 0);
  const name = each => `${each.example}` + (hasProbabilities ? `: ${each.right}` : "");
  element("watched-name").textContent = hasProbabilities
      ? "Probability of the right answer, by epoch" : "Loss of each question, by epoch";
  draw(element("watched"),
    data.watched.map((each, i) => line(name(each), i, points(hasProbabilities ? each.probability : each.loss))),
    {x: "epoch", legend: true, yAxis: hasProbabilities ? {min: 0, max: 1} : {beginAtZero: true}});
  const list = element("watched-list");
  list.replaceChildren(...data.watched.map(each => {
    const asked = data.questions[each.example];
    const from = hasProbabilities ? probability(each.first.probability) : number(each.first.loss);
    const to = hasProbabilities ? probability(each.last.probability) : number(each.last.loss);
    return make("article", {className: asked && asked.picture ? "card" : "card wide"}, question(asked), make("div", {},
      make("p", {text: hasProbabilities ? each.right : `example ${each.example}`, className: "answer"}),
      make("p", {text: `${from} \u2192 ${to}`}),
      make("p", {text: hasProbabilities ? `now answered ${each.last.answer}` : "loss", className: "muted"})));
  }));
}
