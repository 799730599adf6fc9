/** Where progress goes. The core knows no engine; the host module passes one in. */
export interface Reporter {
  info(line: string): void;
  warn(line: string): void;
  /** Shown when PULUMI_IMMUTA_DEBUG=1. */
  debug(line: string): void;
}
