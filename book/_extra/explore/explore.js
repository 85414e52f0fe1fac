// Draws what a reader can look around in: the network of the best pairs, and maps of the samples.
// The data stand in attributes that `omics_lib/plots/_explore.py` writes; names are set as text, never as markup.
"use strict";
(() => {
  // seaborn's palette for colour-blind readers and matplotlib's forms, as far as there are such, as in the figures
  const COLOURS = ["#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc", "#ca9161", "#fbafe4", "#949494", "#ece133", "#56b4e9"];
  const FORMS = [d3.symbolCircle, d3.symbolSquare, d3.symbolDiamond2, d3.symbolTriangle, d3.symbolStar, d3.symbolCross,
    d3.symbolWye, d3.symbolAsterisk, d3.symbolPlus, d3.symbolTimes];
  const NAMED = 12;  // as many neighbours get their names into the drawing
  const form = (i, size = 60) => d3.symbol(FORMS[i % FORMS.length], size)();
  let boxes = 0;

  // A box with a field for search, what it found, and room for a drawing.
  function frame(place, kind, names, help) {
    const id = `explore-${boxes++}`;
    const box = d3.select(place).append("section").attr("aria-label", `Look around: ${kind}`);
    const bar = box.append("p").attr("class", "explore-bar");
    bar.append("label").attr("for", id).text("Search");
    const field = bar.append("input").attr("type", "search").attr("id", id).attr("list", `${id}-names`)
      .attr("placeholder", "a name").attr("autocomplete", "off").attr("spellcheck", "false");
    bar.append("datalist").attr("id", `${id}-names`).selectAll("option").data(names).join("option").attr("value", d => d);
    const drawing = box.append("div");
    const said = box.append("p").attr("class", "explore-said").attr("role", "status").text(help);
    return { box, bar, field, drawing, said, help };
  }

  // The one whose name is the text, else the first that holds it.
  function find(text, names) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return -1;
    const exact = names.findIndex(name => name.toLowerCase() === wanted);
    return exact >= 0 ? exact : names.findIndex(name => name.toLowerCase().includes(wanted));
  }

  function network(place, { genes, metabolites, pairs }) {
    const nodes = [...genes.map(name => ({ name, side: 0 })), ...metabolites.map(name => ({ name, side: 1 }))]
      .map((node, i) => ({ ...node, i, pairs: [] }));
    const links = pairs.map(([g, m, rho]) => ({ source: nodes[g], target: nodes[genes.length + m], rho: +rho }));
    for (const link of links) { link.source.pairs.push(link); link.target.pairs.push(link); }
    for (const node of nodes) node.pairs.sort((a, b) => Math.abs(b.rho) - Math.abs(a.rho));
    const other = (node, link) => link.source === node ? link.target : link.source;
    const names = nodes.map(node => node.name);
    const { field, drawing, said, help } = frame(place, "the network of the best pairs", names,
      "Type a name, or point at a node: its neighbours stand out. Click to stay with it, drag to move, double-click to come closer.");

    said.attr("data-long", "");
    d3.forceSimulation(nodes)
      .force("link", d3.forceLink(links).distance(40).strength(0.4)).force("charge", d3.forceManyBody().strength(-90))
      .force("x", d3.forceX().strength(0.09)).force("y", d3.forceY().strength(0.13)).force("apart", d3.forceCollide(n => 5 + 0.6 * Math.sqrt(40 + 12 * n.pairs.length)))
      .stop().tick(300);
    const [left, right] = d3.extent(nodes, n => n.x), [top, bottom] = d3.extent(nodes, n => n.y), rim = 40;
    const svg = drawing.append("svg").attr("role", "img")
      .attr("aria-label", `${genes.length} genes and ${metabolites.length} metabolites, joined by ${links.length} pairs`)
      .attr("viewBox", [left - rim, top - rim, right - left + 2 * rim, bottom - top + 2 * rim]);
    const all = svg.append("g");
    // One finger, and the wheel alone, scroll the page.
    const meant = event => event.type === "wheel" ? event.ctrlKey : event.touches ? event.touches.length > 1 : !event.button;
    svg.call(d3.zoom().scaleExtent([0.5, 8]).filter(meant).on("zoom", event => { all.attr("transform", event.transform); letter(); }))
      .style("touch-action", "pan-y");
    // Names keep their size on the screen.
    const letter = () => all.style("font-size", `${12 / ((all.node().getScreenCTM() || {}).a || 1)}px`);
    new ResizeObserver(letter).observe(svg.node());

    const edge = all.selectAll("line").data(links).join("line")
      .attr("class", l => l.rho > 0 ? "positive" : "negative").attr("stroke-width", l => 0.5 + 3 * l.rho ** 2)
      .attr("x1", l => l.source.x).attr("y1", l => l.source.y).attr("x2", l => l.target.x).attr("y2", l => l.target.y);
    const node = all.selectAll("g").data(nodes).join("g").attr("class", n => n.side ? "node metabolite" : "node gene")
      .attr("transform", n => `translate(${n.x},${n.y})`);
    node.append("path").attr("d", n => form(n.side, 40 + 12 * n.pairs.length));
    node.append("text").attr("x", 9).attr("dy", "0.32em").text(n => n.name);
    const hubs = new Set([...nodes].sort((a, b) => b.pairs.length - a.pairs.length || a.i - b.i).slice(0, 8));
    node.classed("hub", n => hubs.has(n));

    let kept = null;
    function show(chosen) {
      const near = new Set(chosen ? chosen.pairs.map(link => other(chosen, link)) : []);
      const named = new Set([...near].slice(0, NAMED).concat(chosen || []));
      svg.classed("chosen", Boolean(chosen));
      node.classed("self", n => n === chosen).classed("near", n => near.has(n)).classed("named", n => named.has(n));
      edge.classed("near", l => l.source === chosen || l.target === chosen);
      said.text(chosen ? "" : help);
      if (!chosen) return;
      said.append("strong").text(chosen.name);
      said.append("span").text(chosen.side ? ", a metabolite, with " : ", a gene, with ");
      said.append("span").text(near.size === 1 ? "one neighbour: " : `${near.size} neighbours: `);
      chosen.pairs.forEach((link, i) => {
        said.append("button").attr("type", "button").text(other(chosen, link).name)
          .on("click", () => { keep(other(chosen, link)); field.node().focus(); });
        said.append("span").text(` (${link.rho.toFixed(2).replace("-", "−")})${i + 1 < chosen.pairs.length ? ", " : ""}`);
      });
    }
    function keep(chosen) { kept = chosen; field.property("value", chosen ? chosen.name : ""); show(chosen); }
    field.on("input", () => {
      kept = nodes[find(field.property("value"), names)] || null;
      show(kept);
      if (!kept && field.property("value").trim()) said.text("No gene or metabolite here has that name.");
    });
    node.on("pointerenter", (_, n) => show(n)).on("pointerleave", () => show(kept))
      .on("click", (_, n) => keep(n === kept ? null : n));
  }

  function samples(place, { names, panels, columns }) {
    const { bar, field, drawing, said, help } = frame(place, "the maps of the samples", names,
      "Point at a sample, or type its name: the same sample stands out in every map.");
    const size = 150, rim = 10;
    bar.append("label").attr("for", `${field.attr("id")}-colour`).text("Colour");
    const choice = bar.append("select").attr("id", `${field.attr("id")}-colour`);
    choice.selectAll("option").data(columns).join("option").attr("value", (_, i) => i).text(c => c.name);
    const legend = drawing.append("p").attr("class", "explore-legend");
    const figures = drawing.append("div").attr("class", "explore-maps").selectAll("figure").data(panels).join("figure");
    figures.append("figcaption").text(p => p.title);
    const svg = figures.append("svg").attr("role", "img").attr("aria-label", p => `${p.title}: ${names.length} samples`)
      .attr("viewBox", [-rim, -rim, size + 2 * rim, size + 2 * rim]);
    const dot = svg.selectAll("path").data(p => p.xy.map(([x, y], i) => ({ x: x * size, y: size - y * size, i })))
      .join("path").attr("class", "sample").attr("transform", s => `translate(${s.x},${s.y})`);

    function paint() {
      const column = columns[+choice.property("value") || 0];
      legend.text("");
      if (!column) { dot.attr("d", form(0, 40)).attr("fill", COLOURS[0]); return; }
      if (column.values.some(v => typeof v === "number")) {
        const scale = d3.scaleSequential(d3.extent(column.values), d3.interpolateCividis);
        dot.attr("d", form(0, 40)).attr("fill", s => column.values[s.i] === null ? "none" : scale(column.values[s.i]));
        const [low, high] = scale.domain();
        legend.text(`${column.name}: from ${d3.format(".3~g")(low)} (dark) to ${d3.format(".3~g")(high)} (light)`);
        return;
      }
      const levels = [...d3.rollup(column.values, v => v.length, v => v)].sort((a, b) => b[1] - a[1]).map(([level]) => level);
      const rank = level => levels.indexOf(level);
      dot.attr("d", s => form(rank(column.values[s.i]), 40)).attr("fill", s => COLOURS[rank(column.values[s.i])]);
      const entry = legend.selectAll("span").data(levels).join("span");
      entry.append("svg").attr("viewBox", "-7 -7 14 14").attr("aria-hidden", "true")
        .append("path").attr("d", (_, i) => form(i, 60)).attr("fill", (_, i) => COLOURS[i]);
      entry.append("span").text(level => level);
    }
    let kept = -1;
    function show(i) {
      svg.classed("chosen", i >= 0);
      dot.classed("self", s => s.i === i).filter(s => s.i === i).raise();
      said.text(i < 0 ? help : [names[i], ...columns.map(c => `${c.name}: ${c.values[i] ?? "missing"}`)].join(" · "));
    }
    choice.on("change", paint);
    field.on("input", () => {
      show(kept = find(field.property("value"), names));
      if (kept < 0 && field.property("value").trim()) said.text("No sample has that name.");
    });
    dot.on("pointerenter", (_, s) => show(s.i)).on("pointerleave", () => show(kept))
      .on("click", (_, s) => { kept = s.i === kept ? -1 : s.i; field.property("value", kept < 0 ? "" : names[kept]); show(kept); });
    paint();
  }

  for (const place of document.querySelectorAll("div.explore")) {
    if (place.dataset.network) network(place, JSON.parse(place.dataset.network));
    if (place.dataset.samples) samples(place, JSON.parse(place.dataset.samples));
  }
})();
