// Whoever signs out leaves nothing behind in this browser that they typed.

import { forgetAll } from "./unsaved.js";

document.querySelector("main form")?.addEventListener("submit", forgetAll);
