import { type PropertyMap, isPropertyMap, groups } from "../../provider";
import { CommandError } from "../io";
import { visible } from "../text";
import { secret } from "./preview";

/** Reads out of JSON that anybody may have written: what has another type than expected is said by its place. */

export function objectAt(value: unknown, place: string): PropertyMap {
  if (isPropertyMap(value)) return value;
  throw wrong(place, "an object", value);
}

export function arrayAt(value: unknown, place: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(place, "an array", value);
}

export function textAt(value: unknown, place: string): string {
  if (typeof value === "string") return value;
  throw wrong(place, "a text", value);
}

/** Where null and absence mean that there is none. */
export const present = (value: unknown): boolean => value !== undefined && value !== null;

/** Texts of an array; none where there is no array. */
export const textsAt = (value: unknown, place: string): string[] =>
  present(value) ? arrayAt(value, place).map((text, at) => textAt(text, `${place}[${at}]`)) : [];

function wrong(place: string, expected: string, value: unknown): CommandError {
  const found = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
  return new CommandError(
    `the preview cannot be read: ${visible(place)} is ${value === undefined ? "missing" : found}, where ${expected} was expected.`,
  );
}

/** The engine's mark for an object that stands for something else, and its kind for a secret. */
const mark = "4dabf18193072939515e22adb298388d";
const secretKind = "1b47061264138c4ac30d75fd1eb44270";

/**
 * The properties of a resource: texts, numbers, booleans and null, and objects of these where an input is one. What else
 * there is becomes a text that says so. A secret, in whichever way it is written, is `secret`.
 */
export function propertiesAt(value: unknown, place: string): PropertyMap {
  if (!present(value)) return {};
  return mapped(objectAt(value, place), (inner, name) =>
    isPropertyMap(inner) && groups.has(name) && !isSecret(inner) ? mapped(inner, plain) : plain(inner),
  );
}

const mapped = (map: PropertyMap, change: (value: unknown, name: string) => unknown): PropertyMap =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value, name)]));

function plain(value: unknown): unknown {
  if (isPropertyMap(value)) return isSecret(value) ? secret : "(an object)";
  return Array.isArray(value) ? "(a list)" : value;
}

const isSecret = (value: PropertyMap): boolean => value[mark] === secretKind;
