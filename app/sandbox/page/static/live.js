// Fetches the page again and puts in what changed, so that one can watch things happen.
"use strict";
const EVERY_MS = 1000;

function keys(region) {
  return new Set([...region.querySelectorAll("[data-key]")].map((e) => e.dataset.key));
}

function renew(region, fresh) {
  if (region.dataset.shown === fresh.innerHTML) return;
  if (region.dataset.shown === undefined && region.innerHTML === fresh.innerHTML) return;
  const known = keys(region);
  const open = new Set([...region.querySelectorAll("details[open]")].map(place));
  region.dataset.shown = fresh.innerHTML;
  region.innerHTML = fresh.innerHTML;
  for (const each of region.querySelectorAll("[data-key]"))
    if (!known.has(each.dataset.key)) each.classList.add("new");
  for (const each of region.querySelectorAll("details"))
    if (open.has(place(each))) each.open = true;
}

function place(details) {
  const owner = details.closest("[data-key]");
  return (owner ? owner.dataset.key : "") + details.querySelector("summary").textContent;
}

async function look() {
  const regions = document.querySelectorAll("[data-live]");
  if (!regions.length || document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const region of regions) {
    const fresh = page.getElementById(region.id);
    if (fresh) renew(region, fresh);
  }
}

function again() {
  setTimeout(() => look().catch(() => {}).finally(again), EVERY_MS);
}

again();
