import { Failure, failureKind, waysOn } from "../core/failure";
import { nameOfUrn } from "../core/urn";
import { databaseId } from "./identity";
import type { State } from "./state";

const held = failureKind({
  code: "IMMUTA-HELD",
  title: "The integration that is to be deleted is another resource's of the same program.",
  remedy:
    "Nothing was deleted. Where a resource was renamed, give its old name in the resource option `aliases`, so that nothing is deleted at all. Where `adopt` took it over from another resource of the stack, take the old one out of the state: `pulumi state delete <urn>`.",
});

type Place = Pick<State, "host" | "database">;

/**
 * Which integrations the resources of this run hold: what one of them has is not another's to delete. A run has one
 * tenant.
 */
export class Holdings {
  private readonly made = new Map<string, string>();
  private readonly kept = new Map<string, string>();

  /** Another run begins. */
  forget(): void {
    this.made.clear();
    this.kept.clear();
  }

  /** A create of this run made or adopted the integration. */
  make(place: Place, id: string): void {
    this.made.set(databaseId(place), id);
  }

  /** A resource that lives on has it. */
  keep(id: string, urn: string): void {
    this.kept.set(id, urn);
  }

  /**
   * What a create of this run made or adopted where the integration to delete was, if it is another one: nothing of the
   * old one is left, and its scripts would take what is the new one's. Throws IMMUTA-HELD where it is the same one.
   * @param urn of the resource to delete, where it is known.
   */
  successorOf({ host, database, integrationId }: State, urn: string | undefined): string | undefined {
    const made = this.made.get(databaseId({ host, database }));
    if (integrationId === undefined) return made;
    const keeper = this.kept.get(integrationId);
    const others = urn !== undefined && keeper !== undefined && keeper !== urn;
    if (made !== integrationId && !others) return made;
    const holder = keeper === undefined || keeper === urn ? "another resource" : nameOfUrn(keeper);
    throw new Failure(
      held,
      `Integration ${integrationId} on database ${database} of ${host} is held by ${holder} of this program, which this run made or keeps: it was not deleted.` +
        waysOn(
          "If the resource was renamed, give its old name in the resource option aliases.",
          "If it was adopted from another resource of this stack, take that one out of the state with `pulumi state delete`.",
        ),
    );
  }
}
