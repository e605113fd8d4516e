// Lists the agents from the public REST API. Whatever comes from an agent is put into the page as
// text and never as markup.
"use strict";

// How often everything is read again: without the stream of events, and with it, since events tell
// of agents only.
const POLL_MS = 3000;
const STREAMED_MS = 15000;
// Events come in swarms; the page is read at most so often because of them.
const SETTLE_MS = 500;
const REOPEN_MS = 30000;
const TIMEOUT_MS = 10000;
const MAX_AGENTS = 500;
const MAX_ATTRIBUTES = 8;

const element = (id) => document.getElementById(id);

let agents = [];
let loaded = false;
let reading = false;
let streamed = false;
let timer = 0;
let dueAt = Infinity;

function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function text(value) {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

// The list tells attributes and the operator's labels in one map.
function labels(agent) {
  return agent.labels || {};
}

function nameOf(agent) {
  return text(labels(agent)["service.name"] || labels(agent)["host.name"] || "unnamed agent");
}

function since(instant) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(instant)) / 1000));
  if (Number.isNaN(seconds)) return "–";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(instant).toLocaleString();
}

function badge(state) {
  const word = text(state || "unknown");
  const lower = word.toLowerCase();
  const shown = lower.charAt(0).toUpperCase() + lower.slice(1);
  return node("span", "badge " + lower.replace(/[^a-z]/g, ""), shown);
}

function row(agent) {
  const line = node("tr");

  const who = node("td");
  who.append(node("div", "name", nameOf(agent)), node("div", "uid", text(agent.instanceUid)));

  const state = node("td");
  state.append(badge(agent.state));
  if (agent.reason) state.append(node("div", "reason", text(agent.reason)));

  const attributes = node("td");
  const all = labels(agent);
  const keys = Object.keys(all).filter((key) => key !== "service.name").sort();
  for (const key of keys.slice(0, MAX_ATTRIBUTES)) {
    attributes.append(node("span", "attribute", `${key}=${text(all[key])}`));
  }
  if (keys.length > MAX_ATTRIBUTES) {
    attributes.append(node("span", "reason", `and ${keys.length - MAX_ATTRIBUTES} more`));
  }

  const seen = node("td", "", since(agent.lastSeen));
  seen.title = text(agent.lastSeen || "");
  line.append(who, state, attributes, node("td", "", text(agent.transport || "–")), seen);
  return line;
}

function matches(agent, wanted) {
  return !wanted || JSON.stringify(agent).toLowerCase().includes(wanted);
}

function show() {
  if (!loaded) return;
  const wanted = element("filter").value.trim().toLowerCase();
  const shown = agents.filter((agent) => matches(agent, wanted));
  element("rows").replaceChildren(...shown.map(row));
  element("agents").hidden = agents.length === 0;
  element("empty").hidden = agents.length !== 0;
  const connected = agents.filter((a) => text(a.state).toLowerCase() !== "disconnected").length;
  element("summary").textContent = agents.length
    ? `${connected} of ${agents.length} connected` + (wanted ? `, ${shown.length} shown` : "")
    : "";
}

async function read(path) {
  const response = await fetch(path, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.json();
}

async function fetchAgents() {
  const found = [];
  let cursor = null;
  do {
    const query = cursor ? "?cursor=" + encodeURIComponent(cursor) : "";
    const page = await read("/api/v1/agents" + query);
    found.push(...(page.items || []));
    cursor = page.nextCursor || null;
  } while (cursor && found.length < MAX_AGENTS);
  element("more").hidden = !cursor;
  return found;
}

// Reads once within this time; an earlier plan stands.
function readWithin(milliseconds) {
  const at = Date.now() + milliseconds;
  if (reading || at >= dueAt) {
    // While it is being read, what comes now may be missed; so it is read again soon.
    dueAt = Math.min(dueAt, at);
    return;
  }
  clearTimeout(timer);
  dueAt = at;
  timer = setTimeout(refresh, milliseconds);
}

async function refresh() {
  clearTimeout(timer);
  dueAt = Infinity;
  reading = true;
  if (!document.hidden) {
    try {
      [agents] = await Promise.all([fetchAgents(), refreshRollouts(read)]);
      loaded = true;
      element("problem").hidden = true;
    } catch (error) {
      element("problem").textContent = `The list is not up to date: ${error.message}.`;
      element("problem").hidden = false;
    }
    show();
  }
  reading = false;
  const hinted = dueAt;
  dueAt = Infinity;
  const usual = streamed ? STREAMED_MS : POLL_MS;
  readWithin(Math.max(SETTLE_MS, Math.min(usual, hinted - Date.now())));
}

// Events are hints that something is to be read again. EventSource comes back by itself after a
// lost connection, but not after a refusal; until it is there, the page polls.
function followEvents() {
  const source = new EventSource("/api/v1/events/stream?kind=StatusChanged&kind=ConfigOffered");
  const hint = () => readWithin(SETTLE_MS);
  for (const kind of ["StatusChanged", "ConfigOffered", "reset"]) {
    source.addEventListener(kind, hint);
  }
  source.addEventListener("open", () => {
    streamed = true;
    hint();
  });
  source.addEventListener("error", () => {
    streamed = false;
    readWithin(POLL_MS);
    if (source.readyState === EventSource.CLOSED) setTimeout(followEvents, REOPEN_MS);
  });
}

function showAddresses() {
  const path = location.host + "/v1/opamp";
  const ws = (location.protocol === "https:" ? "wss://" : "ws://") + path;
  element("ws-url").textContent = ws;
  element("http-url").textContent = `${location.protocol}//${path}`;
  element("snippet").textContent =
    "extensions:\n  opamp:\n    server:\n      ws:\n        endpoint: " + ws +
    "\nservice:\n  extensions: [opamp]\n";
}

showAddresses();
element("filter").addEventListener("input", show);
document.addEventListener("visibilitychange", () => readWithin(0));
followEvents();
refresh();
