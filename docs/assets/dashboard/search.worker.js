// Holds the table and compares with every row, away from the page's own thread.

import { engine } from "./engine.js";

const answer = engine();

self.addEventListener("message", ({ data: { call, message } }) => {
  try {
    self.postMessage({ call, result: answer(message) });
  } catch (error) {
    self.postMessage({ call, error: String(error) });
  }
});
