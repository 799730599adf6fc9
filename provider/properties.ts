/** The table of inputs, what is inferred from it, and how values are found by its paths. */
export { normalHost, normalIdentifier } from "./inputs/identifiers";
export {
  delimiterNames,
  docIn,
  lasting,
  groups,
  inputsOf,
  isPropertyMap as isBag,
  properties,
  type Property,
  type PropertyMap as Bag,
  secretPaths,
  topLevel,
  valueAt,
} from "./inputs/paths";
export type { Change, NameAtImmuta } from "./inputs/rows";
export { type Bootstrap, type Inputs, type PasswordReference, table } from "./inputs/table";
