// The list of scenarios: pictures come with the data, a click names the one chosen.
export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".list");
  const search = parentElement.querySelector("input");
  search.placeholder = search.ariaLabel = data.say.find;
  [list.role, list.ariaLabel] = ["listbox", data.say.scenarios];
  search.hidden = data.search === false || data.items.length < 10; // a page may search by itself
  const state = JSON.stringify(data.items);
  if (list.state !== state) {
    // Only what changed is built again: a click must not meet a list that is being replaced.
    list.state = state;
    const old = new Map([...list.children].map((node) => [node.dataset.id, node]));
    list.replaceChildren(...data.items.map((item) => keep(old.get(item.id), item) ?? card(item)));
  }
  for (const node of list.children) {
    node.ariaSelected = String(node.dataset.id === data.chosen);
    node.onclick = () => setTriggerValue("picked", node.dataset.id);
  }
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

function keep(node, item) {
  return node?.state === JSON.stringify(item) ? node : undefined;
}

function card(item) {
  const node = document.createElement("button");
  node.type = "button";
  node.role = "option";
  node.dataset.id = item.id;
  node.state = JSON.stringify(item);
  node.dataset.text = `${item.id} ${item.name}`.toLowerCase();
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
  return node;
}
