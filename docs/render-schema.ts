/**
 * provider/plugin/schema.json, rendered from the tables of inputs and of settings, for SDKs of other languages:
 *
 *   npm run docs                           writes it, among others
 *   npx tsx docs/render-schema.ts --check  says whether it is up to date
 */
import { join } from "node:path";
import { schemaText } from "../provider/plugin/schema";
import { main, rendered } from "./rendered";

export const schema = rendered(join(__dirname, "..", "provider", "plugin", "schema.json"), () =>
  schemaText(),
);

if (require.main === module) void main(schema);
