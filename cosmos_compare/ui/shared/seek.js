// A time named in an answer, or a mark of the timeline, moves the video there. Times are numbers that our own markup wrote.
export default function ({ data, setTriggerValue }) {
  // Where the clip's first frame stands on the player's clock, seconds; on the document, whichever copy of this listens.
  document.documentElement.dataset.clipOffset = data.offset;
  tell = setTriggerValue;
  // The same function is added once only, however often the page runs.
  document.addEventListener("click", seek);
  document.addEventListener("keydown", seek);
}

let tell;

function seek(event) {
  const mark = event.target.closest?.("[data-seconds]");
  const video = document.querySelector("video");
  const pressed = event.type === "click" || ((event.key === "Enter" || event.key === " ") && !mark?.matches("button"));
  if (!mark || !video || !pressed) return;
  if (event.type === "keydown") event.preventDefault(); // Space would scroll the page
  video.pause();
  video.currentTime = Number(mark.dataset.seconds) + Number(document.documentElement.dataset.clipOffset ?? 0);
  video.scrollIntoView({ block: "nearest", behavior: "smooth" });
  // The slider of what the models saw follows, where it is open; without it there is nothing to run again.
  if (document.querySelector(".st-key-frame")) tell("seconds", Number(mark.dataset.seconds));
}
