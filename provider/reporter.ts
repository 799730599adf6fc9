/** Where progress goes. The core knows no engine; the host module passes one in. */
export interface Reporter {
  info(line: string): void;
  warn(line: string): void;
  /** Shown when PULUMI_IMMUTA_DEBUG=1. */
  debug(line: string): void;
}

/** Each line says which integration it is about. */
export function about(subject: string, reporter: Reporter): Reporter {
  return {
    info: (line) => {
      reporter.info(`${subject}: ${line}`);
    },
    warn: (line) => {
      reporter.warn(`${subject}: ${line}`);
    },
    debug: (line) => {
      reporter.debug(`${subject}: ${line}`);
    },
  };
}

/** Lines of the provider process; the engine shows them while it runs. */
export function consoleReporter(debug: boolean): Reporter {
  return {
    info: (line) => {
      console.log(line);
    },
    warn: (line) => {
      console.error(`warning: ${line}`);
    },
    debug: (line) => {
      if (debug) console.log(`debug: ${line}`);
    },
  };
}
