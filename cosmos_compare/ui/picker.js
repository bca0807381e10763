// The list of scenarios: pictures come with the data, a click names the one chosen.
export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".list");
  const search = parentElement.querySelector("input");
  search.hidden = data.items.length < 10;
  const before = list.scrollTop;
  list.replaceChildren(...data.items.map((item) => card(item, data.chosen, setTriggerValue)));
  list.scrollTop = before;
  const filter = () => {
    const words = search.value.toLowerCase();
    for (const node of list.children) node.hidden = !node.dataset.text.includes(words);
  };
  search.oninput = filter;
  filter();
  if (list.dataset.chosen !== data.chosen) {
    list.dataset.chosen = data.chosen;
    list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }
}

function card(item, chosen, setTriggerValue) {
  const node = document.createElement("button");
  node.type = "button";
  node.role = "option";
  node.ariaSelected = String(item.id === chosen);
  node.dataset.text = item.id.toLowerCase();
  node.title = item.problem || item.id;
  const picture = node.appendChild(document.createElement(item.jpeg ? "img" : "span"));
  picture.className = item.problem ? "picture broken" : "picture";
  if (item.jpeg) {
    picture.src = `data:image/jpeg;base64,${item.jpeg}`;
    picture.alt = "";
    picture.loading = "lazy";
    picture.decoding = "async";
  }
  const words = node.appendChild(document.createElement("span"));
  words.className = "words";
  words.appendChild(document.createElement("b")).textContent = item.name;
  words.appendChild(document.createElement("small")).textContent = item.facts;
  node.onclick = () => setTriggerValue("picked", item.id);
  return node;
}
