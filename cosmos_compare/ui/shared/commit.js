// A popover that closes takes what was typed in it: Streamlit removes its fields before they have told their value.
// Leaving the field first, as one does with the mouse or the tab key on the page itself, makes it tell.
export default function () {
  // The same function is added once only, however often the page runs. Before others, hence the capture.
  document.addEventListener("pointerdown", leave, true);
  document.addEventListener("keydown", leave, true);
}

function leave(event) {
  const field = document.activeElement;
  const popover = field?.closest?.('[data-testid="stPopoverBody"]');
  // A list's own field tells at each choice, and what is chosen from lies outside the popover.
  if (!popover || !field.matches("textarea, input:not([role=combobox])")) return;
  if (event.type === "keydown" ? event.key === "Escape" : !popover.contains(event.target)) field.blur();
}
