// Rows of a review sheet, a page at a time. Cells come from other people's tables: they are only ever set as text.
function add(parent, tag, text, name) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  parent.append(made);
  return made;
}

function button(parent, text, pressed, act) {
  const made = add(parent, "button", text);
  made.type = "button";
  if (pressed !== null) made.setAttribute("aria-pressed", String(pressed));
  made.addEventListener("click", act);
  return made;
}

function render({ model, el }) {
  let page = 0;
  let who;
  const root = add(el, "div", undefined, "synthgen-review");

  function put(name, line, value) {
    model.set(name, { ...model.get(name), [line]: value });
    model.save_changes();
  }

  function card(parent, item) {
    const key = String(item.line);
    const box = add(parent, "article");
    add(box, "h4", `Line ${item.line} · row ${item.row} · ${item.group}`);
    const reasons = add(box, "ul");
    for (const words of item.reasons) add(reasons, "li", words);
    const values = add(box, "dl");
    for (const [name, value] of item.cells) {
      const pair = add(values, "div");
      add(pair, "dt", name);
      add(pair, "dd", value === "" ? "missing" : value, value === "" ? "gone" : "");
    }
    const row = add(box, "p", undefined, "choice");
    const made = model.get("decisions")[key];
    for (const word of ["accept", "refuse"]) {
      const one = button(row, word, made === word, () => put("decisions", key, word));
      one.setAttribute("aria-label", `${word} line ${item.line}`);
      one.dataset.focus = `${word} ${key}`;
    }
    const note = add(row, "input");
    note.type = "text";
    note.placeholder = "comment";
    note.setAttribute("aria-label", `comment on line ${item.line}`);
    note.value = model.get("comments")[key] ?? "";
    note.addEventListener("change", () => put("comments", key, note.value));
  }

  function draw() {
    const lines = model.get("lines");
    const size = Math.max(1, model.get("page_size"));
    const last = Math.max(0, Math.ceil(lines.length / size) - 1);
    page = Math.min(Math.max(0, page), last);
    // A page that is drawn anew must leave the keyboard where it was.
    const focus = root.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
    root.replaceChildren();
    const done = lines.filter((item) => model.get("decisions")[String(item.line)]).length;
    const head = add(root, "p", undefined, "head");
    add(head, "b", `${done} of ${lines.length} rows decided`).setAttribute("role", "status");
    who = add(add(head, "label", "Reviewer "), "input");
    who.type = "text";
    who.value = model.get("reviewer");
    who.addEventListener("change", () => {
      model.set("reviewer", who.value);
      model.save_changes();
    });
    for (const item of lines.slice(page * size, (page + 1) * size)) card(root, item);
    const foot = add(root, "p", undefined, "foot");
    const turn = (step) => () => {
      page += step;
      draw();
      root.scrollIntoView({ block: "nearest" });
    };
    const back = button(foot, "Back", null, turn(-1));
    back.disabled = page === 0;
    back.dataset.focus = "back";
    add(foot, "span", `Page ${page + 1} of ${last + 1}`);
    const next = button(foot, "Next", null, turn(1));
    next.disabled = page === last;
    next.dataset.focus = "next";
    if (focus) [...root.querySelectorAll("[data-focus]")].find((item) => item.dataset.focus === focus)?.focus();
  }

  // A name is typed here: drawing the page anew would take away the button that is being clicked.
  function name() {
    if (who.value !== model.get("reviewer")) who.value = model.get("reviewer");
  }

  const acts = { "change:lines": draw, "change:decisions": draw, "change:page_size": draw, "change:reviewer": name };
  for (const [what, act] of Object.entries(acts)) model.on(what, act);
  draw();
  return () => {
    for (const [what, act] of Object.entries(acts)) model.off(what, act);
  };
}

export default { render };
