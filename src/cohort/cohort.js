
"use strict";
(() => {
  const body = document.querySelector("tbody");
  const rows = Array.from(body.rows);
  const words = document.getElementById("words");
  const kind = document.getElementById("kind");
  const shown = document.getElementById("shown");
  const texts = rows.map((row) => row.textContent.toLowerCase());

  function show() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, i) => {
      const fits = (!kind.value || row.dataset.kind.split(" ").includes(kind.value)) &&
                   wanted.every((word) => texts[i].includes(word));
      row.hidden = !fits;
      count += fits ? 1 : 0;
    });
    shown.textContent = count + " of " + rows.length + " shown";
  }

  // Numbers stand in data-value; cells that are empty or not there come last either way.
  const order = new Intl.Collator(undefined, {numeric: true, sensitivity: "base"});
  function value(row, column) {
    const cell = row.cells[column];
    if (!cell || cell.colSpan > 1) return null;
    if (cell.dataset.value !== undefined) return cell.dataset.value === "" ? null : Number(cell.dataset.value);
    return cell.textContent || null;
  }
  function sort(header) {
    const column = header.cellIndex;
    const numbers = header.classList.contains("n") || header.textContent === "Severity";
    const before = header.getAttribute("aria-sort");
    // The largest first is what numbers are sorted for.
    const descending = before ? before === "ascending" : numbers;
    for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const keyed = rows.map((row) => [value(row, column), row]);
    keyed.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      const step = typeof a === "number" && typeof b === "number" ? a - b : order.compare(a, b);
      return descending ? -step : step;
    });
    body.append(...keyed.map(([, row]) => row));
  }

  for (const header of document.querySelectorAll("thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => sort(header));
  }
  words.addEventListener("input", show);
  kind.addEventListener("change", show);
  const tools = document.getElementById("tools");
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.hidden = false;
  show();
})();
