import { fileAuditLog, noAuditLog } from "../core/audit-log";
import type { Clock } from "../core/clock";
import { type Configuration, packageVersion, secretsIn } from "../core/configuration";
import { type Interruption, sleep } from "../core/interruption";
import type { Reporter } from "../core/reporter";
import { Secrets } from "../core/secrets";
import { tenantOf } from "../core/tenant";
import { TimeLimit } from "../core/time-limit";
import { Circuit } from "../immuta/circuit";
import { NextList } from "../immuta/next-list";
import { SharedList } from "../immuta/shared-list";
import { SharedWatch } from "../immuta/watch";
import { resolvePassword } from "../passwords/reference";
import type * as catalog from "../sql/catalog";
import type * as look from "../sql/preflight";
import type * as run from "../sql/run";
import { Sessions } from "../sql/sessions";
import { immutaOf, type IntegrationPayload, isWhole, type ShownConfig } from "./api";
import { Holdings } from "./holdings";
import type { Ports } from "./ports";

/** Who asks: its lines, and the name of the resource in the audit log. */
export interface Asking {
  configuration: Configuration;
  reporter: Reporter;
  subject: string;
  urn?: string;
}

/** What operations at one tenant share: the lists of what reads, and of what is about to write, and those who wait. */
interface Together {
  read: SharedList<ShownConfig, IntegrationPayload>;
  next: NextList<ShownConfig, IntegrationPayload>;
  watch: SharedWatch<ShownConfig>;
}

/** The outside world as all operations of one process share it. Libraries load when an operation needs them. */
export class Wiring {
  private readonly circuits = new Map<string, Circuit>();
  private readonly tenants = new Map<string, Together>();
  readonly holdings = new Holdings();
  /** What no text that leaves this process may hold. */
  readonly secrets = new Secrets();
  private readonly clock: Clock;
  private readonly sessions: Sessions;

  constructor(private readonly interruption: Interruption) {
    this.sessions = new Sessions(interruption.stopped);
    this.clock = { now: Date.now, sleep: (milliseconds) => sleep(milliseconds, interruption.stopped) };
  }

  /** Throws ConfigurationError where no tenant is named. */
  ports({ configuration, reporter, subject, urn }: Asking): Ports {
    const { clock, interruption, sessions } = this;
    const { url, apiKey, from } = configuration.tenant();
    this.secrets.add(apiKey, ...secretsIn(configuration));
    const { auditLog: file } = configuration;
    const auditLog = file === undefined ? noAuditLog : fileAuditLog(file, subject);
    const tenant = tenantOf(url);
    reporter.debug(
      `Immuta ${tenant}, named by the ${from === "environment" ? "environment (IMMUTA_URL)" : "stack's settings (immuta:url)"}`,
    );
    const circuit = had(this.circuits, tenant, () => new Circuit());
    const limit = new TimeLimit();
    const asker = { reporter, auditLog, clock, sessions };
    const { read, next, watch } = this.togetherAt(tenant);
    const asked = { reporter, auditLog, interruption };
    const immuta = next.sharedBy(immutaOf(configuration, { ...asked, circuit, limit }), limit);
    return {
      immuta: read.endedBy(immuta),
      watch: () => watch.join(() => immutaOf(configuration, { ...asked, tries: 1 }).list()),
      runPhase: (login, phase, lines) => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first needed
        const { runPhase } = require("../sql/run") as typeof run;
        return limit.apart(() => runPhase(login, { ...phase, sessions }, lines, clock));
      },
      preflight: (login, sought) => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first needed
        const { preflight } = require("../sql/preflight") as typeof look;
        return limit.apart(() => preflight(login, sought, asker));
      },
      catalog: (login, governed) => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first needed
        const { readCatalog } = require("../sql/catalog") as typeof catalog;
        return limit.apart(() => readCatalog(login, governed, asker));
      },
      account: (login, sought) => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first needed
        const { accountIn } = require("../sql/preflight") as typeof look;
        return limit.apart(() => accountIn(login, sought, asker));
      },
      password: async (reference) => {
        const password = await limit.apart(() => resolvePassword(reference));
        this.secrets.add(password);
        return password;
      },
      configuration,
      reporter,
      auditLog,
      applicationName: `pulumi-immuta/${packageVersion()}`,
      clock,
      interruption,
      limit,
      holdings: this.holdings,
      ...(urn === undefined ? {} : { urn }),
    };
  }

  /** The same for a read, which shares its list with others that come together with it, or soon after. */
  portsForRead(asking: Asking): Ports {
    const ports = this.ports(asking);
    return { ...ports, immuta: this.togetherAt(ports.immuta.tenant).read.sharedBy(ports.immuta) };
  }

  /** At the beginning of a run. */
  forget(): void {
    this.holdings.forget();
    this.tenants.clear();
  }

  private togetherAt(tenant: string): Together {
    return had(this.tenants, tenant, () => {
      const next = new NextList<ShownConfig, IntegrationPayload>(this.clock);
      return {
        ...{ next, read: new SharedList<ShownConfig, IntegrationPayload>(isWhole) },
        watch: new SharedWatch<ShownConfig>(this.clock, () => next.length),
      };
    });
  }
}

function had<T>(map: Map<string, T>, key: string, make: () => T): T {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
