// The keyboard. Letters belong to links and buttons that carry data-key; they
// work while nobody types in a field. Without this script everything is still a
// link or a button.
(function () {
  "use strict";

  function typing(at) {
    return at.isContentEditable || /^(TEXTAREA|SELECT)$/.test(at.tagName) ||
      at.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(at.type);
  }

  function hits() { return Array.prototype.slice.call(document.querySelectorAll("a[data-hit]")); }

  // The form that keys mean: the one in focus, or the only one there is.
  function formAt(at) { return at.closest("main form") || document.querySelector("#panel form, main form[data-draft]"); }

  function save(at) {
    var form = formAt(at);
    var button = form && form.querySelector("button.main");
    if (button) { form.requestSubmit(button); }
    return !!button;
  }

  function pick(key) {
    var radio = document.querySelector('form[data-digits] input[data-digit="' + CSS.escape(key) + '"]');
    if (!radio) { return false; }
    radio.checked = true;
    radio.dispatchEvent(new Event("input", { bubbles: true }));
    var next = radio.form.querySelector("[data-next]");
    if (next) { focusFrom(key, next); }
    return true;
  }

  // The key that leads to a field is not typed into it, even where a browser
  // sends it as text all the same: text without a key of its own.
  function focusFrom(key, field) {
    var same = true;
    field.addEventListener("keydown", function () { same = false; }, { once: true });
    field.addEventListener("beforeinput", function (e) {
      if (same && e.data === key) { e.preventDefault(); }
    }, { once: true });
    field.focus();
  }

  function move(step) {
    var list = hits(), at = list.indexOf(document.activeElement), find = document.querySelector("[data-find]");
    if (!list.length || at < 0 && document.activeElement !== find) { return false; }
    if (at + step < 0) { find.focus(); } else { list[Math.min(at + step, list.length - 1)].focus(); }
    return true;
  }

  function escape(at) {
    if (typing(at)) { at.blur(); return true; }
    var panel = document.getElementById("panel");
    if (panel && panel.firstElementChild) { panel.replaceChildren(); return true; }
    return false;
  }

  function letter(key, at) {
    var begun = at.matches("[data-find]") && !at.value && key === "/"; // who asks for find is there
    if (typing(at) && !begun) { return false; }
    if (key === "/") {
      var find = document.querySelector("[data-find]");
      if (find) { focusFrom(key, find); find.select(); }
      return !!find;
    }
    if (pick(key)) { return true; }
    var target = document.querySelector('[data-key="' + CSS.escape(key) + '"]');
    if (target) { target.click(); }
    return !!target;
  }

  document.addEventListener("keydown", function (e) {
    var at = e.target, done = false;
    if (e.isComposing || e.defaultPrevented) { return; }
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { done = save(at); }
    else if (e.ctrlKey || e.metaKey || e.altKey) { return; }
    else if (e.key === "ArrowDown") { done = move(1); }
    else if (e.key === "ArrowUp") { done = move(-1); }
    else if (e.key === "Escape") { done = escape(at); }
    else if (e.key === "Enter" && at.hasAttribute("data-find-live")) { done = openFirst(at); }
    else if (e.key.length === 1) { done = letter(e.key, at); }
    if (done) { e.preventDefault(); }
  });

  document.addEventListener("click", function (e) {
    if (e.target.closest("[data-print]")) { window.print(); }
  });

  // A form is sent once, however often somebody presses; and Enter in find is
  // ours, so the form does not go as well.
  document.addEventListener("submit", function (e) {
    var find = e.target.querySelector("[data-find-live]");
    if (find && Date.now() - entered < 500 || e.target.dataset.sent) { return e.preventDefault(); }
    if (e.target.method === "post") { e.target.dataset.sent = "yes"; }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // Enter in find opens the first hit: at once when the list answers what is
  // typed, else as soon as it does.
  var wanted = false, entered = 0;
  function openFirst(input) {
    entered = Date.now();
    if (!input.value.trim()) { return true; }
    var found = document.getElementById("found");
    if (found.dataset.typed === input.value.trim()) {
      var first = hits()[0];
      if (first) { location.href = first.href; }
    } else if (window.htmx) {
      wanted = true;
      htmx.trigger(input, "find");
    } else {
      return false;
    }
    return true;
  }
  // What was typed before the scripts were there is looked for, too.
  window.addEventListener("pageshow", function () {
    var input = document.querySelector("[data-find-live]"), found = document.getElementById("found");
    if (input && found && window.htmx && found.dataset.typed !== input.value.trim()) { htmx.trigger(input, "find"); }
  });
  document.addEventListener("htmx:afterSwap", function (e) {
    var input = document.querySelector("[data-find-live]");
    if (wanted && input && e.target.id === "found") { wanted = false; openFirst(input); }
  });
})();
