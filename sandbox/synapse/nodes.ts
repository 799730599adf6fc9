/**
 * The nodes behind a gateway that redirects: a listener for each workspace, and those to which faults send clients in
 * its place. All are on 127.0.0.1, on ports on which Azure's nodes listen.
 */
import { randomInt } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { Workspace } from "./workspace";

export const loopback = "127.0.0.1";
const firstPort = 11_000;
const ports = 1000;
/** Two nodes of this process do not try the same port; another process begins elsewhere. */
let lastPort = firstPort + randomInt(ports);

function nextPort(): number {
  lastPort = firstPort + ((lastPort + 1 - firstPort) % ports);
  return lastPort;
}

/** "own": the workspace's node. The others are what a fault makes of it: see Fault. */
export type NodeKind = "own" | "silence" | "certificate" | "loop";

export class Nodes {
  private readonly nodes = new Map<Workspace, Map<NodeKind, Node>>();

  constructor(private readonly serve: (socket: Socket, workspace: Workspace, kind: NodeKind) => void) {}

  /** The node, which listens from the first time it is asked for. */
  of(workspace: Workspace, kind: NodeKind): Node {
    const nodes = this.nodes.get(workspace) ?? new Map<NodeKind, Node>();
    this.nodes.set(workspace, nodes);
    const node =
      nodes.get(kind) ??
      new Node((socket) => {
        this.serve(socket, workspace, kind);
      });
    nodes.set(kind, node);
    return node;
  }

  /** Stops listening for the workspace. */
  async drop(workspace: Workspace): Promise<void> {
    const nodes = [...(this.nodes.get(workspace)?.values() ?? [])];
    this.nodes.delete(workspace);
    await Promise.all(nodes.map((node) => node.close()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.nodes.keys()].map((workspace) => this.drop(workspace)));
  }
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const node = new Node(() => undefined);
  const port = await node.listening;
  await node.close();
  return port;
}

class Node {
  private readonly server: Server;
  /** Resolves to the port when clients can connect. Rejects where all ports are taken. */
  readonly listening: Promise<number>;

  constructor(serve: (socket: Socket) => void) {
    this.server = createServer(serve);
    this.listening = this.listen();
    this.listening.catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.listening.catch(() => undefined);
    await new Promise<void>((resolve) =>
      this.server.close(() => {
        resolve();
      }),
    );
  }

  private async listen(): Promise<number> {
    for (let tried = 0; tried < ports; tried += 1) {
      const port = nextPort();
      if (await couldListen(this.server, port)) return port;
    }
    throw new Error(`all ports from ${firstPort} to ${firstPort + ports - 1} are taken`);
  }
}

async function couldListen(server: Server, port: number): Promise<boolean> {
  try {
    await listen(server, port);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
    throw error;
  }
}

export async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, loopback, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
