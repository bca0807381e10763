// The rating form: fourteen marks, a verdict and notes, all by keyboard. It draws and remembers; the page saves.
const LEVELS = [2, 1, 0, null]; // null is "cannot judge"; undefined is not chosen yet
const NAMES = new Map([[2, "correct"], [1, "partial"], [0, "incorrect"], [null, "cannot judge"]]);
const VERDICTS = [["left", "A"], ["right", "B"], ["tie", "T"], ["both_bad", "N"]];
const forms = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let form = forms.get(parentElement);
  if (!form) forms.set(parentElement, (form = new Form(parentElement)));
  form.show(data, setTriggerValue);
  return () => form.rest();
}

class Form {
  constructor(root) {
    this.root = root;
    this.on = (event) => this.key(event);
    this.find = (query) => root.querySelector(query);
    this.notes = this.find("textarea");
    this.notes.oninput = () => this.changed();
    // Keys typed into the notes are text: neither ours nor Streamlit's.
    this.notes.onkeydown = (event) => this.noteKey(event);
    const buttons = { save: () => this.save(false), next: () => this.save(true), rest: () => this.fillRest(),
      skip: () => this.send("skip"), undo: () => this.send("undo") };
    for (const [name, act] of Object.entries(buttons)) this.click(this.find(`.${name}`), act);
  }

  // A button that gives the keyboard back after a click of the mouse, so that Enter saves.
  click(button, act) {
    button.onclick = (event) => {
      if (event.detail > 0) button.blur();
      act();
    };
  }

  show(data, setTriggerValue) {
    const fresh = !this.data || this.data.stamp !== data.stamp;
    if (fresh || this.data.serial !== data.serial) [this.busy, this.said] = [false, ""]; // the page has answered
    this.data = data;
    this.trigger = setTriggerValue;
    if (!this.rows) this.build();
    if (fresh) this.load();
    document.removeEventListener("keydown", this.on);
    document.addEventListener("keydown", this.on);
    this.paint();
  }

  rest() {
    document.removeEventListener("keydown", this.on);
  }

  build() {
    const head = this.find("thead").insertRow();
    this.titles = ["", "Axis", 2, 1, 0, ""].map((text) => {
      const th = head.appendChild(document.createElement("th"));
      th.textContent = NAMES.has(text) ? `${text} ${NAMES.get(text)}` : text;
      if (NAMES.has(text)) [th.className, th.dataset.level] = ["level", text];
      return th;
    });
    this.rows = this.data.axes.map((axis, row) => this.line(axis, row));
    this.verdicts = VERDICTS.map(([name, key]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(this.data.words[name], Object.assign(document.createElement("kbd"), { textContent: key }));
      this.click(button, () => this.choose(name));
      return this.find(".verdict").appendChild(button);
    });
  }

  // One axis: A's four buttons, its name and anchors, B's four buttons.
  line(axis, row) {
    const tr = this.find("tbody").insertRow();
    const left = this.marks(tr.insertCell(), axis, row, 0);
    const name = tr.appendChild(document.createElement("th"));
    name.textContent = axis.label;
    name.scope = "row";
    for (const anchor of axis.anchors) tr.insertCell().textContent = anchor;
    return { tr, groups: [left, this.marks(tr.insertCell(), axis, row, 1)] };
  }

  marks(cell, axis, row, side) {
    const group = cell.appendChild(document.createElement("span"));
    group.className = "marks";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", `${axis.label}, answer ${"AB"[side]}`);
    for (const level of LEVELS) {
      const button = group.appendChild(document.createElement("button"));
      button.type = "button";
      button.className = "level";
      button.dataset.level = level ?? "x";
      button.textContent = level ?? "X";
      button.title = NAMES.get(level);
      button.setAttribute("aria-label", NAMES.get(level));
      this.click(button, () => this.mark(row, side, level));
    }
    return group;
  }

  // What the form begins with: what is saved, what an undo gave back, or what was typed before a reload.
  load() {
    const draft = this.data.verdict || this.remembered();
    this.state = {
      marks: draft?.marks.map((side) => [...side]) ?? [[], []],
      choice: draft?.choice ?? "",
    };
    this.notes.value = draft?.notes ?? "";
    this.loaded = this.data.saved ? this.text() : "";
    this.row = this.side = 0;
    if (!this.data.saved) this.toOpen();
    this.find(".form").focus({ preventScroll: true }); // wherever the click was that brought this pair, Enter saves it
    this.said = "";
  }

  remembered() {
    try {
      return JSON.parse(sessionStorage.getItem(this.data.stamp));
    } catch {
      return null;
    }
  }

  changed() {
    this.said = "";
    if (!this.data.saved) sessionStorage.setItem(this.data.stamp, this.text());
    this.paint();
  }

  text() {
    const marks = this.state.marks.map((side) => this.data.axes.map((_, row) => side[row]));
    return JSON.stringify({ marks, choice: this.state.choice, notes: this.notes.value }, (_, value) =>
      value === undefined ? "" : value);
  }

  isOpen(row, side) {
    const level = this.state.marks[side][row];
    return level === undefined || level === "";
  }

  open() {
    const cells = this.data.axes.flatMap((_, row) => [[row, 0], [row, 1]]);
    return cells.filter(([row, side]) => this.isOpen(row, side));
  }

  toOpen() {
    const [next] = this.open();
    if (next) [this.row, this.side] = next;
  }

