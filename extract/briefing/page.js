"use strict";
(() => {
  const form = document.getElementById("filters");
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  if (!form) return;
  const items = [...document.querySelectorAll("[data-item]")];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = new Map(items.map((item) => [item, plain((item.closest(".speaker")?.querySelector("h3").textContent ?? "") + " " + item.textContent)]));
  const values = (item, name) => (item.dataset[name] || "").split("\n").filter(Boolean);
  const fields = ["topics", "outlets", "actors", "status"].filter((name) => document.getElementById("f-" + name));
  for (const name of ["outlets", "actors"]) {
    const counts = new Map();
    for (const item of items) for (const value of new Set(values(item, name))) counts.set(value, (counts.get(value) || 0) + 1);
    const select = document.getElementById("f-" + name);
    for (const value of [...counts.keys()].sort((a, b) => a.localeCompare(b))) {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = `${value} (${counts.get(value)})`;
      select.append(option);
    }
  }
  const apply = () => {
    const asked = plain(document.getElementById("f-text").value).split(/\s+/).filter(Boolean);
    const chosen = fields.map((name) => [name, document.getElementById("f-" + name).value]).filter(([, value]) => value);
    const active = asked.length + chosen.length > 0;
    let shown = 0;
    for (const item of items) {
      const fits = asked.every((word) => words.get(item).includes(word)) && chosen.every(([name, value]) => values(item, name).includes(value));
      item.hidden = !fits;
      shown += fits;
      for (let d = item.closest("details"); d && fits && active; d = d.parentElement.closest("details")) d.open = true;
    }
    for (const group of document.querySelectorAll("[data-group]")) {
      const inside = [...group.querySelectorAll("[data-item]")];
      group.hidden = inside.length > 0 && inside.every((item) => item.hidden);
    }
    for (const details of document.querySelectorAll("#events details, #quotes details")) {
      details.hidden = [...details.querySelectorAll("[data-item]")].every((item) => item.hidden);
      if (!active) details.open = false;
    }
    for (const section of document.querySelectorAll("#events, #quotes")) {
      const inside = [...section.querySelectorAll("[data-item]")];
      section.querySelector(".nothing").hidden = !inside.length || inside.some((item) => !item.hidden);
    }
    document.getElementById("f-count").textContent = active ? `${shown} of ${items.length} entries` : `${items.length} entries`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  // At once: the event comes before the fields are empty, and who clicks on may be faster than a timer.
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const field of form.querySelectorAll("input, select")) field.value = "";
    apply();
  });
  form.hidden = false;
  apply();
})();
