import * as pulumi from "@pulumi/pulumi";
import { declare } from "./mocks";

/** A program that ends of its arguments, which outputs give: prints what it is told. */
const refused = new Set<string>();
console.error = (line: string) => void refused.add(line.replace(/^error: (\[runtime\] )?/, ""));
process.once("beforeExit", () => {
  console.log(JSON.stringify([...refused].sort()));
});

void declare({
  schema: "governed",
  administrator: { username: pulumi.output("sa"), password: pulumi.secret("short") },
  systemAccount: { password: "System-1" },
  sku: pulumi.output("DW100"),
  network: {
    firewallRules: {
      open: { args: { startIpAddress: "0.0.0.0", endIpAddress: pulumi.output("255.255.255.255") } },
    },
  },
});
