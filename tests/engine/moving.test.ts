import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { resourceTypes } from "../../provider";
import { manualArgs } from "./one-integration";
import { integrations, resourceIn, type Scenario } from "./support";
import { dynamic, plugin, twoFaces, type TwoFaces } from "./two-faces";

/** A component of a user's own. */
class Platform extends pulumi.ComponentResource {
  constructor() {
    super("contoso:platform:Platform", "platform");
  }
}

const impersonated = { ...manualArgs, impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" } };

describe("a stack that moves between the faces", function () {
  this.timeout(240_000);
  let faces: TwoFaces;
  let scenario: Scenario;

  beforeEach(async () => {
    faces = await twoFaces();
    scenario = await faces.openStack();
  });
  afterEach(() => faces.close());

  /** A preview and an up in which all is the same, and nobody is called. */
  const moves = async (resources: number, type: string): Promise<void> => {
    for (const action of ["preview", "up"] as const) {
      const { changes, calls, batches } = await scenario.act(action);
      expect(changes, action).to.deep.equal({ same: resources });
      expect([...calls, ...batches], action).to.deep.equal([]);
    }
    expect((await resourceIn(scenario)).type).to.equal(type);
  };

  it("goes to the plugin and back, with nothing changed and nobody called", async () => {
    faces.declare(() => dynamic(manualArgs));
    await scenario.act("up");
    expect((await resourceIn(scenario)).type).to.equal(resourceTypes.dynamic);
    faces.declare(() => plugin(manualArgs));
    await moves(2, resourceTypes.plugin);
    faces.declare(() => plugin(impersonated));
    expect((await scenario.act("up")).changes).to.deep.equal({ same: 1, update: 1 });
    expect((await resourceIn(scenario)).outputs).not.to.have.property("__provider");

    faces.declare(() => dynamic(impersonated));
    await moves(2, resourceTypes.dynamic);
    faces.declare(() => dynamic(manualArgs));
    const changed = await scenario.act("up");
    expect(changed.changes).to.deep.equal({ same: 1, update: 1 });
    expect(changed.calls).to.include("PUT /integrations/3");
    await scenario.act("refresh");
    await scenario.act("destroy");
    expect(integrations(faces.sandbox)).to.deep.equal([]);
  });

  it("goes there and back inside a component, and stays protected", async () => {
    faces.declare(() => dynamic(manualArgs, { parent: new Platform(), protect: true }));
    await scenario.act("up");
    faces.declare(() => plugin(manualArgs, { parent: new Platform(), protect: true }));
    await moves(3, resourceTypes.plugin);
    expect(await scenario.fail("destroy")).to.contain("protected");
    faces.declare(() => dynamic(manualArgs, { parent: new Platform(), protect: true }));
    await moves(3, resourceTypes.dynamic);
    expect(await scenario.fail("destroy")).to.contain("protected");
    expect(integrations(faces.sandbox)).to.have.length(1);
  });

  it("goes there and back with a refresh first, while the package is there: GETs alone", async () => {
    faces.declare(() => dynamic(manualArgs));
    await scenario.act("up");
    for (const [type, made] of [
      [resourceTypes.plugin, () => plugin(manualArgs)],
      [resourceTypes.dynamic, () => dynamic(manualArgs)],
    ] as const) {
      faces.declare(made);
      for (const action of ["preview", "up"] as const) {
        const { changes, calls, batches } = await scenario.act(action, { refresh: true });
        expect(changes, action).to.deep.equal({ same: 2 });
        expect(calls, action).to.deep.equal(["GET /integrations"]);
        expect(batches, action).to.deep.equal([]);
      }
      expect((await resourceIn(scenario)).type).to.equal(type);
    }
  });
});
