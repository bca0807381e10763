// A time named in an answer moves the video there. Times are numbers that our own markup wrote.
export default function () {
  // The same function is added once only, however often the page runs.
  document.addEventListener("click", seek);
  document.addEventListener("keydown", seek);
}

function seek(event) {
  const mark = event.target.closest?.(".time[data-seconds]");
  const video = document.querySelector("video");
  if (!mark || !video || (event.type === "keydown" && event.key !== "Enter")) return;
  video.pause();
  video.currentTime = Number(mark.dataset.seconds);
  video.scrollIntoView({ block: "nearest", behavior: "smooth" });
}
