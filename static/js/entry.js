// Opens the box for management action once the figure that was typed asks for it. Without it the page
// opens it when the figure is checked or saved.

const action = document.getElementById("action");

document.body.addEventListener("htmx:afterSettle", () => {
  if (action && document.querySelector("#would-be [data-action-required]")) action.open = true;
});
