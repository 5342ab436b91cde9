"use strict";
(() => {
  const byId = (id) => document.getElementById(id);

  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const theme = byId("theme");
  theme.hidden = false;
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light page" : "Dark page"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });
  dark.addEventListener("change", nameTheme);
  nameTheme();

  const store = byId("slice-data");
  if (!store) return;
  const data = JSON.parse(store.textContent);
  const slices = data.slices;
  const viewer = byId("viewer");
  const slider = byId("slice-slider");
  const toggles = { opacity: byId("show-opacity"), lungs: byId("show-lungs"), map: byId("show-map") };
  let current = -1;

  const layer = (id, shown) => {
    const element = byId(id);
    if (element) element.style.display = shown ? "" : "none";
  };
  const chosen = (name) => !toggles[name] || toggles[name].checked;

  const showLayers = () => {
    for (const view of ["axial", "at-row", "at-column"]) {
      layer(view + "-opacity", chosen("opacity"));
      layer(view + "-lungs", chosen("lungs"));
    }
    const heat = byId("heat" + (current + 1));
    const map = byId("axial-map");
    if (map) {
      if (heat) map.setAttribute("href", heat.getAttribute("href"));
      map.style.display = heat && chosen("map") ? "" : "none";
    }
    const hint = byId("map-hint");
    if (hint) hint.textContent = heat ? "" : "no map of this slice";
  };

  const heightOf = (k) => data.heights ? data.heights[k] : (k + 0.5) / slices.length;
  const sliceAt = (height) => {
    if (!data.heights) return Math.floor(height * slices.length);
    let nearest = 0;
    data.heights.forEach((other, k) => {
      if (Math.abs(other - height) < Math.abs(data.heights[nearest] - height)) nearest = k;
    });
    return nearest;
  };

  const markLine = (id) => {
    const line = byId(id);
    if (!line) return;
    const height = Number(line.dataset.height);
    const y = height * (1 - heightOf(current));
    line.setAttribute("y1", y);
    line.setAttribute("y2", y);
  };

  const show = (index, box) => {
    current = Math.min(slices.length - 1, Math.max(0, index));
    const slice = slices[current];
    byId("axial-grey").setAttribute("href", "data:image/jpeg;base64," + slice.picture);
    for (const kind of ["opacity", "lungs"]) {
      const path = byId("axial-" + kind);
      if (path) path.setAttribute("d", slice[kind] || "");
    }
    const rect = byId("axial-box");
    rect.style.display = box ? "" : "none";
    if (box) {
      ["y", "x", "height", "width"].forEach((name, i) => rect.setAttribute(name, box[i]));
    }
    slider.value = String(current + 1);
    slider.setAttribute("aria-valuetext", slice.text);
    byId("slice-text").textContent = slice.text;
    markLine("at-row-line");
    markLine("at-column-line");
    for (const cursor of document.querySelectorAll(".cursor")) {
      cursor.style.left = (100 * (current + 0.5)) / slices.length + "%";
    }
    showLayers();
  };

  byId("browser").hidden = false;
  slider.addEventListener("input", () => show(Number(slider.value) - 1));
  for (const toggle of Object.values(toggles)) {
    if (toggle) toggle.addEventListener("change", showLayers);
  }

  const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
  viewer.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in steps) show(current + steps[event.key]);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(slices.length - 1);
    else if ("olm".includes(event.key.toLowerCase())) {
      const toggle = toggles[{ o: "opacity", l: "lungs", m: "map" }[event.key.toLowerCase()]];
      if (!toggle) return;
      toggle.checked = !toggle.checked;
      showLayers();
    } else return;
    event.preventDefault();
  });
  let turned = 0;
  viewer.addEventListener("wheel", (event) => {
    if (event.ctrlKey) return; // makes the page larger or smaller
    event.preventDefault();
    turned += event.deltaMode === 0 ? event.deltaY / 100 : event.deltaY;
    const whole = Math.trunc(turned);
    turned -= whole;
    if (whole !== 0) show(current - whole);
  }, { passive: false });

  const at = (event, element, share) => {
    const box = element.getBoundingClientRect();
    return share((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  for (const plane of document.querySelectorAll(".plane svg")) {
    plane.addEventListener("click", (event) =>
      show(sliceAt(at(event, plane, (x, y) => 1 - y))));
  }
  for (const chart of document.querySelectorAll(".box svg")) {
    chart.classList.add("clickable");
    chart.addEventListener("click", (event) => {
      show(Math.floor(at(event, chart, (x) => x) * slices.length));
      viewer.scrollIntoView({ block: "nearest" });
    });
  }
  for (const button of document.querySelectorAll("button.goto")) {
    button.disabled = false;
    button.addEventListener("click", () => {
      const box = button.dataset.box;
      show(Number(button.dataset.slice), box ? box.split(" ").map(Number) : null);
      viewer.scrollIntoView({ block: "center" });
      viewer.focus({ preventScroll: true });
    });
  }
  show(data.start);
})();
