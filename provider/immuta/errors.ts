import { Failure, failureKind, type Kind, type Outcome } from "../core/failure";
import { listed, longestName, told } from "../core/strangers";
import type { ValidationTest } from "./types";

export interface ImmutaFailure {
  /** HTTP status; undefined where no answer came. */
  status?: number;
  method: string;
  path: string;
  /** It asks and changes nothing, so that nothing is left of it. */
  changesNothing?: boolean;
  /** Immuta's own words, or what happened to the connection; as it came. */
  said: string;
  /** As it came. */
  requestId?: string;
  /** The tenant is known to give this answer to what it carries out as well. */
  mayBeDone?: boolean;
  /** It never left: refused connection, unknown host, or not tried. */
  notSent?: boolean;
  /** It did not get beyond the proxy. */
  atProxy?: boolean;
  /** No time was left for it. */
  outOfTime?: boolean;
  /** What to do, where what was said tells it; otherwise the status does. */
  advice?: string;
  /** Another error of this run holds the advice. */
  saidBefore?: boolean;
  /** The body was JSON in Immuta's shape, not that of a proxy or of a wrong URL. */
  immutasOwn?: boolean;
  tests?: ValidationTest[];
  cause?: unknown;
}

/** A request to Immuta that did not succeed. The text holds no header and no body that was sent. */
export class ImmutaError extends Failure {
  readonly status: number | undefined;
  /** As it is told. */
  readonly said: string;
  readonly path: string;
  readonly tests: readonly ValidationTest[];
  private readonly immutasOwn: boolean;

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
      kindOf(failure),
      `${failure.method} ${failure.path} at Immuta ${tenant}: ${answer}${request}: ${said}` +
        listed(
          (failure.tests ?? [])
            .filter((test) => test.status !== "passed" && test.status !== "skipped")
            .map(describeTest),
          "validation tests",
        ) +
        (advice === "" ? "" : `\n${advice}`),
      { outcome: outcomeOf(failure), cause: failure.cause, brief: failure.saidBefore === true },
    );
    this.status = failure.status;
    this.said = said;
    this.path = failure.path;
    this.tests = failure.tests ?? [];
    this.immutasOwn = failure.immutasOwn ?? false;
  }

  /** Gone is only what Immuta itself answers 404 for: a proxy's page with that status proves nothing. */
  get isGone(): boolean {
    return this.status === 404 && this.immutasOwn;
  }
}

/** What a write that came back as an error may have done. An error of success has an answer that could not be read. */
function outcomeOf({ status, notSent, changesNothing, mayBeDone }: ImmutaFailure): Outcome {
  if (notSent === true) return "not sent";
  if (changesNothing === true) return "refused";
  const open = mayBeDone === true || status === undefined || status < 300 || status >= 500 || status === 408;
  return open ? "unknown" : "refused";
}

const kinds = {
  unreachable: failureKind({
    code: "IMMUTA-UNREACHABLE",
    title: "Immuta did not answer.",
    remedy:
      "Check `IMMUTA_URL` and the way to it: `npx pulumi-immuta doctor` tries address, proxy, TLS and key by themselves. A request that may have been carried out is looked for at the next `up`.",
  }),
  key: failureKind({
    code: "IMMUTA-KEY",
    title: "Immuta refused the API key.",
    remedy:
      "Check `IMMUTA_API_KEY`: mistyped, expired, of another tenant, or of a user without Immuta's APPLICATION_ADMIN permission.",
  }),
  refused: failureKind({
    code: "IMMUTA-REFUSED",
    title: "Immuta refused a request.",
    remedy:
      "The message has Immuta's own words. What was done before is undone, or the state says how far it came.",
  }),
  validation: failureKind({
    code: "IMMUTA-VALIDATION",
    title: "Immuta tried the pool and did not find what it needs.",
    remedy:
      'The message lists the validation tests that failed. With `bootstrap.run: "external"` run the scripts that it names, then `pulumi up` again.',
  }),
  busy: failureKind({
    code: "IMMUTA-CONFLICT",
    title: "Immuta has something else in the way: another integration, or another change that is under way.",
    remedy: "The message has Immuta's own words and the id. Nothing of another integration is ever touched.",
  }),
  server: failureKind({
    code: "IMMUTA-SERVER",
    title: "Immuta, or a gateway before it, failed while it answered.",
    remedy:
      "What may be repeated was tried again. Run `pulumi up` once more; it looks first for what was carried out.",
  }),
  unreadable: failureKind({
    code: "IMMUTA-UNREADABLE",
    title: "An answer was not one of Immuta's.",
    remedy:
      "`IMMUTA_URL` may name another server, or a proxy or sign-in page answers in its place: `npx pulumi-immuta doctor` shows what is there.",
  }),
  redirected: failureKind({
    code: "IMMUTA-REDIRECTED",
    title: "Immuta's address sends requests elsewhere, and the API key is not sent along.",
    remedy: "Set `IMMUTA_URL` to the tenant's own URL, with https and the path that it has.",
  }),
  proxy: failureKind({
    code: "IMMUTA-PROXY",
    title: "The proxy on the way did not let a request through.",
    remedy:
      "The message names the proxy, the variable that names it (`HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY`), and what it said. A login is given as `http://user:password@proxy:port`, special characters percent-encoded; `NO_PROXY` names hosts that are reached without it.",
  }),
  throttled: failureKind({
    code: "IMMUTA-THROTTLED",
    title: "Immuta takes no more requests at the moment.",
    remedy:
      "It was asked again after the pause that it named, as long as `timeouts` had time left. Run `pulumi up` later, or raise `timeouts`.",
  }),
};

export const tooLong = failureKind({
  code: "IMMUTA-TIMEOUT",
  title: "The time that an operation may wait for Immuta ran out.",
  remedy: "Run `pulumi up` again to wait on, or raise `timeouts`. Immuta may still come to its end.",
});

function kindOf({ status, immutasOwn, atProxy, outOfTime }: ImmutaFailure): Kind {
  if (atProxy === true) return kinds.proxy;
  if (status === undefined) return outOfTime === true ? tooLong : kinds.unreachable;
  if (status < 300) return kinds.unreadable;
  if (status < 400) return kinds.redirected;
  if (status === 401 || (status === 403 && immutasOwn === true)) return kinds.key;
  if (status === 407) return kinds.proxy;
  if (status === 409 || status === 423) return kinds.busy;
  if (status === 422) return kinds.validation;
  if (status === 429) return kinds.throttled;
  return status >= 500 ? kinds.server : kinds.refused;
}

export const describeTest = (test: ValidationTest): string =>
  `${test.name}: ${test.status}${test.message === undefined ? "" : ` (${test.message})`}`;

function adviceFor(failure: ImmutaFailure, tenant: string): string {
  if (failure.advice !== undefined) return failure.advice;
  switch (failure.status) {
    case undefined:
      return `Check that IMMUTA_URL (or immuta:url) names your tenant and that ${tenant} can be reached from here.`;
    case 401:
      return "Check IMMUTA_API_KEY (or immuta:apiKey): the key is missing, mistyped, expired or of another tenant.";
    case 403:
      if (failure.immutasOwn !== true)
        return "The answer is not in Immuta's form: a proxy or gateway on the way may have refused the request.";
      return "The key's user needs Immuta's APPLICATION_ADMIN permission.";
    case 407:
      return "The proxy on the way wants a login: give it in HTTP_PROXY, as http://user:password@proxy:port, with special characters percent-encoded.";
    case 400:
      if (failure.said.includes("privileged credentials"))
        return "Give username and password of a privileged account, or set IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD.";
      return "";
    default:
      return "";
  }
}
