import { listed, longestName, told } from "../core/strangers";
import type { ValidationTest } from "./types";

export interface ImmutaFailure {
  /** HTTP status; undefined where no answer came. */
  status?: number;
  method: string;
  path: string;
  /** Immuta's own words, or what happened to the connection; as it came. */
  said: string;
  /** As it came. */
  requestId?: string;
  /** It never left: refused connection, unknown host, or not tried. */
  notSent?: boolean;
  /** Its certificate is not trusted here. */
  untrusted?: boolean;
  /** Another error of this run holds the advice. */
  saidBefore?: boolean;
  /** The body was JSON in Immuta's shape, not that of a proxy or of a wrong URL. */
  immutasOwn?: boolean;
  tests?: ValidationTest[];
  cause?: unknown;
}

/** A request to Immuta that did not succeed. The text holds no header and no body that was sent. */
export class ImmutaError extends Error {
  override readonly name = "ImmutaError";
  readonly status: number | undefined;
  /** As it is told. */
  readonly said: string;
  readonly path: string;
  readonly tests: readonly ValidationTest[];
  private readonly immutasOwn: boolean;
  private readonly notSent: boolean;

  constructor(
    readonly tenant: string,
    failure: ImmutaFailure,
  ) {
    const answer = failure.status === undefined ? "no answer" : `HTTP ${failure.status}`;
    const request =
      failure.requestId === undefined
        ? ""
        : ` (request ${told(failure.requestId, { longest: longestName })})`;
    const said = told(failure.said);
    const advice = failure.saidBefore === true ? "" : adviceFor(failure, tenant);
    super(
      `${failure.method} ${failure.path} at Immuta ${tenant}: ${answer}${request}: ${said}` +
        listed(
          (failure.tests ?? [])
            .filter((test) => test.status !== "passed" && test.status !== "skipped")
            .map(describeTest),
          "validation tests",
        ) +
        (advice === "" ? "" : `\n${advice}`),
    );
    this.status = failure.status;
    this.said = said;
    this.path = failure.path;
    this.tests = failure.tests ?? [];
    this.immutasOwn = failure.immutasOwn ?? false;
    this.notSent = failure.notSent ?? false;
  }

  /** Gone is only what Immuta itself answers 404 for: a proxy's page with that status proves nothing. */
  get isGone(): boolean {
    return this.status === 404 && this.immutasOwn;
  }

  /** The request may have been carried out although this error came back. */
  get mayHaveBeenCarriedOut(): boolean {
    if (this.notSent || this.status === undefined) return !this.notSent;
    // An error of success has an answer that could not be read.
    return this.status < 300 || this.status >= 500 || this.status === 408;
  }
}

export const describeTest = (test: ValidationTest): string =>
  `${test.name}: ${test.status}${test.message === undefined ? "" : ` (${test.message})`}`;

function adviceFor(failure: ImmutaFailure, tenant: string): string {
  switch (failure.status) {
    case undefined:
      if (failure.untrusted === true)
        return `The certificate of ${tenant} is not trusted here. Name the file (PEM) of the authority that issued it in NODE_EXTRA_CA_CERTS.`;
      return `Check that IMMUTA_URL (or immuta:url) names your tenant and that ${tenant} can be reached from here.`;
    case 401:
      return "Check IMMUTA_API_KEY (or immuta:apiKey): the key is missing, mistyped, expired or of another tenant.";
    case 403:
      if (failure.immutasOwn !== true)
        return "The answer is not in Immuta's form: a proxy or gateway on the way may have refused the request.";
      return "The key's user needs Immuta's APPLICATION_ADMIN permission.";
    case 407:
      return "The proxy on the way wants a login: give it in HTTPS_PROXY, as http://user:password@proxy:port.";
    case 400:
      if (failure.said.includes("privileged credentials"))
        return "Give username and password of a privileged account, or set IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD.";
      return "";
    default:
      return "";
  }
}
