// Fetches the page again and puts in what changed; without it everything works on reload.
"use strict";

async function renew(region) {
  if (document.hidden || region.contains(document.activeElement)) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(region.id);
  if (fresh && fresh.innerHTML !== region.dataset.seen) {
    region.dataset.seen = fresh.innerHTML;
    region.innerHTML = fresh.innerHTML;
  }
}

function watch(region) {
  const again = () => setTimeout(
    () => renew(region).catch(() => {}).finally(again), Number(region.dataset.live));
  again();
}

document.querySelectorAll("[data-live]").forEach(watch);
