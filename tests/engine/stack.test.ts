import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { ensureEngine, ENGINE_VERSION, type Engine } from "../../tools/engine";
import { loadProgram, openStack, type OpenedStack } from "../../tools/engine/stack";

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { greeting } from "./greeting";

class Provider implements pulumi.dynamic.ResourceProvider {
  async create(inputs: { text: string }) {
    return { id: "one", outs: { text: inputs.text, startedIn: process.cwd(), home: process.env.PULUMI_HOME ?? "" } };
  }
  async diff(_id: string, olds: { text: string }, news: { text: string }) {
    return { changes: olds.text !== news.text };
  }
  async update(_id: string, olds: object, news: { text: string }) {
    return { outs: { ...olds, text: news.text } };
  }
}

class Note extends pulumi.dynamic.Resource {
  declare readonly startedIn: pulumi.Output<string>;
  declare readonly home: pulumi.Output<string>;
  constructor(name: string, text: string) {
    super(new Provider(), name, { text, startedIn: undefined, home: undefined });
  }
}

const note = new Note("note", greeting + new pulumi.Config().require("name"));
export const startedIn = note.startedIn;
export const home = note.home;
`;

const GREETING = `
import * as pulumi from "@pulumi/pulumi";
export const greeting = new pulumi.Config().get("greeting") ?? "Hello ";
`;

describe("stacks of inline programs", function () {
  this.timeout(120_000);

  let engine: Engine;
  let folder: string;
  let opened: OpenedStack;

  before(async () => {
    engine = await ensureEngine();
    folder = mkdtempSync(join(realpathSync(tmpdir()), "stack-test-"));
    const app = join(folder, "app");
    mkdirSync(app);
    symlinkSync(join(__dirname, "../../node_modules"), join(folder, "node_modules"));
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      [
        "name: notes",
        "runtime: nodejs",
        "main: app",
        "config:",
        "  notes:greeting:",
        "    value: 'Good day '",
      ].join("\n"),
    );
    writeFileSync(join(app, "index.ts"), PROGRAM);
    writeFileSync(join(app, "greeting.ts"), GREETING);
    opened = await openStack({
      engine,
      program: loadProgram(join(app, "index.ts")),
      workDir: folder,
      config: { name: "you", key: { value: "made-up", secret: true } },
    });
  });

  after(() => {
    opened.remove();
    expect(existsSync(opened.folder)).to.equal(false);
    rmSync(folder, { recursive: true, force: true });
  });

  it("run on the pinned engine, under the name in Pulumi.yaml", async () => {
    expect(opened.stack.workspace.pulumiVersion).to.equal(ENGINE_VERSION);
    expect((await opened.stack.workspace.projectSettings()).name).to.equal("notes");
    expect(await opened.stack.getConfig("key")).to.deep.equal({ value: "made-up", secret: true });
  });

  it("preview and make a dynamic resource, whose provider starts in the folder of main", async () => {
    const preview = await opened.stack.preview();
    expect(preview.changeSummary).to.deep.equal({ create: 2 });
    expect(preview.stdout + preview.stderr).not.to.include("warning");
    const up = await opened.stack.up();
    expect(up.summary.resourceChanges).to.deep.equal({ create: 2 });
    expect(up.outputs["startedIn"]?.value).to.equal(join(folder, "app"));
    expect(up.outputs["home"]?.value).to.equal(join(opened.folder, "home"));
  });

  it("load the program afresh for each run, with all that it imports from its folder", async () => {
    expect((await opened.stack.preview()).changeSummary).to.deep.equal({ same: 2 });
    await opened.stack.setConfig("greeting", { value: "Hi " });
    const preview = await opened.stack.preview({ diff: true });
    expect(preview.changeSummary).to.deep.equal({ same: 1, update: 1 });
    expect(preview.stdout).to.include(`"Good day you" => "Hi you"`);
    expect((await opened.stack.up()).summary.resourceChanges).to.deep.equal({ same: 1, update: 1 });
  });

  it("read from the state what the CLI says of it: outputs and the last run", async () => {
    const { stack } = opened;
    expect(await stack.outputs()).to.deep.equal(await stack.workspace.stackOutputs("test"));
    const [said] = await stack.history(1);
    const read = await stack.info();
    expect(read).to.deep.equal({ ...said, config: read?.config });
  });

  it("have an output that is secret decrypted by the CLI", async () => {
    const secret = await openStack({
      engine,
      projectName: "secret",
      program: () => Promise.resolve({ hidden: pulumi.secret("made-up"), shown: "shown" }),
    });
    const { outputs, summary } = await secret.stack.up();
    secret.remove();
    expect(outputs).to.deep.equal({
      hidden: { value: "made-up", secret: true },
      shown: { value: "shown", secret: false },
    });
    expect(summary.resourceChanges).to.deep.equal({ create: 1 });
  });

  it("go on with the state of an earlier one in the same folder", async () => {
    const again = await openStack({
      engine,
      program: loadProgram(join(folder, "app", "index.ts")),
      workDir: folder,
      folder: opened.folder,
    });
    expect((await again.stack.preview()).changeSummary).to.deep.equal({ same: 2 });
  });

  it("refresh and destroy", async () => {
    expect((await opened.stack.refresh()).summary.resourceChanges).to.deep.equal({ same: 2 });
    expect((await opened.stack.destroy()).summary.resourceChanges).to.deep.equal({ delete: 2 });
  });

  it("write nothing into the program's folder", () => {
    expect(readdirSync(folder).sort()).to.deep.equal(["Pulumi.yaml", "app", "node_modules"]);
    expect(readdirSync(join(folder, "app")).sort()).to.deep.equal(["greeting.ts", "index.ts"]);
  });

  it("reach an engine that listens where another one died", async () => {
    // What Pulumi makes its clients with, once a stack was opened.
    const { grpcClientOptions } = pulumi.runtime as unknown as { grpcClientOptions: grpc.ClientOptions };
    const died = new grpc.Server();
    const port = await listening(died, 0);
    died.forceShutdown();
    const clients = [0, 1].map(
      () => new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), grpcClientOptions),
    );
    expect(await statusOf(clients[0]!)).to.equal(grpc.status.UNAVAILABLE);
    const living = new grpc.Server();
    await listening(living, port);
    // It has no such method: it answers.
    expect(await statusOf(clients[1]!)).to.equal(grpc.status.UNIMPLEMENTED);
    for (const client of clients) client.close();
    living.forceShutdown();
  });

  it("need a project name where there is no Pulumi.yaml", async () => {
    const empty = join(folder, "app");
    try {
      await openStack({ engine, program: () => Promise.resolve(undefined), workDir: empty });
    } catch (error) {
      expect(String(error)).to.equal(
        `Error: projectName is missing, and there is no ${join(empty, "Pulumi.yaml")} to take it from.`,
      );
      return;
    }
    throw new Error("A stack without a project name was opened.");
  });
});

const listening = (server: grpc.Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });

/** What a call over this client ends with. */
const statusOf = (client: grpc.Client): Promise<grpc.status | undefined> =>
  new Promise((resolve) => {
    client.makeUnaryRequest(
      "/none",
      () => Buffer.alloc(0),
      String,
      null,
      (error) => {
        resolve(error?.code);
      },
    );
  });
