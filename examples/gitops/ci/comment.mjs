// comment.mjs <file>: writes a report as a comment on the pull request, over the one of an earlier run.
import { readFileSync } from "node:fs";

const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST } = process.env;
const repository = `${GITHUB_API_URL ?? "https://api.github.com"}/repos/${GITHUB_REPOSITORY}`;
const body = readFileSync(process.argv[2] ?? "report.md", "utf8");
// The first line of a report names its stack, and is not shown.
const [marker] = body.split("\n");

async function ask(method, path, content) {
  const answer = await fetch(`${repository}${path}`, {
    method,
    headers: { Authorization: `Bearer ${GITHUB_TOKEN}`, Accept: "application/vnd.github+json" },
    ...(content === undefined ? {} : { body: JSON.stringify(content) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Our own earlier comment: anybody can write one that begins with the same line. */
async function earlier() {
  for (let page = 1; ; page++) {
    const comments = await ask("GET", `/issues/${PULL_REQUEST}/comments?per_page=100&page=${page}`);
    const found = comments.find((one) => one.user.type === "Bot" && one.body.startsWith(marker));
    if (found !== undefined || comments.length < 100) return found;
  }
}

const comment = await earlier();
if (comment === undefined) await ask("POST", `/issues/${PULL_REQUEST}/comments`, { body });
else await ask("PATCH", `/issues/comments/${comment.id}`, { body });
