// The pack says everything without this. It adds one thing: the matrix of all pain points, drawn on
// request, because its code is large. A browser that cannot unpack it keeps the static figure.
(function () {
  "use strict";
  var box = document.getElementById("explorer");
  if (!box || typeof DecompressionStream === "undefined") { return; }
  box.hidden = false;
  var drawn = false;
  box.addEventListener("toggle", function () {
    if (!box.open || drawn) { return; }
    drawn = true;
    var target = document.getElementById("explorer-figure");
    var packed = atob(document.getElementById("plotly-code").textContent);
    var bytes = Uint8Array.from(packed, function (c) { return c.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    new Response(stream).text().then(function (code) {
      var script = document.createElement("script");
      script.textContent = code;
      document.head.appendChild(script);
      var figure = JSON.parse(document.getElementById("explorer-data").textContent);
      var style = getComputedStyle(document.documentElement);
      var ink = style.getPropertyValue("--ink").trim();
      var line = style.getPropertyValue("--line").trim();
      figure.layout.font = { color: ink, family: getComputedStyle(document.body).fontFamily };
      figure.layout.hoverlabel = {
        align: "left", bgcolor: style.getPropertyValue("--card").trim(), bordercolor: ink,
        font: { color: ink, family: figure.layout.font.family }
      };
      figure.layout.xaxis.gridcolor = figure.layout.yaxis.gridcolor = line;
      figure.data[0].marker.color = style.getPropertyValue("--pain").trim();
      var onPain = style.getPropertyValue("--on-pain").trim();
      figure.data[0].textfont.color = figure.data[0].marker.symbol.map(function (symbol) {
        return symbol === "circle" ? onPain : ink;
      });
      return window.Plotly.newPlot(target, figure.data, figure.layout, figure.config);
    });
  });
}());
