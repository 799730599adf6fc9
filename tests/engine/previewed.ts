import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";

type Run = (args: string[], ...rest: unknown[]) => Promise<unknown>;

/** What `pulumi preview` prints and logs when the Automation API runs it with more options; a refused one does too. */
export async function previewed(
  stack: Stack,
  more: readonly string[],
): Promise<{ printed: string; events: EngineEvent[] }> {
  // Not among its public types, but what every action goes through.
  const command = stack.workspace.pulumiCommand as unknown as { run: Run };
  const run = command.run.bind(command);
  command.run = (args, ...rest) => run(args[0] === "preview" ? [...args, ...more] : args, ...rest);
  let printed = "";
  const events: EngineEvent[] = [];
  const onOutput = (text: string): void => {
    printed += text;
  };
  await stack.preview({ onOutput, onEvent: (event) => void events.push(event) }).catch((error: unknown) => {
    if (!printed.startsWith("{")) throw error;
  });
  command.run = run;
  return { printed, events };
}