  mark(row, side, level) {
    if (this.busy) return; // these marks are on their way to the disk
    this.state.marks[side][row] = level;
    [this.row, this.side] = side === 0 ? [row, 1] : [Math.min(row + 1, this.rows.length - 1), row + 1 < this.rows.length ? 0 : 1];
    this.changed();
  }

  fillRest() {
    if (this.busy) return;
    for (const [row, side] of this.open()) this.state.marks[side][row] = null;
    this.changed();
  }

  choose(name) {
    if (this.busy) return;
    this.state.choice = name;
    this.changed();
  }

  move(down, right) {
    this.row = Math.min(Math.max(this.row + down, 0), this.rows.length - 1);
    if (right) this.side = right > 0 ? 1 : 0;
    this.paint();
  }

  save(next) {
    if (this.busy) return;
    if (this.data.saved && this.text() === this.loaded) {
      this.send("skip"); // nothing has changed since it was saved: go on
      return;
    }
    const open = this.open();
    if (open.length || !this.state.choice) {
      this.toOpen();
      const marks = open.length ? `${open.length} mark${open.length > 1 ? "s" : ""}` : "";
      this.said = `Not saved yet: ${[marks, this.state.choice ? "" : "the verdict"].filter(Boolean).join(" and ")} missing. `
        + (open.length ? "X says that you cannot judge." : "");
      this.paint();
      return;
    }
    this.send("save", { ...JSON.parse(this.text()), pair: this.data.pair, next });
  }

  send(name, value = { pair: this.data.pair }) {
    if (this.busy || (name === "undo" && !this.data.can_undo) || (name === "skip" && !this.data.can_skip)) return;
    this.busy = true;
    this.said = name === "save" ? "Saving" : "";
    this.trigger(name, { ...value, at: Date.now() }); // equal values one after the other would be dropped
    this.paint();
  }

  paint() {
    this.rows.forEach(({ tr, groups }, row) => {
      tr.className = row === this.row ? "here" : "";
      groups.forEach((group, side) => {
        const here = row === this.row && side === this.side;
        group.className = here ? "marks here" : "marks";
        LEVELS.forEach((level, at) => {
          const button = group.children[at];
          const on = !this.isOpen(row, side) && this.state.marks[side][row] === level;
          button.setAttribute("aria-pressed", on);
          button.tabIndex = here ? 0 : -1; // Tab passes the grid in four steps; arrows move within it
        });
      });
    });
    this.titles[0].textContent = this.data.titles[0];
    this.titles[5].textContent = this.data.titles[1];
    this.verdicts.forEach((button, at) => button.setAttribute("aria-pressed", this.state.choice === VERDICTS[at][0]));
    const saved = this.data.saved && this.text() === this.loaded;
    this.find(".save").firstChild.textContent = saved
      ? (this.data.can_skip ? "Next pair" : "Saved") : this.data.saved ? "Save the change" : "Save";
    this.find(".save").disabled = this.busy || (saved && !this.data.can_skip);
    this.find(".next").hidden = saved || !this.data.can_skip;
    this.find(".next").disabled = this.busy;
    this.find(".rest").hidden = !this.open().length;
    this.find(".skip").hidden = saved || !this.data.can_skip;
    this.find(".hint").hidden = !this.data.can_skip; // no video and folds to work by key beside the form elsewhere
    this.find(".undo").hidden = !this.data.can_undo;
    this.find(".undo").disabled = this.notes.readOnly = this.busy;
    const said = this.said || this.data.problem || (saved || !this.data.saved ? this.data.said : "Changed, not saved yet.");
    this.find(".said").textContent = said;
    this.find(".said").className = this.data.problem && !this.said ? "said problem" : "said";
  }

  noteKey(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.notes.blur();
    if (event.key === "Enter" && event.ctrlKey) this.save(event.shiftKey);
  }

  key(event) {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || writes(target)) return;
    const act = this.action(event, target);
    if (!act) return;
    event.preventDefault();
    act();
  }

  action(event, target) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "Enter") return target.closest?.("button, a, summary") ? null : () => this.save(event.shiftKey);
    if (key === "x" && event.shiftKey) return () => this.fillRest();
    if (event.shiftKey) return null;
    const level = { 2: 2, 1: 1, 0: 0, x: null }[key];
    if (level !== undefined) return () => this.mark(this.row, this.side, level);
    const verdict = VERDICTS.find((pair) => pair[1].toLowerCase() === key);
    if (verdict) return () => this.choose(verdict[0]);
    const native = target.closest?.("video, [role=slider], [role=listbox]");
    return native ? null : this.others(key);
  }

  others(key) {
    return {
      ArrowUp: () => this.move(-1, 0), ArrowDown: () => this.move(1, 0),
      ArrowLeft: () => this.move(0, -1), ArrowRight: () => this.move(0, 1),
      PageUp: () => scrollAnswers(-1), PageDown: () => scrollAnswers(1),
      w: () => this.notes.focus(),
      u: () => this.send("undo"), j: () => this.send("skip"),
      g: () => toggle("details.fold.truth"), f: () => toggle("details.fold.frames"), v: playVideo,
    }[key];
  }
}

function writes(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function scrollAnswers(direction) {
  for (const box of document.querySelectorAll('[class*="st-key-rate_text_"]'))
    box.scrollBy({ top: direction * box.clientHeight * 0.8 });
}

function toggle(query) {
  const fold = document.querySelector(query);
  if (!fold) return;
  fold.open = !fold.open;
  fold.scrollIntoView({ block: "nearest" });
}

function playVideo() {
  const video = document.querySelector("video");
  if (video) video.paused ? video.play() : video.pause();
}
