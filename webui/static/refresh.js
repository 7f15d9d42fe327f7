// What the page fetches by itself must not disturb: a part in which somebody
// types stays as it is, a part that did not change is not touched, and what was
// unfolded stays unfolded.
(function () {
  "use strict";

  function busy(part) {
    var at = document.activeElement;
    if (at && part.contains(at) && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) { return true; }
    return Array.prototype.some.call(part.querySelectorAll("input, textarea"), function (field) {
      return field.type !== "hidden" && field.value !== field.defaultValue;
    });
  }

  function keepOpen(from, to) {
    from.querySelectorAll("details").forEach(function (details, i) {
      if (!details.open) { return; }
      var match = details.id ? to.querySelector("#" + CSS.escape(details.id)) : to.querySelectorAll("details")[i];
      if (match) { match.open = true; }
    });
  }

  document.addEventListener("htmx:oobBeforeSwap", function (e) {
    var part = e.detail.target, fresh = e.detail.fragment.firstElementChild;
    if (!fresh) { return; }
    keepOpen(part, fresh);
    if (busy(part) || fresh.innerHTML === part.innerHTML && fresh.className === part.className) { e.detail.shouldSwap = false; }
  });

  document.addEventListener("htmx:beforeSwap", function (e) {
    var target = e.detail.target;
    if (target.id !== "line") { return; }
    var fresh = new DOMParser().parseFromString(e.detail.serverResponse, "text/html").body.firstElementChild;
    if (fresh && fresh.innerHTML === target.innerHTML && fresh.className === target.className) { e.detail.shouldSwap = false; }
  });

  // A form that arrived in the panel is where somebody wants to type.
  document.addEventListener("htmx:afterSwap", function (e) {
    var panel = e.detail.target;
    if (panel.id !== "panel") { return; }
    var first = panel.querySelector("input:checked[data-digit], [autofocus], input:not([type=hidden]), textarea");
    if (first && !panel.contains(document.activeElement)) { first.focus(); }
    panel.scrollIntoView({ block: "nearest" });
  });

  // What only this page knows is not kept for the back button.
  window.addEventListener("pageshow", function (e) { if (e.persisted) { location.reload(); } });
})();
