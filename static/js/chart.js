// A chart read quarter by quarter: by the arrow keys, by touch, or by the pointer on the chart. All
// that is read out stands in the chart already, and in the table beside it.

function addReadOut(chart) {
  const quarters = [...chart.querySelectorAll("g > title")].map((title) => ({
    words: title.textContent,
    column: title.parentNode.querySelector("rect"),
  }));
  if (quarters.length < 2) {
    return;
  }
  const last = quarters.length - 1;
  const bar = document.createElement("input");
  Object.assign(bar, { type: "range", min: 0, max: last, step: 1, value: last, className: "kcc-read-out__bar" });
  bar.setAttribute("aria-label", "Read the chart quarter by quarter");
  const words = document.createElement("p");
  words.className = "kcc-read-out__words";
  const readOut = document.createElement("div");
  readOut.className = "kcc-read-out";
  readOut.append(bar, words);

  function show(place) {
    quarters.forEach((each, at) => {
      each.column.setAttribute("fill", at === place ? "#123c4a" : "none");
      each.column.setAttribute("fill-opacity", at === place ? "0.1" : "0");
    });
    bar.value = place;
    bar.setAttribute("aria-valuetext", quarters[place].words);
    words.textContent = quarters[place].words;
  }

  bar.addEventListener("input", () => show(Number(bar.value)));
  quarters.forEach((each, at) => each.column.addEventListener("pointerenter", () => show(at)));
  chart.after(readOut);
  bar.setAttribute("aria-valuetext", quarters[last].words);
  words.textContent = quarters[last].words;
}

for (const chart of document.querySelectorAll(".kcc-indicator__chart > svg")) {
  addReadOut(chart);
}
