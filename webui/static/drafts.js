// What somebody types is kept within two seconds, and a sign of life keeps the
// idle lock away while they read.
(function () {
  "use strict";
  var AFTER = 700; // ms of quiet until a draft is sent
  var LATEST = 1800; // ms after which it is sent although the typing goes on
  var AWAKE = 60000; // ms between two signs of life
  var waiting = new Map();

  function send(form, leaving) {
    var timers = waiting.get(form);
    if (timers) { clearTimeout(timers.quiet); clearTimeout(timers.latest); }
    waiting.delete(form);
    var body = new URLSearchParams(new FormData(form));
    if (leaving) { navigator.sendBeacon("/drafts", body); return; }
    fetch("/drafts", { method: "POST", body: body, credentials: "same-origin", redirect: "manual" }).catch(function () {
      // The node is being restarted: the next key tries again.
    });
  }

  document.addEventListener("input", function (e) {
    var form = e.target.form;
    if (!form || !form.hasAttribute("data-draft")) { return; }
    var timers = waiting.get(form) || { latest: setTimeout(send, LATEST, form) };
    clearTimeout(timers.quiet);
    timers.quiet = setTimeout(send, AFTER, form);
    waiting.set(form, timers);
  });

  // A form that is saved needs no draft any more; a page that is left does.
  document.addEventListener("submit", function (e) {
    var timers = waiting.get(e.target);
    if (timers) { clearTimeout(timers.quiet); clearTimeout(timers.latest); waiting.delete(e.target); }
  });
  window.addEventListener("pagehide", function () {
    waiting.forEach(function (_, form) { send(form, true); });
  });

  var last = Date.now();
  function alive() {
    var now = Date.now();
    if (now - last < AWAKE) { return; }
    last = now;
    fetch("/awake", { method: "POST", credentials: "same-origin", redirect: "manual" }).catch(function () {});
  }
  ["keydown", "pointerdown", "wheel"].forEach(function (name) {
    document.addEventListener(name, alive, { passive: true, capture: true });
  });
})();
