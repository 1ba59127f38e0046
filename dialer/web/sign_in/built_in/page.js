// Signs somebody in and out over the dialer's own API. Nothing is kept here: the session is a cookie that no
// script can read, and its second word is asked for whenever the page is loaded.
"use strict";

const at = (id) => document.getElementById(id);
let csrf = "";

function tell(text) {
  const told = at("told");
  told.textContent = text;
  told.hidden = text === "";
  if (text !== "") told.focus();
}

async function ask(method, path, body) {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (csrf !== "") headers["x-csrf-token"] = csrf;
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Error("The floor cannot be reached. Try again.");
  }
  const said = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return said;
  const detail = said === null ? "" : said.detail;
  throw new Error(typeof detail === "string" && detail !== "" ? detail : "Something you wrote cannot be taken.");
}

function show(who) {
  at("out").hidden = who !== null;
  at("in").hidden = who === null;
  csrf = who === null ? "" : who.csrf;
  at("owes").hidden = who === null || !who.owes_factor;
  if (who === null) {
    at("secret").textContent = "";
    at("codes").replaceChildren();
    at("recovery").hidden = true;
    return;
  }
  at("who").textContent = who.account;
  at("owner").value = who.account;
  at("roles").textContent = who.roles.join(", ") || "none yet";
}

async function enter(who) {
  show(who);
  if (!who.owes_factor) return;
  const made = await ask("POST", "/api/session/second-factor/new");
  at("secret").textContent = made.secret;
  at("authenticator").href = made.address;
}

function onSubmit(id, work) {
  const form = at(id);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    const button = form.querySelector("button");
    button.disabled = true;
    tell("");
    try {
      await work(Object.fromEntries(new FormData(form)));
    } catch (error) {
      tell(error.message);
    } finally {
      button.disabled = false;
    }
  });
}

onSubmit("sign-in", async ({ account, password, code }) => {
  const who = await ask("POST", "/api/session", { account, password, code: code.trim() });
  at("sign-in").reset();
  await enter(who);
  at(who.owes_factor ? "owes-title" : "in-title").focus();
});

onSubmit("link", async ({ link, password }) => {
  await ask("POST", "/api/session/link", { link: link.trim(), password });
  at("link").reset();
  tell("The password is set. Sign in with it.");
  at("account").focus();
});

onSubmit("factor", async ({ password, code }) => {
  const secret = at("secret").textContent;
  const kept = await ask("POST", "/api/session/second-factor", { password, secret, code: code.trim() });
  at("again").value = "";
  at("shown").value = "";
  at("secret").textContent = "";
  show(await ask("GET", "/api/session/who"));
  at("codes").replaceChildren(
    ...kept.recovery.map((each) => {
      const item = document.createElement("li");
      item.textContent = each;
      return item;
    }),
  );
  at("recovery").hidden = false;
  at("recovery-title").focus();
});

at("leave").addEventListener("click", async () => {
  try {
    await ask("POST", "/api/session/end");
    show(null);
    at("account").focus();
  } catch (error) {
    tell(error.message);
  }
});

ask("GET", "/api/session/who").then(enter, () => show(null)).catch((error) => tell(error.message));
