// What the answers locate stands on the video while it plays, at the times that they name. Labels are set as text only.
export default function ({ data }) {
  // On the document, whichever copy of this listens.
  root.dataset.places = JSON.stringify(data);
  // The same function is added once only, however often the page runs. Media events don't bubble, hence the capture.
  for (const name of ["timeupdate", "seeking", "seeked", "play", "loadedmetadata", "loadeddata"])
    document.addEventListener(name, follow, true);
  addEventListener("resize", draw);
  draw();
}

const root = document.documentElement;
let following = 0;

function follow(event) {
  if (!event.target.matches?.("video")) return;
  cancelAnimationFrame(following);
  const step = () => {
    draw();
    if (!event.target.paused && event.target.isConnected) following = requestAnimationFrame(step);
  };
  step();
}

function draw() {
  const video = document.querySelector("video");
  if (!video?.parentElement) return;
  const now = video.currentTime - Number(root.dataset.clipOffset ?? 0);
  const all = JSON.parse(root.dataset.places ?? "[]");
  const here = all.filter((place) => place.begin <= now + 0.02 && now <= place.end + 0.02);
  const layer = layerOf(video, here.length > 0);
  if (!layer) return;
  fit(layer, video);
  const key = JSON.stringify(here);
  if (layer.dataset.key === key) return;
  layer.dataset.key = key;
  layer.replaceChildren(...here.map((place) => (place.points ? line(place) : mark(place))));
}

function layerOf(video, needed) {
  const found = video.parentElement.querySelector(":scope > .places");
  if (found || !needed) return found;
  const layer = document.createElement("div");
  layer.className = "places";
  layer.ariaHidden = "true"; // all of it is written in the answers
  video.parentElement.style.position = "relative";
  return video.parentElement.appendChild(layer);
}

// The layer lies on the picture, not on the bars beside it.
function fit(layer, video) {
  const [width, height] = [video.videoWidth || video.clientWidth, video.videoHeight || video.clientHeight];
  const scale = Math.min(video.clientWidth / width, video.clientHeight / height);
  const [wide, high] = [width * scale, height * scale];
  Object.assign(layer.style, {
    left: `${video.offsetLeft + video.clientLeft + (video.clientWidth - wide) / 2}px`,
    top: `${video.offsetTop + video.clientTop + (video.clientHeight - high) / 2}px`,
    width: `${wide}px`,
    height: `${high}px`,
  });
}

function mark({ kinds, label, box }) {
  const node = document.createElement("span");
  node.className = kinds;
  const [x1, y1, x2, y2] = box.map((share) => share * 100);
  Object.assign(node.style, { left: `${x1}%`, top: `${y1}%`, width: `${x2 - x1}%`, height: `${y2 - y1}%` });
  if (label) node.appendChild(document.createElement("em")).textContent = label;
  return node;
}

function line({ kinds, points }) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", kinds);
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("preserveAspectRatio", "none");
  const poly = svg.appendChild(document.createElementNS(space, "polyline"));
  poly.setAttribute("points", points.map(([x, y]) => `${x * 100},${y * 100}`).join(" "));
  poly.setAttribute("fill", "none");
  poly.setAttribute("vector-effect", "non-scaling-stroke");
  return svg;
}
