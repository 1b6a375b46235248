// Suggestions under a search field. Without this script the field and the "Gợi ý" button do the same.
"use strict";

for (const field of document.querySelectorAll("input[data-suggest]:not([role=combobox])")) {
  const list = document.createElement("ul");
  const said = document.createElement("p");
  let options = [];
  let chosen = -1;
  let waiting = 0;
  let asked = null;

  list.id = field.id + "-goi-y";
  list.className = "finding__suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Gợi ý");
  list.hidden = true;
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  field.after(list, said);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", list.id);

  const close = () => {
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const choose = (next) => {
    if (!options.length) return;
    chosen = (next + options.length) % options.length;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === chosen)));
    field.setAttribute("aria-activedescendant", options[chosen].id);
    options[chosen].scrollIntoView({ block: "nearest" });
  };

  const show = (suggestions) => {
    options = suggestions.map((suggestion, n) => {
      const option = document.createElement("li");
      const kind = document.createElement("span");
      option.id = list.id + "-" + n;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.url = suggestion.url;
      option.textContent = suggestion.text + " ";
      kind.className = "meta";
      kind.textContent = suggestion.kind_name;
      option.append(kind);
      return option;
    });
    list.replaceChildren(...options);
    chosen = -1;
    field.removeAttribute("aria-activedescendant");
    list.hidden = options.length === 0;
    field.setAttribute("aria-expanded", String(options.length > 0));
    said.textContent = options.length ? options.length + " gợi ý" : "";
  };

  const ask = async () => {
    if (asked) asked.abort();
    if (field.value.trim().length < 2) return close();
    asked = new AbortController();
    const query = new URLSearchParams({ q: field.value, format: "json" });
    try {
      const answer = await fetch(field.dataset.suggest + "?" + query, { signal: asked.signal });
      if (answer.ok) show((await answer.json()).suggestions);
    } catch {
      close(); // a newer question, or no connection: the form still works
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 160);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) location.assign(options[chosen].dataset.url);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  // Before the field loses the focus.
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) location.assign(option.dataset.url);
  });
  field.addEventListener("blur", close);
}
