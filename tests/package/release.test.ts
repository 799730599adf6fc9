import { execFile } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { parse } from "yaml";
import { having, program } from "../pool/foreign/parts";
import { clone, root, temporaryFolder } from "./tarball";

interface Step {
  run?: string;
  uses?: string;
  env?: Record<string, string>;
}

interface Job {
  permissions: Record<string, string>;
  steps: Step[];
}

const { permissions, jobs } = parse(
  readFileSync(join(root, ".github", "workflows", "release.yml"), "utf8"),
) as {
  permissions: Record<string, string>;
  jobs: Record<"pack" | "publish" | "attach" | "pypi" | "go", Job>;
};

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
/** Go knows without asking that such an address is one of git. */
const repository = "https://github.com/platform/pulumi-immuta";

/** The line of a job that contains this. */
const line = (job: Job, contains: string): string =>
  job.steps.map(({ run = "" }) => run).find((run) => run.includes(contains)) ??
  expect.fail(`no step has ${contains}`);

describe("the release workflow", function () {
  this.timeout(180_000);

  it("gives each job what it needs, and the token to the step that publishes alone", () => {
    expect(permissions).to.deep.equal({});
    expect(jobs.pack.permissions).to.deep.equal({ contents: "read" });
    expect(jobs.publish.permissions).to.deep.equal({ "id-token": "write" });
    expect(jobs.attach.permissions).to.deep.equal({ contents: "write" });
    expect(jobs.pypi.permissions).to.deep.equal({ "id-token": "write" });
    expect(jobs.go.permissions).to.deep.equal({ contents: "write" });
    for (const job of [jobs.pack, jobs.attach, jobs.pypi, jobs.go])
      expect(JSON.stringify(job)).not.to.contain("secrets.");
    const withToken = jobs.publish.steps.filter((step) => JSON.stringify(step).includes("secrets."));
    expect(withToken.map(({ run }) => run)).to.deep.equal([line(jobs.publish, "npm publish")]);
  });

  it("runs no action but as a commit", () => {
    const used = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    expect(used).to.have.length(9);
    expect(used.filter((action) => !/@[0-9a-f]{40}$/.test(action))).to.deep.equal([]);
  });

  it("runs nothing of the repository beside the token", () => {
    const runs = jobs.publish.steps.flatMap(({ run }) => run ?? []);
    expect(runs).to.deep.equal([line(jobs.pack, "--dry-run").replace(" --dry-run", "")]);
    expect(jobs.attach.steps.flatMap(({ run }) => run ?? [])).to.deep.equal([
      'gh release upload "$TAG" release/pulumi-resource-immuta-*.tar.gz release/pulumi-immuta-sdk-{java,dotnet}-*.zip',
    ]);
    const commands = (job: Job): string[] =>
      job.steps.flatMap(({ run = "" }) => run.split("\n").flatMap((text) => /^\S+/.exec(text) ?? []));
    expect(new Set(commands(jobs.pypi))).to.deep.equal(
      new Set(["echo", "python3", "uv/bin/pip", "uv/bin/uv"]),
    );
    expect(line(jobs.pypi, "pip install"))
      .to.match(/--hash=sha256:[0-9a-f]{64}"/)
      .and.to.contain("--require-hashes");
    expect(new Set(commands(jobs.go))).to.deep.equal(new Set(["gh", "unzip", "export", "cd", "git"]));
  });

  describe("as far as it goes without a token", () => {
    const asked: string[] = [];
    let registry: Server;
    let folder: string;
    let made: string;

    before(async () => {
      // A registry that knows no package yet.
      registry = createServer((request, response) => {
        asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
        response.writeHead(404, { "content-type": "application/json" }).end('{"error":"Not found"}');
      });
      await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
      folder = temporaryFolder();
      made = clone(folder);
    });
    after(() => {
      registry.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const run = (text: string, env: NodeJS.ProcessEnv = {}): Promise<{ stdout: string; stderr: string }> =>
      promisify(execFile)("bash", ["-ec", text], {
        cwd: made,
        env: {
          ...process.env,
          REPOSITORY: repository,
          ...env,
          npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`,
          npm_config_update_notifier: "false",
        },
      });

    it("packs both packages, whose package.json name the repository", async () => {
      await run(line(jobs.pack, "npm run pack"));
      const manifest = async (name: string): Promise<unknown> => {
        const { stdout } = await run(`tar -xzOf release/${name}-[0-9]*.tgz package/package.json`);
        return JSON.parse(stdout);
      };
      const git = { type: "git", url: `git+${repository}.git` };
      expect(await manifest("pulumi-immuta")).to.deep.include({
        repository: git,
        homepage: `${repository}#readme`,
        bugs: { url: `${repository}/issues` },
      });
      expect(await manifest("pulumi-immuta-sandbox")).to.deep.include({
        repository: { ...git, directory: "sandbox" },
      });
    });

    it("packs the plugin by the names that the engine asks for, each able to start", async () => {
      const { stdout: names } = await run("cd release && ls pulumi-resource-immuta-*.tar.gz");
      expect(names.trim().split("\n")).to.deep.equal(
        ["darwin", "linux", "windows"].flatMap((system) =>
          ["amd64", "arm64"].map((cpu) => `pulumi-resource-immuta-v${version}-${system}-${cpu}.tar.gz`),
        ),
      );
      const { stdout: inside } = await run(
        `tar -tzf release/pulumi-resource-immuta-v${version}-linux-arm64.tar.gz | sort`,
      );
      expect(inside.trim().split("\n")).to.deep.equal([
        "./",
        "./LICENSE",
        "./THIRD-PARTY-LICENSES",
        "./azure.js",
        "./encodings.js",
        "./http.js",
        "./main.js",
        "./package.json",
        "./pulumi-resource-immuta",
        "./pulumi-resource-immuta.cmd",
        "./pulumi-resource-immuta.js",
        "./sql.js",
      ]);
    });

    it("has npm ready to publish both, and nothing sent", async () => {
      const { stdout, stderr } = await run(line(jobs.pack, "--dry-run"));
      expect(stdout.trim().split("\n")).to.deep.equal([
        `+ pulumi-immuta@${version}`,
        `+ pulumi-immuta-sandbox@${version}`,
      ]);
      // npm corrects what is wrong in a package.json, and says so.
      expect(stderr).not.to.match(/auto-corrected|npm pkg fix|npm error/);
      expect(asked.filter((request) => !request.startsWith("GET "))).to.deep.equal([]);
    });

    it("packs the SDKs, the Python one for what uploads it", async () => {
      const { stdout } = await run(line(jobs.pypi, "uv publish").replace(/^.* (?=release)/, "ls "));
      expect(stdout.trim().split("\n").sort()).to.deep.equal([
        `release/pulumi_immuta-${version}-py3-none-any.whl`,
        `release/pulumi_immuta-${version}.tar.gz`,
      ]);
    });

    it("tags a commit from which Go gets the SDK, and the same when it runs again", async function () {
      await having(this, () => program("go", "version", "Go"));
      const remote = join(folder, "remote.git");
      const env = {
        ...jobs.go.steps.find(({ run = "" }) => run.includes("git push"))?.env,
        GIT_AUTHOR_DATE: "2026-01-02T03:04:05Z",
        GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z",
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: `url.${remote}.insteadOf`,
        GIT_CONFIG_VALUE_0: repository,
        TAG: `v${version}`,
        REPOSITORY: repository,
      };
      await run(`git init -q --bare "${remote}"`);
      const push = line(jobs.go, "git push");
      await run(push, env);
      const tag = await run(`git -C "${remote}" show-ref`);
      expect(tag.stdout).to.match(new RegExp(`^[0-9a-f]{40} refs/tags/sdk/go/v${version}\n$`));
      await run(`rm -rf module commit && ${push}`, env);
      expect(await run(`git -C "${remote}" show-ref`)).to.deep.equal(tag);
      const direct = {
        GOPROXY: "direct",
        GONOSUMDB: "*",
        GOFLAGS: "-modcacherw",
        GOMODCACHE: join(folder, "go"),
      };
      const module = `github.com/platform/pulumi-immuta/sdk/go@v${version}`;
      const { stdout } = await run(`go mod download -json ${module}`, { ...env, ...direct });
      const { Dir } = JSON.parse(stdout) as { Dir: string };
      expect(readdirSync(Dir)).to.include.members(["LICENSE", "README.md", "go.mod", "immuta"]);
    });

    it("refuses a repository that is not an address", async () => {
      const text = line(jobs.pack, "npm run pack").replace("$REPOSITORY", "platform/pulumi-immuta");
      const refused: unknown = await run(text).catch((error: unknown) => error);
      expect(refused)
        .to.have.property("stderr")
        .that.contains(
          '"platform/pulumi-immuta" is not an https address of a repository.\nUsage: npm run pack',
        )
        .and.not.contains("    at ");
    });
  });
});
