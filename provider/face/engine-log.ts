import type * as grpc from "@grpc/grpc-js";
import type * as service from "@pulumi/pulumi/proto/engine_grpc_pb";
import type * as messages from "@pulumi/pulumi/proto/engine_pb";

export type Severity = "info" | "warning";

/** The stream of lines for machines; 0 is that of all others. */
const dataStream = 1;

/** Writes lines where the engine shows them: on a resource's own row, and in `preview --json`. */
export interface EngineLog {
  log(severity: Severity, message: string, urn: string | undefined): void;
  /**
   * A line for machines: `preview --json` and `--event-log` have it, and a terminal's list of lines has not. The engine
   * shows a stream of messages as its first one, and that one is of a passing status. `preview --diff` shows all lines,
   * and no resource with them: the heading tells whose those are that come next.
   */
  data(line: string, heading: string, urn: string): void;
  /** Resolves when all lines have been handed over. */
  flushed(): Promise<void>;
}

/** The engine's protocol, and the gRPC library that it is spoken with. */
export interface Protocol {
  service: Pick<typeof service, "EngineClient">;
  messages: typeof messages;
  grpc: Pick<typeof grpc, "credentials">;
}

/**
 * The engine gives its address to the process of a provider; undefined outside of one.
 * @param load is called when there is a first line to show.
 */
export function engineLog(
  load: () => Protocol,
  address: string | undefined = process.argv[2],
): EngineLog | undefined {
  if (address === undefined || !/^[\w.[\]-]+:\d+$/.test(address)) return undefined;
  let engine: Engine | undefined;
  let pending: Promise<void> = Promise.resolve();
  const say = (line: Line): void => {
    // One after the other: the engine shows lines in the order in which they arrive. A line that cannot be
    // handed over must not fail the operation it is about.
    pending = pending
      .then(() => {
        engine ??= new Engine(address, load());
        return engine.say(line);
      })
      .catch(() => undefined);
  };
  return {
    log: (severity, message, urn) => {
      say({ severity, message, urn });
    },
    data: (message, heading, urn) => {
      say({ severity: "info", message: "", urn, stream: dataStream, passing: true });
      // A row shows the first line of what was said last: of this none.
      say({ severity: "info", message: `\n${message}\n${heading}`, urn, stream: dataStream });
    },
    flushed: () => pending,
  };
}

interface Line {
  severity: Severity;
  message: string;
  urn: string | undefined;
  stream?: number;
  passing?: boolean;
}

/** The engine's Log RPC. */
class Engine {
  private readonly client: service.EngineClient;
  private readonly messages: typeof messages;

  constructor(address: string, { service, messages, grpc }: Protocol) {
    this.client = new service.EngineClient(address, grpc.credentials.createInsecure());
    this.messages = messages;
  }

  say({ severity, message, urn, stream = 0, passing = false }: Line): Promise<void> {
    const { LogRequest, LogSeverity } = this.messages;
    const request = new LogRequest();
    request.setSeverity(severity === "info" ? LogSeverity.INFO : LogSeverity.WARNING);
    request.setMessage(message);
    request.setStreamid(stream);
    request.setEphemeral(passing);
    if (urn !== undefined) request.setUrn(urn);
    return new Promise((resolve, reject) => {
      this.client.log(request, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }
}
