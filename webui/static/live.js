// One live stream a browser, however many tabs are open: the tab that holds a
// lock keeps the stream and passes what it hears to the others. Where a browser
// has no locks or channels, each tab keeps its own stream. htmx's extension for
// server-sent events is given an object that looks like an EventSource.
(function () {
  "use strict";
  var CHANNEL = "bough-live " + location.origin;

  function SharedSource(url) {
    var self = new EventTarget();
    self.readyState = 0;
    self.close = function () { self.readyState = 2; };

    function hear(message) {
      if (self.readyState === 2) { return; }
      if (self.readyState === 0) {
        self.readyState = 1;
        if (self.onopen) { self.onopen(new Event("open")); }
      }
      if (message.name === "locked") { return location.reload(); }
      if (message.name === "hello") { return say("hello"); }
      if (message.party !== "0") { say("party-" + message.party); } else { say("hello"); }
      say("line");
    }
    function say(name) { self.dispatchEvent(new MessageEvent(name, { data: "" })); }

    if (navigator.locks && window.BroadcastChannel) { share(url, hear); } else { listen(url, hear); }
    return self;
  }

  function listen(url, hear) {
    var source = new EventSource(url, { withCredentials: true });
    ["hello", "changed", "locked"].forEach(function (name) {
      source.addEventListener(name, function (e) { hear({ name: name, party: e.data }); });
    });
    // A stream that was refused (locked, signed out) stays closed: the poll of
    // the line finds out and leads to the right page.
    return source;
  }

  function share(url, hear) {
    var channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = function (e) { hear(e.data); };
    navigator.locks.request(CHANNEL, function () {
      return new Promise(function (release) {
        var source = listen(url, function (message) {
          channel.postMessage(message);
          hear(message);
        });
        window.addEventListener("pagehide", function () { source.close(); release(); });
      });
    });
  }

  htmx.createEventSource = SharedSource;
})();
