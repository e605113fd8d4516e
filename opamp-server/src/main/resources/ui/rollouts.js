// Shows the rollouts that are under way. As in app.js, whatever comes from the server is put into
// the page as text.
"use strict";

const MAX_ROLLOUTS = 10;
const UNDER_WAY = new Set(["Running", "Waiting", "Paused", "RollingBack"]);

function sum(stages, member) {
  return stages.reduce((all, stage) => all + (Number(stage[member]) || 0), 0);
}

function words(phase) {
  return phase === "RollingBack" ? "Rolling back" : phase;
}

function rolloutCard(rollout) {
  const stages = rollout.stages || [];
  const total = sum(stages, "total");
  const applied = sum(stages, "applied");
  const card = node("article", "rollout");

  const head = node("div", "rollout-head");
  const from = rollout.fromVersion ? `v${rollout.fromVersion}` : "none";
  head.append(
    node("span", "name", text(rollout.configuration)),
    node("span", "reason", `${from} \u2192 v${text(rollout.toVersion)}`),
    node("span", "badge " + text(rollout.phase).toLowerCase().replace(/[^a-z]/g, ""),
      words(text(rollout.phase))));

  const bar = node("progress");
  bar.max = Math.max(1, total);
  bar.value = applied;
  bar.setAttribute("aria-label", `${applied} of ${total} agents have the new version`);

  const numbers = [`${applied} of ${total} applied`];
  for (const [member, word] of [
    ["failed", "failed"], ["waiting", "waiting"], ["disconnected", "disconnected"],
    ["incompatible", "incompatible"]]) {
    const count = sum(stages, member);
    if (count) numbers.push(`${count} ${word}`);
  }
  if (stages.length > 1) numbers.push(`stage ${text(rollout.stage)}`);

  card.append(head, bar, node("div", "reason", numbers.join(", ")));
  if (rollout.reason) card.append(node("div", "reason", text(rollout.reason)));
  return card;
}

// Which are under way, and how far each is. One that ends between the two requests is left out.
async function refreshRollouts(read) {
  const active = [];
  let cursor = null;
  do {
    const query = cursor ? "&cursor=" + encodeURIComponent(cursor) : "";
    const page = await read("/api/v1/rollouts?limit=1000" + query);
    active.push(...(page.items || []).filter((rollout) => UNDER_WAY.has(rollout.phase)));
    cursor = page.nextCursor || null;
  } while (cursor && active.length < MAX_ROLLOUTS);
  const details = await Promise.all(active.slice(0, MAX_ROLLOUTS).map(
    (rollout) =>
      read(`/api/v1/configurations/${encodeURIComponent(rollout.configuration)}/rollout`)
        .catch(() => null)));
  const cards = details.filter((rollout) => rollout !== null).map(rolloutCard);
  document.getElementById("rollout-list").replaceChildren(...cards);
  document.getElementById("rollouts").hidden = cards.length === 0;
}
