// The program that is measured, in plain JavaScript on what is built, as a user would have it. It loads what its subject
// needs and nothing else. BENCH_PROGRAM is the file that says what to declare (Declared in ../program-process.ts).
const { readFileSync } = require("node:fs");

const pulumi = require("@pulumi/pulumi");

const { side, of, places, administrator, systemPassword, hashDelimiter } = JSON.parse(
  readFileSync(process.env.BENCH_PROGRAM, "utf8"),
);

class Trivial extends pulumi.dynamic.Resource {
  constructor(name, inputs) {
    super(
      {
        create: (given) => Promise.resolve({ id: String(given.database), outs: given }),
        update: (_id, _olds, given) => Promise.resolve({ outs: given }),
      },
      name,
      inputs,
    );
  }
}

class TrivialOfPlugin extends pulumi.CustomResource {
  constructor(name, inputs) {
    super("benchtrivial:index:Trivial", name, inputs, { additionalSecretOutputs: ["password"] });
  }
}

const classes = {
  dynamic: () => (of === "trivial" ? Trivial : require("pulumi-immuta").SynapseIntegration),
  plugin: () => (of === "trivial" ? TrivialOfPlugin : require("pulumi-immuta/plugin").SynapseIntegration),
  peer: () => require("../peer/index.cjs").Closure,
  "peer, required": () => require("../peer/index.cjs").Required,
};

function inputsOf(place) {
  // The first one alone is changed.
  const changed =
    hashDelimiter === undefined || place !== places[0] ? {} : { metadataDelimiters: { hashDelimiter } };
  const common = { ...place, schema: "governed", ...changed };
  const { administratorLogin: username, administratorPassword } = administrator;
  const login = { username, password: pulumi.secret(administratorPassword) };
  const account = { username: `immuta_${place.database}`, password: systemPassword };
  if (of === "trivial") return { ...common, ...account };
  if (side === "dynamic" || side === "plugin")
    return of === "automatic"
      ? { ...common, autoBootstrap: true, ...login }
      : { ...common, ...account, autoBootstrap: false, bootstrap: login };
  return of === "automatic"
    ? { ...common, ...login }
    : { ...common, ...account, administrator: pulumi.secret({ username, password: administratorPassword }) };
}

const Resource = classes[side]();
for (const place of places) new Resource(place.database, inputsOf(place));
