// The timeline: its playhead follows the video; a mark and the passages that say it are lit together. seek.js moves the
// video. Everything read here was written by our own markup.
export default function () {
  // The same functions are added once only, however often the page runs. Media events don't bubble, hence the capture.
  for (const name of ["timeupdate", "seeking", "seeked", "play", "loadedmetadata"]) document.addEventListener(name, follow, true);
  document.addEventListener("click", light);
  document.addEventListener("keydown", press);
  document.addEventListener("keydown", move, true); // before the form of Rate, whose arrows go elsewhere
  for (const name of ["mouseover", "focusin"]) document.addEventListener(name, read);
  for (const name of ["mouseout", "focusout"]) document.addEventListener(name, forget);
}

const root = document.documentElement;
let following = 0;

function offset() {
  return Number(root.dataset.clipOffset ?? 0);
}

function follow(event) {
  const video = event.target;
  if (!video.matches?.("video")) return;
  cancelAnimationFrame(following);
  const step = () => {
    root.style.setProperty("--now", Math.max(0, video.currentTime - offset()).toFixed(3));
    if (!video.paused && video.isConnected) following = requestAnimationFrame(step);
  };
  step();
}

// A click on a mark lights its passages, one on a passage its marks, one on an empty place of a track goes there.
function light(event) {
  const mark = event.target.closest?.(".track button");
  const passage = event.target.closest?.(".said[data-said]");
  const track = event.target.closest?.(".track");
  if (mark) {
    const side = mark.closest(".lane").dataset.side;
    show(side, mark.dataset.said.split(" "), [mark], true);
  } else if (passage) {
    const side = passage.closest("[data-answer]")?.dataset.answer;
    const time = event.target.closest(".time[data-seconds]");
    show(side, [passage.dataset.said], marksOf(side, passage.dataset.said, time?.dataset.seconds), false);
  } else if (track) {
    const video = document.querySelector("video");
    const box = track.getBoundingClientRect();
    const duration = Number(track.closest(".lanes").dataset.duration);
    if (video) video.currentTime = ((event.clientX - box.left) / box.width) * duration + offset();
  }
}

// A time or a passage in an answer is pressed as a button is, which these are not.
function press(event) {
  const on = event.target.closest?.(".said[data-said]");
  if (!on || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  light(event);
}

function marksOf(side, said, seconds) {
  const own = [...document.querySelectorAll(`.lane[data-side="${side}"] .track button`)].filter((mark) =>
    mark.dataset.said.split(" ").includes(said)
  );
  const there = own.filter((mark) => mark.dataset.seconds === seconds);
  return there.length ? there : own;
}

function show(side, said, marks, scroll) {
  document.querySelectorAll(".marked").forEach((lit) => lit.classList.remove("marked"));
  marks.forEach((mark) => mark.classList.add("marked"));
  const passages = said.filter(Boolean).flatMap((number) => [
    ...document.querySelectorAll(`[data-answer="${side}"] .said[data-said="${number}"]`),
  ]);
  passages.forEach((passage) => passage.classList.add("marked"));
  if (scroll && passages[0]) reveal(passages[0]);
  if (marks[0]) tell(marks[0]);
}

// Only the answer's own box is scrolled: the video stays where it is.
function reveal(passage) {
  const box = passage.closest('[class*="st-key-text_"], [class*="st-key-rate_text_"]');
  if (!box) return;
  const [inner, outer] = [passage.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.top < outer.top) box.scrollTop += inner.top - outer.top - 8;
  else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom + 8;
}

// Arrows go from mark to mark of a lane, and to the lanes above and below; Enter and Space click, as on any button.
function move(event) {
  const mark = event.target.closest?.(".track button");
  if (!mark || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = aim(mark, event.key);
  if (next === undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  next?.focus();
}

function aim(mark, key) {
  const track = mark.parentElement;
  const marks = [...track.querySelectorAll("button")].sort((a, b) => a.dataset.seconds - b.dataset.seconds);
  const at = marks.indexOf(mark);
  if (key === "ArrowRight") return marks[at + 1] ?? null;
  if (key === "ArrowLeft") return marks[at - 1] ?? null;
  if (key === "Home") return marks[0];
  if (key === "End") return marks.at(-1);
  if (key !== "ArrowDown" && key !== "ArrowUp") return undefined;
  const tracks = [...track.closest(".lanes").querySelectorAll(".track:has(button)")].filter((one) => one.offsetParent);
  const other = tracks[tracks.indexOf(track) + (key === "ArrowDown" ? 1 : -1)];
  if (!other) return null;
  const distance = (one) => Math.abs(one.dataset.seconds - mark.dataset.seconds);
  return [...other.querySelectorAll("button")].sort((a, b) => distance(a) - distance(b))[0];
}

function read(event) {
  const mark = event.target.closest?.(".track button");
  if (!mark) return;
  tell(mark);
  // One stop of the tab key a lane: the mark that had the focus last.
  if (event.type === "focusin")
    for (const other of mark.parentElement.querySelectorAll("button")) other.tabIndex = other === mark ? 0 : -1;
}

function tell(mark) {
  const line = mark.closest(".lanes")?.querySelector(".readout");
  if (line) [line.textContent, line.className] = [mark.ariaLabel, "readout"];
}

function forget(event) {
  const mark = event.target.closest?.(".track button");
  if (!mark || mark.contains(event.relatedTarget)) return;
  const lanes = mark.closest(".lanes");
  const kept = lanes?.querySelector("button:focus-visible, button.marked");
  const line = lanes?.querySelector(".readout");
  if (line) [line.textContent, line.className] = kept ? [kept.ariaLabel, "readout"] : [line.dataset.legend, "readout idle"];
}
