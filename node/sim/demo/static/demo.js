// Keeps the map live: the server sends it whole whenever it changes. Without
// this script the page reloads itself.
"use strict";
(() => {
  const part = document.getElementById("live");
  const closed = document.getElementById("closed");
  const stream = new EventSource("/live");
  stream.onmessage = (event) => {
    closed.hidden = true;
    const focus = document.activeElement && part.contains(document.activeElement) ? document.activeElement.id : "";
    part.innerHTML = event.data;
    const again = focus && document.getElementById(focus);
    if (again) again.focus();
  };
  stream.onerror = () => { closed.hidden = false; };
})();
