import type { Interruption } from "..";
import { connect } from "node:net";

/**
 * Holds a connection to the engine. When it breaks and no new one is to be had, the engine is gone: what is under way
 * stops, and then the process ends, which would otherwise live on beside the next run.
 * @param lastWords milliseconds in which what is under way comes to its end.
 */
export function endWithEngine(
  interruption: Interruption,
  address: string | undefined = process.argv[2],
  end: () => void = () => process.exit(1),
  lastWords = 5000,
): void {
  const [, host = "", port = ""] = /^([\w.-]+|\[[\da-fA-F:]+\]):(\d+)$/.exec(address ?? "") ?? [];
  if (port === "") return;
  const watch = (again: boolean): void => {
    const socket = connect({ host: host.replace(/[[\]]/g, ""), port: Number(port) });
    let reached = false;
    socket.unref();
    socket.on("connect", () => {
      reached = true;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      // The engine closes a connection over which nothing is asked: it is there while a new one is to be had.
      if (reached) watch(true);
      else if (again) gone();
    });
    socket.resume();
  };
  const gone = (): void => {
    interruption.stop("the Pulumi engine is gone");
    setTimeout(end, lastWords);
  };
  watch(false);
}
