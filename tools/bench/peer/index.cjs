const pulumi = require("@pulumi/pulumi");

const hands = require("./provider.cjs");

// Pulumi writes all that these functions reach into the state.
const closure = { create: hands.create, read: hands.read, delete: hands.delete };

// What they reach is a file that has to be there at the next run.
const path = require.resolve("./provider.cjs");
const required = {
  create: (inputs) => require(path).create(inputs),
  read: (id, props) => require(path).read(id, props),
  delete: (id, props) => require(path).delete(id, props),
};

/** The class of a program that has its provider in itself, and that of one which has it in a package. */
const classOf = (provider) =>
  class extends pulumi.dynamic.Resource {
    constructor(name, inputs) {
      super(provider, name, inputs, { additionalSecretOutputs: ["password", "administrator"] });
    }
  };

module.exports = { Closure: classOf(closure), Required: classOf(required) };
