// The rating form: fourteen marks, a verdict and notes, all by keyboard. It draws and remembers; the page saves.
const LEVELS = [2, 1, 0, null]; // null is "cannot judge"; undefined is not chosen yet
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
    const answered = fresh || this.data.serial !== data.serial;
    const elsewhere = fresh && this.savedElsewhere(data);
    if (answered) [this.busy, this.said] = [false, ""];
    this.data = data;
    this.trigger = setTriggerValue;
    if (!this.rows) this.build();
    if (elsewhere) this.keepAsChange();
    else if (fresh) this.load();
    document.removeEventListener("keydown", this.on);
    document.addEventListener("keydown", this.on);
    this.paint();
  }

  rest() {
    document.removeEventListener("keydown", this.on);
  }

  // The pair was rated in another window while there are marks of one's own here: they must not be lost.
  savedElsewhere(data) {
    if (this.data?.subject !== data.subject || !data.saved) return false;
    return this.busy ? Boolean(data.problem) : this.text() !== this.begun;
  }

  keepAsChange() {
    this.begun = this.loaded = this.textOf(this.data.verdict);
    if (!this.data.problem) this.said = this.data.say.elsewhere;
  }

  build() {
    const { say } = this.data;
    for (const [name, words] of Object.entries({ save: say.save, next: say.save_next, rest: say.rest, skip: say.skip, undo: say.undo }))
      this.find(`.${name} span`).textContent = words;
    this.find(".form").ariaLabel = say.form;
    this.find(".verdict").ariaLabel = say.verdict;
    [this.notes.ariaLabel, this.notes.placeholder] = [say.notes, say.write];
    for (const [key, words] of Object.entries(say.keys))
      this.find(".hint").append(Object.assign(document.createElement("kbd"), { textContent: key }), ` ${words} `);
    const names = new RegExp(Object.keys(say.key_names).join("|"), "g");
    for (const key of this.root.querySelectorAll("kbd"))
      key.textContent = key.textContent.replace(names, (name) => say.key_names[name]);
    const head = this.find("thead").insertRow();
    this.titles = ["", say.axis, 2, 1, 0, ""].map((text) => {
      const th = head.appendChild(document.createElement("th"));
      th.scope = "col";
      th.textContent = say.levels[text] ? `${text} ${say.levels[text]}` : text;
      if (say.levels[text]) [th.className, th.dataset.level] = ["level", text];
      return th;
    });
    this.rows = this.data.axes.map((axis, row) => this.line(axis, row));
    this.verdicts = VERDICTS.map(([name, key]) => {
      const button = document.createElement("button");
      button.type = "button";
      const hint = Object.assign(document.createElement("kbd"), { textContent: key, ariaHidden: "true" });
      button.append(say.verdicts[name], hint);
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
    axis.anchors.forEach((anchor, at) => {
      const cell = tr.insertCell();
      [cell.className, cell.dataset.level, cell.textContent] = ["anchor", LEVELS[at], anchor];
    });
    return { tr, groups: [left, this.marks(tr.insertCell(), axis, row, 1)] };
  }

  marks(cell, axis, row, side) {
    const group = cell.appendChild(document.createElement("span"));
    group.className = "marks";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", fill(this.data.say.group, { axis: axis.label, letter: "AB"[side] }));
    for (const level of LEVELS) {
      const button = group.appendChild(document.createElement("button"));
      button.type = "button";
      button.className = "level";
      button.dataset.level = level ?? "x";
      button.textContent = level ?? "X";
      button.title = this.data.say.levels[level ?? "x"];
      button.setAttribute("aria-label", `${button.textContent} ${button.title}`); // what it reads, then what that means
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
    this.begun = this.text();
    this.loaded = this.data.saved ? this.begun : "";
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
    return this.textOf({ ...this.state, notes: this.notes.value });
  }

  textOf({ marks, choice, notes }) {
    const all = marks.map((side) => this.data.axes.map((_, row) => side[row]));
    return JSON.stringify({ marks: all, choice, notes }, (_, value) => (value === undefined ? "" : value));
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
      const { missing, cannot } = this.data.say;
      const marks = open.length ? `mark${open.length > 1 ? "s" : ""}` : "";
      const what = [marks, this.state.choice ? "" : "verdict"].filter(Boolean).join("_and_");
      this.said = `${fill(missing[what], { n: open.length })} ${marks ? cannot : ""}`.trim();
      this.paint();
      return;
    }
    this.send("save", { ...JSON.parse(this.text()), pair: this.data.pair, next });
  }

  send(name, value = { pair: this.data.pair }) {
    if (this.busy || (name === "undo" && !this.data.can_undo) || (name === "skip" && !this.data.can_skip)) return;
    this.busy = true;
    this.said = name === "save" ? this.data.say.saving : "";
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
    const { say } = this.data;
    this.find(".save span").textContent = saved
      ? (this.data.can_skip ? say.next : say.saved) : this.data.saved ? say.change : say.save;
    this.find(".save").disabled = this.busy || (saved && !this.data.can_skip);
    this.find(".next").hidden = saved || !this.data.can_skip;
    this.find(".next").disabled = this.busy;
    this.find(".rest").hidden = !this.open().length;
    this.find(".skip").hidden = saved || !this.data.can_skip;
    this.find(".hint").hidden = !this.data.can_skip; // no video and folds to work by key beside the form elsewhere
    this.find(".undo").hidden = !this.data.can_undo;
    this.find(".undo").disabled = this.notes.readOnly = this.busy;
    const said = this.said || this.data.problem || (saved || !this.data.saved ? this.data.said : this.data.say.changed);
    this.find(".reply").textContent = said;
    this.find(".reply").className = this.data.problem && !this.said ? "reply problem" : "reply";
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
    if (key === "Enter") return target.closest?.("button, a, summary, [role=button]") ? null : () => this.save(event.shiftKey);
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

function fill(text, blanks) {
  return text.replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
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
