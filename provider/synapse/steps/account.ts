import { normalHost, normalIdentifier } from "../inputs/identifiers";
import { doubtAbout } from "../account";
import { foreignAccount } from "../identity";
import { bootstrapLogin } from "../login";
import { inputsOn } from "./means";
import { type Operation, type Side, type Step, step } from "./step";

/** Is the system account, where it is there, this integration's? Whoever runs the scripts by hand looks there himself. */
const proofOf = (side: Side): Step =>
  step({
    name: "prove account",
    needs: { connection: side },
    calls: [],
    byHand: [],
    do: (operation) => proveAccount(side, operation),
  });

const proofs = { new: proofOf("new"), old: proofOf("old") };

/** Before the first script that sets, grants or drops an account which no script of this resource made. */
export const accountProof = (side: Side): Step => proofs[side];

async function proveAccount(side: Side, operation: Operation): Promise<void> {
  const { ports, kind, integrationId } = operation;
  const inputs = inputsOn(side, operation);
  const { host, database, schema, username = "" } = inputs;
  const sought = { database, schema, username };
  const found = await ports.account(bootstrapLogin(inputs, ports), sought);
  const doubt = doubtAbout(found, database);
  if (doubt === undefined) {
    operation.proved.add(normalIdentifier(username));
    return;
  }
  // A removal that broke off drops the user, which proves the login, before the login.
  if (kind === "delete" && integrationId === undefined && found.user === undefined) {
    operation.sparesLogin = true;
    ports.reporter.warn(
      `login ${username} stays in master of ${normalHost(host)}: ${doubt}, so nothing proves that it is Immuta's. If it is, drop it there.`,
    );
    return;
  }
  const what =
    found.login === undefined ? `User ${username} in database ${database}` : `Login ${username} in master`;
  throw foreignAccount(inputs, what, doubt);
}
