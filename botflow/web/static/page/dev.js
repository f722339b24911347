/** With --dev: leads from / to the workflow that a developer works on, and lets them choose another on its page. */

const LAST = "botflow.workflow";
const AGAIN_MS = 2_000;
const root = new URL("../..", document.currentScript.src);
const shown = document.querySelector("script[data-workflow]")?.dataset.workflow;

async function served() {
  for (;;) {
    const answer = await fetch(new URL("dev/workflows", root)).catch(() => null);
    if (answer?.ok) return answer.json();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function go(id) {
  location.replace(new URL(`chat/${encodeURIComponent(id)}/`, root));
}

/** The last one used, unless the server was started with another: then the flow that its developer works on. */
function wanted({ workflows, named, outOfService }) {
  const asked = new URLSearchParams(location.search).get("workflow");
  const last = localStorage.getItem(LAST);
  const isServed = (id) => workflows.some((one) => one.id === id);
  if (isServed(asked)) return asked;
  if (isServed(last) && (!named.length || named.includes(last))) return last;
  return workflows[0]?.id ?? outOfService[0];
}

async function land() {
  for (;;) {
    const found = await served();
    const id = wanted(found);
    if (id) return go(id);
    if (!document.querySelector(".empty")) {
      const text = document.createElement("p");
      text.className = "empty";
      text.textContent = "No workflow is served. Start the server with a flow: botflow serve --dev flow.yaml";
      document.body.append(text);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function offerOthers() {
  localStorage.setItem(LAST, shown);
  const { workflows } = await served();
  if (workflows.length < 2) return;
  const title = document.createElement("h1");
  title.slot = "title";
  title.className = "picker";
  const label = document.createElement("label");
  const name = document.createElement("span");
  name.textContent = "Workflow";
  const choice = document.createElement("select");
  choice.id = "workflow";
  choice.append(...workflows.map((one) => new Option(one.name, one.id)));
  choice.value = shown;
  choice.addEventListener("change", () => { location.href = new URL(`chat/${encodeURIComponent(choice.value)}/`, root); });
  label.append(name, choice);
  title.append(label);
  document.querySelector("botflow-chat")?.append(title);
}

if (shown === undefined) land();
else offerOthers();
