// Small improvements to pages that already work without them. A module, loaded from our own
// address, so that the Content-Security-Policy needs no exception.

import { initAll } from "../vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// A region that scrolls is a tab stop only while there is something to scroll to.
function markScrollable(region) {
  const scrolls = region.scrollWidth > region.clientWidth;
  region.classList.toggle("kcc-scroll--overflows", scrolls);
  if (scrolls) {
    region.setAttribute("tabindex", "0");
  } else {
    region.removeAttribute("tabindex");
  }
}

const regions = document.querySelectorAll(".kcc-scroll");
if (regions.length && "ResizeObserver" in window) {
  const observer = new ResizeObserver((entries) => entries.forEach((entry) => markScrollable(entry.target)));
  regions.forEach((region) => observer.observe(region));
}
